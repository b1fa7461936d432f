"""A moment by which a source must have answered."""

import time
from dataclasses import dataclass

from app.errors import SourceSilentError

# With less than this there is no point in beginning; and libcurl takes no time at all for all the time in the world.
_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class Deadline:
    """The ``moment`` on the monotonic clock when the ``seconds`` that ``source`` was given are over."""

    source: str
    seconds: float
    moment: float

    @classmethod
    def after(cls, seconds: float, source: str) -> "Deadline":
        """The deadline so many ``seconds`` from now."""
        return cls(source, seconds, time.monotonic() + seconds)

    def left(self) -> float:
        """The seconds that are left; raises ``SourceSilentError`` where there are too few to begin anything."""
        left = self.moment - time.monotonic()
        if left < _LEAST:
            raise SourceSilentError(self.source, self.seconds)
        return left
