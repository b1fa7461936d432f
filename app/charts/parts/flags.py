"""Words on stems above a plot, arranged so that no stem runs through another's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

from app.charts.parts.axis import LINE_HEIGHT
from app.charts.parts.figure import Plot
from app.charts.parts.labels import text_width
from app.charts.style import SMALL

_GAP = 5


@dataclass(frozen=True, slots=True)
class Flag:
    """Words about a place on the x axis."""

    at: float
    words: str
    tone: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Hoisted:
    """A flag in a row (0 is the lowest), its words to the left (-1) or right (1) of its stem, in pixels."""

    row: int
    side: int
    stem: float
    width: float

    def covers(self, pixel: float) -> bool:
        return min(0.0, self.side * self.width) - 2 < pixel - self.stem < max(0.0, self.side * self.width) + 2


def draw_flags(plot: Plot, flags: Sequence[Flag]) -> None:
    """Each in a row of its own above the plot; keep ``len(flags)`` rows free there."""
    base, row_height = plot.y_limits[1], LINE_HEIGHT * plot.y_per_pixel
    hoisted = _best(plot, flags)
    for flag, place in zip(flags, hoisted, strict=True):
        plot.line((flag.at, flag.at), (0, base + (place.row + 1) * row_height), flag.tone, 1.4 if flag.bold else 1)
    for flag, place in zip(flags, hoisted, strict=True):
        height = base + (place.row + 1) * row_height
        align = "left" if place.side > 0 else "right"
        plot.write(flag.at, height, flag.words, flag.tone, bold=flag.bold, align=align, dx=place.side * _GAP)


def _best(plot: Plot, flags: Sequence[Flag]) -> Sequence[_Hoisted]:
    stems = [(flag.at - plot.x_limits[0]) / plot.x_per_pixel for flag in flags]
    widths = [text_width(flag.words, SMALL, bold=flag.bold) + _GAP for flag in flags]
    rows, sides = permutations(range(len(flags))), list(product((-1, 1), repeat=len(flags)))
    ways = [
        [_Hoisted(*place) for place in zip(order, side, stems, widths, strict=True)] for order in rows for side in sides
    ]
    return min(ways, key=lambda way: _cost(way, plot.box.width))


def _cost(way: Sequence[_Hoisted], width: float) -> float:
    """Words cut off by the edge are worst, then stems through words; of the rest, words that point outwards."""
    cut = sum(not 0 <= place.stem + place.side * place.width <= width for place in way)
    crossed = sum(other.row > place.row and place.covers(other.stem) for place in way for other in way)
    inwards = sum(place.side * (place.stem - width / 2) < 0 for place in way)
    return 100 * cut + 10 * crossed + inwards
