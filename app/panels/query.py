"""What a visitor asks, checked."""

from dataclasses import dataclass
from datetime import date

from app.charts.chart import NARROW, WIDE, Canvas
from app.market.upload import Upload

MAXIMUM_HORIZON = 66
DEFAULT_HORIZON = 22
CANVASES = {"wide": WIDE, "narrow": NARROW}
_HALF = Canvas(500)


@dataclass(frozen=True, slots=True)
class Query:
    """A ticker of a source, seen from ``as_of`` (the last bar where None), ``horizon`` trading days ahead.

    ``upload`` is the visitor's own file, where that is the source.
    """

    ticker: str
    horizon: int
    as_of: date | None
    source: str
    upload: Upload | None = None

    @property
    def prices(self) -> str:
        """What tells the prices asked for from all others: an uploaded file by its content."""
        return f"{self.source}:{self.ticker}" + (f":{self.upload.digest}" if self.upload else "")


def beside(canvas: Canvas) -> Canvas:
    """The canvas of a picture that shares its row with another where the page is wide."""
    return canvas if canvas.narrow else _HALF
