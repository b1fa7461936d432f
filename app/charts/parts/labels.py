"""Text on a plot that does not cover other text: labels at the ends of lines, flags on stems above it, and a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from app.charts.chart import BAND_50, INK_SOFT, PAPER, SMALL, Floats
from app.charts.parts.figure import LINE_HEIGHT, Plot, text_width

LEADER = 12.0
"""Pixels from the end of a line to its label."""

_LINE_GAP = 13.5


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The text for a line that ends at (x, y), in the units of its plot."""

    x: float
    y: float
    text: str
    tone: str
    bold: bool = False


def room_for(labels: Sequence[EndLabel]) -> float:
    """Pixels to keep free to the right of the lines."""
    return LEADER + 2 + max(text_width(label.text, SMALL, bold=label.bold) for label in labels)


def end_heights(plot: Plot, labels: Sequence[EndLabel]) -> Floats:
    """Where the words will stand, lowest first: each as near its line as the others allow."""
    wanted = np.array(sorted((label.y - plot.y_limits[0]) / plot.y_per_pixel for label in labels))
    return plot.y_limits[0] + spread(wanted, _LINE_GAP, 4, plot.box.height - 4) * plot.y_per_pixel


def write_end_labels(plot: Plot, x: float, labels: Sequence[EndLabel]) -> None:
    """A column of texts to the right of ``x``, each tied to its line."""
    bends = x + np.array([2, LEADER - 4, LEADER - 2]) * plot.x_per_pixel
    for label, height in zip(sorted(labels, key=lambda label: label.y), end_heights(plot, labels), strict=True):
        plot.line([label.x, *bends], [label.y, label.y, height, height], BAND_50, 0.8)
        plot.write(x, height, label.text, label.tone, bold=label.bold, dx=LEADER)


def spread(wanted: Floats, gap: float, low: float, high: float) -> Floats:
    """Positions at least ``gap`` apart within two bounds, in the order given and as near the wanted ones as can be.

    ``wanted`` (n,) rises. This is isotonic regression (Barlow et al. 1972, the max-min formula) of the wanted positions
    less the gaps.
    """
    count = len(wanted)
    slots = np.arange(count) * gap
    free = wanted - slots
    mean = [
        [free[start : end + 1].mean() if end >= start else np.inf for end in range(count)] for start in range(count)
    ]
    pooled = np.array([max(min(mean[start][row:]) for start in range(row + 1)) for row in range(count)])
    kept: Floats = pooled.clip(low, max(low, high - (count - 1) * gap)) + slots
    return kept


_STEM_GAP = 5


@dataclass(frozen=True, slots=True)
class Flag:
    """Text about the place ``at`` on the x axis, in its units."""

    at: float
    text: str
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
        plot.write(flag.at, height, flag.text, flag.tone, bold=flag.bold, align=align, dx=place.side * _STEM_GAP)


def _best(plot: Plot, flags: Sequence[Flag]) -> Sequence[_Hoisted]:
    stems = [(flag.at - plot.x_limits[0]) / plot.x_per_pixel for flag in flags]
    widths = [text_width(flag.text, SMALL, bold=flag.bold) + _STEM_GAP for flag in flags]
    rows, sides = permutations(range(len(flags))), list(product((-1, 1), repeat=len(flags)))
    arrangements = [
        [_Hoisted(*place) for place in zip(order, side, stems, widths, strict=True)] for order in rows for side in sides
    ]
    return min(arrangements, key=lambda places: _cost(places, plot.box.width))


def _cost(places: Sequence[_Hoisted], width: float) -> float:
    """Words cut off by the edge are worst, then stems through words; of the rest, words that point outwards."""
    cut = sum(not 0 <= place.stem + place.side * place.width <= width for place in places)
    crossed = sum(other.row > place.row and place.covers(other.stem) for place in places for other in places)
    inwards = sum(place.side * (place.stem - width / 2) < 0 for place in places)
    return 100 * cut + 10 * crossed + inwards


_SAMPLE_WIDTH = 18.0
_SAMPLE_GAP = 5.0
_ENTRY_GAP = 14.0


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line as it is drawn, with a mark on it if ``marked``, or a shade where it has no width; and its name."""

    text: str
    tone: str
    width: float = 0
    dash: tuple[float, float] | None = None
    marked: bool = False

    @property
    def room(self) -> float:
        """Pixels across, the gap to the next entry included."""
        return _SAMPLE_WIDTH + _SAMPLE_GAP + text_width(self.text, SMALL) + _ENTRY_GAP


def key_rows(entries: Sequence[LegendEntry], width: float) -> list[list[LegendEntry]]:
    """The entries in their order, in as few rows of ``width`` pixels as hold them."""
    rows: list[list[LegendEntry]] = [[]]
    for entry in entries:
        if rows[-1] and sum(other.room for other in [*rows[-1], entry]) - _ENTRY_GAP > width:
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
    right = left + _SAMPLE_WIDTH * plot.x_per_pixel
    if entry.width:
        plot.line((left, right), (height, height), entry.tone, entry.width, entry.dash)
    else:
        low, high = (height + pixels * plot.y_per_pixel for pixels in (-4, 4))
        plot.area((left, right, right, left), (low, low, high, high), entry.tone)
    if entry.marked:
        plot.dots([(left + right) / 2], [height], INK_SOFT, fill=PAPER, size=4)
    plot.write(right, height, entry.text, INK_SOFT, dx=_SAMPLE_GAP)
