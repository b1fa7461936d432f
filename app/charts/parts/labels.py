"""Text that does not cover other text: labels at the ends of lines, flags on stems, and the words of a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from app.charts.chart import BAND_50, INK_SOFT, SMALL, TITLE, Canvas, Caption, Floats
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot, Sheet, holds, text_width
from app.charts.parts.ticks import spread

LEADER = 12.0
"""Pixels from the end of a line to its label."""

_LINE_GAP = 16.0


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The text for a line that ends at (x, y), in the units of its plot; a ``note`` stands below it."""

    x: float
    y: float
    text: str
    tone: str
    bold: bool = False
    note: str = ""


def room_for(labels: Sequence[EndLabel]) -> float:
    """Pixels to keep free to the right of the lines."""
    widths = (max(text_width(label.text, SMALL, bold=label.bold), text_width(label.note, SMALL)) for label in labels)
    return LEADER + 2 + max(widths)


def end_heights(plot: Plot, labels: Sequence[EndLabel]) -> Floats:
    """Where the middles of the words will stand, lowest first: each as near its line as the others allow."""
    wanted = np.array(sorted((label.y - plot.y_limits[0]) / plot.y_per_pixel for label in labels))
    lines = 1 + any(label.note for label in labels)
    gap, edge = _LINE_GAP * lines + (lines > 1), 4 + (lines - 1) * _LINE_GAP / 2
    return plot.y_limits[0] + spread(wanted, gap, edge, plot.box.height - edge) * plot.y_per_pixel


def taken_heights(plot: Plot, labels: Sequence[EndLabel]) -> Floats:
    """The height of every line of their words."""
    heights = end_heights(plot, labels)
    if not any(label.note for label in labels):
        return heights
    half = _LINE_GAP / 2 * plot.y_per_pixel
    return np.concatenate([heights - half, heights + half])


def write_end_labels(plot: Plot, x: float, labels: Sequence[EndLabel]) -> None:
    """A column of texts to the right of ``x``, each tied to its line."""
    bends = x + np.array([2, LEADER - 4, LEADER - 2]) * plot.x_per_pixel
    for label, height in zip(sorted(labels, key=lambda label: label.y), end_heights(plot, labels), strict=True):
        plot.line([label.x, *bends], [label.y, label.y, height, height], BAND_50, 0.8)
        up = _LINE_GAP / 2 if label.note else 0
        plot.write(x, height, label.text, label.tone, bold=label.bold, dx=LEADER, dy=up)
        plot.write(x, height, label.note, INK_SOFT, dx=LEADER, dy=-up)


_STEM_GAP = 5


@dataclass(frozen=True, slots=True)
class Flag:
    """Text about the place ``at`` on the x axis, in its units; its stem begins at the height ``base``."""

    at: float
    text: str
    tone: str
    bold: bool = False
    base: float = 0


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
        top = base + (place.row + 1) * row_height
        plot.line((flag.at, flag.at), (flag.base, top), flag.tone, 1.4 if flag.bold else 1)
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


_TITLE_LINE = 21
_BELOW_HEADING = 6
# A screen may round the width of each letter up.
_FULL = 0.96


def new_sheet(canvas: Canvas, height: int, caption: Caption) -> Sheet:
    """An empty sheet with ``height`` pixels for pictures between its heading and its source."""
    title, subtitle, source = _written(canvas, caption)
    head = _heading(len(title), len(subtitle))
    tall = head + height + LINE_HEIGHT * len(source)
    sheet = Sheet(caption, canvas.width, tall, head, canvas.raster)
    page = Plot(sheet, Box(0, -head, canvas.width, tall), (0, canvas.width), (tall, 0))
    for row, text in enumerate(title):
        page.write(0, (row + 0.5) * _TITLE_LINE, text, size=TITLE, bold=True)
    for row, text in enumerate(subtitle):
        page.write(0, _TITLE_LINE * len(title) + (row + 0.5) * LINE_HEIGHT, text, INK_SOFT)
    for row, text in enumerate(source):
        page.write(0, head + height + (row + 0.5) * LINE_HEIGHT, text, INK_SOFT)
    return sheet


def height_on(canvas: Canvas, caption: Caption, usual: int) -> int:
    """How many pixels ``caption`` leaves for pictures where the height of all is given, else the ``usual`` ones."""
    title, subtitle, source = map(len, _written(canvas, caption))
    return usual if canvas.tall is None else canvas.tall - _heading(title, subtitle) - LINE_HEIGHT * source


def _heading(title: int, subtitle: int) -> int:
    return _TITLE_LINE * title + LINE_HEIGHT * subtitle + _BELOW_HEADING


def _written(canvas: Canvas, caption: Caption) -> tuple[list[str], list[str], list[str]]:
    """The lines of the title, of the subtitle and of the source."""
    subtitle, source = (_lines(text, canvas.width, SMALL, bold=False) for text in (caption.subtitle, caption.source))
    return _lines(caption.title, canvas.width, TITLE, bold=True), subtitle, source


def _lines(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    """The text in as few lines as hold it; a word that no line holds is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and holds(_FULL * width, longer, size, bold=bold):
            lines[-1] = longer
        else:
            lines.append(_cut(word, width, size, bold=bold))
    return lines


def _cut(word: str, width: float, size: float, *, bold: bool) -> str:
    if holds(width, word, size, bold=bold):
        return word
    kept = next(end for end in range(len(word) - 1, 0, -1) if holds(width, f"{word[:end]}…", size, bold=bold))
    return f"{word[:kept]}…"
