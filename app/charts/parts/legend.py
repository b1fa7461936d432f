"""What the lines and shades of a picture mean: samples of them with their names, in rows above a plot."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.charts.parts.axis import LINE_HEIGHT
from app.charts.parts.figure import Plot
from app.charts.parts.labels import text_width
from app.charts.style import INK_SOFT, PAPER, SMALL

_SAMPLE = 18.0
_GAP = 5.0
_BETWEEN = 14.0


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line as it is drawn, with a mark on it if ``marked``, or a shade where it has no width; and its name."""

    words: str
    tone: str
    width: float = 0
    dash: tuple[float, float] | None = None
    marked: bool = False

    @property
    def room(self) -> float:
        """Pixels it takes."""
        return _SAMPLE + _GAP + text_width(self.words, SMALL) + _BETWEEN


def key_rows(entries: Sequence[LegendEntry], width: float) -> list[list[LegendEntry]]:
    """The entries in their order, in as few rows of ``width`` pixels as hold them."""
    rows: list[list[LegendEntry]] = [[]]
    for entry in entries:
        if rows[-1] and sum(other.room for other in [*rows[-1], entry]) - _BETWEEN > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


def write_key(plot: Plot, rows: Sequence[Sequence[LegendEntry]], *, above: float, start: float = 0) -> None:
    """The rows, the lowest ``above`` pixels over the plot, each from ``start`` pixels after its left edge."""
    for number, row in enumerate(reversed(rows)):
        height = plot.y_limits[1] + (above + number * LINE_HEIGHT) * plot.y_per_pixel
        across = start
        for entry in row:
            _write(plot, entry, plot.x_limits[0] + across * plot.x_per_pixel, height)
            across += entry.room


def _write(plot: Plot, entry: LegendEntry, left: float, height: float) -> None:
    right = left + _SAMPLE * plot.x_per_pixel
    if entry.width:
        plot.line((left, right), (height, height), entry.tone, entry.width, entry.dash)
    else:
        low, high = (height + pixels * plot.y_per_pixel for pixels in (-4, 4))
        plot.area((left, right, right, left), (low, low, high, high), entry.tone)
    if entry.marked:
        plot.dots([(left + right) / 2], [height], INK_SOFT, fill=PAPER, size=4)
    plot.write(right, height, entry.words, INK_SOFT, dx=_GAP)
