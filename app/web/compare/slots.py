"""The places of a comparison's fragments: one for the chart of all tickers, and one for each ticker's column."""

from app.web.views import Slot

RANGES, COLUMNS = "/compare/ranges", "/compare/columns/"
PLACES = ("1", "2", "3", "4")
MOST = len(PLACES)
_SECONDS = 3.0
_RANGES = "Which may move furthest by then?"
_COLUMN = "How far may it move, and is there an edge?"


def ranges_slot(url: str) -> Slot:
    """The place of the chart."""
    return Slot("ranges", "Ranges on one scale", _RANGES, url, posted=False, seconds=_SECONDS)


def column_slot(place: str, ticker: str, url: str, name: str = _COLUMN) -> Slot:
    """The column at ``place``, one of ``PLACES``; ``name`` is the ticker's, once it is known."""
    return Slot(f"column-{place}", ticker, name, url, posted=False, seconds=_SECONDS)


def slot_at(path: str, ticker: str, url: str) -> Slot | None:
    """The slot that ``path`` fills from ``url``, if it is one of a comparison's."""
    if path == RANGES:
        return ranges_slot(url)
    place = path.removeprefix(COLUMNS)
    return column_slot(place, ticker, url) if place in PLACES and path != place else None
