"""What a visitor asks, checked."""

from dataclasses import dataclass
from datetime import date

from app.charts.chart import NARROW, WIDE, Canvas

MAXIMUM_HORIZON = 66
DEFAULT_HORIZON = 22
CANVASES = {"wide": WIDE, "narrow": NARROW}
_HALF = Canvas(500)


@dataclass(frozen=True, slots=True)
class Query:
    """A ticker of a source, seen from ``as_of`` (the last bar where None), ``horizon`` trading days ahead."""

    ticker: str
    horizon: int
    as_of: date | None
    source: str


def beside(canvas: Canvas) -> Canvas:
    """The canvas of a picture that shares its row with another where the page is wide."""
    return canvas if canvas.narrow else _HALF
