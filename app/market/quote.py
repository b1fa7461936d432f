"""The newest price of a ticker, and when its market is open; no bar, and nothing that a forecast is made from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """A ``price`` in ``currency`` as it was traded ``at``, and the close before that day where it is known.

    The session of that day, or the next one, ``opens`` and ``closes``; all moments are in the exchange's time zone.
    """

    ticker: str
    price: float
    at: datetime
    currency: str
    close_before: float | None
    opens: datetime
    closes: datetime

    def open_at(self, moment: datetime) -> bool:
        """Whether its market is open at ``moment``, as far as the source told."""
        return self.opens <= moment < self.closes
