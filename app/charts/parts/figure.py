"""A sheet of a given width in pixels with its words, and the plots that are laid out on it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from numpy.typing import ArrayLike

from app.charts.chart import INK, INK_SOFT, SMALL, TEXT, TITLE, Canvas, Caption, Floats

PIXELS_PER_INCH = 72
LINE_HEIGHT = 17
"""Pixels from one line of small words to the next."""

Limits: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle below the heading of a sheet, in pixels from its top left corner."""

    left: float
    top: float
    width: float
    height: float


class Sheet(Figure):
    """A figure with its ``caption``: a heading of ``head`` pixels above the pictures and a source below them."""

    caption: Caption
    head: float
    raster: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """A box of the sheet with a scale of its own; what is drawn later lies above what was drawn before.

    Artists go straight onto the figure in pixels: matplotlib's Axes would cost more time than all the drawing.
    """

    figure: Sheet
    box: Box
    x_limits: Limits
    y_limits: Limits

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        tone: str,
        width: float = 1.5,
        dash: tuple[float, float] | None = None,
        name: str | None = None,
        *,
        square: bool = False,
    ) -> None:
        """A line, broken at NaN; ``name`` becomes its id in the picture. A ``square`` one has no rounded ends."""
        line = Line2D(self.across(x), self.up(y), color=tone, linewidth=width)
        if square:
            line.set_solid_capstyle("butt")
        if dash is not None:
            line.set_dashes(dash)
        self._add(line, name)

    def dots(
        self, x: ArrayLike, y: ArrayLike, tone: str, *, fill: str | None = None, shape: str = "o", size: float = 5
    ) -> None:
        """Marks of ``size`` pixels, hollow if filled with another tone."""
        marks = Line2D(self.across(x), self.up(y), linestyle="none", marker=shape, markersize=size)
        marks.set(markeredgecolor=tone, markerfacecolor=fill or tone, markeredgewidth=1.4)
        self._add(marks)

    def area(self, x: ArrayLike, y: ArrayLike, tone: str, name: str | None = None) -> None:
        """A filled outline (k,), closed from its last point to its first."""
        outline = np.column_stack([self.across(x), self.up(y)])
        self._add(Polygon(outline, closed=True, facecolor=tone, edgecolor="none"), name)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        tone: str = INK,
        *,
        size: float = SMALL,
        bold: bool = False,
        align: str = "left",
        dx: float = 0,
        dy: float = 0,
    ) -> None:
        """Text, if there is any, beside a point, moved by pixels right and up; its middle is at the point's height."""
        if not text:
            return
        artist = Text(float(self.across(x)) + dx, float(self.up(y)) + dy, text, color=tone, fontsize=size)
        artist.set(ha=align, va="center_baseline", fontweight="bold" if bold else "normal", parse_math=False)
        self._add(artist)

    def across(self, x: ArrayLike) -> Floats:
        """Values along x as pixels from the figure's left edge."""
        return self.box.left + (np.asarray(x, float) - self.x_limits[0]) / self.x_per_pixel

    def up(self, y: ArrayLike) -> Floats:
        """Values along y as pixels from the figure's lower edge."""
        bottom = float(self.figure.bbox.height) - self.figure.head - self.box.top - self.box.height
        return bottom + (np.asarray(y, float) - self.y_limits[0]) / self.y_per_pixel

    @property
    def x_per_pixel(self) -> float:
        """Units of x in one pixel."""
        return (self.x_limits[1] - self.x_limits[0]) / self.box.width

    @property
    def y_per_pixel(self) -> float:
        """Units of y in one pixel."""
        return (self.y_limits[1] - self.y_limits[0]) / self.box.height

    def _add(self, artist: Artist, name: str | None = None) -> None:
        artist.set(transform=IdentityTransform(), zorder=1, gid=name)
        self.figure.add_artist(artist)


_TITLE_LINE = 21
_BELOW_HEADING = 6
# A screen may round the width of each letter up.
_FULL = 0.96


def new_sheet(canvas: Canvas, height: int, caption: Caption) -> Sheet:
    """A transparent sheet with ``height`` pixels for pictures between its heading and its source.

    A pixel is a point, so sizes of text and lines are in pixels too.
    """
    title, subtitle, source = _written(canvas, caption)
    head = _heading(len(title), len(subtitle))
    tall = head + height + LINE_HEIGHT * len(source)
    sheet = Sheet(figsize=(canvas.width / PIXELS_PER_INCH, tall / PIXELS_PER_INCH), dpi=PIXELS_PER_INCH, frameon=False)
    sheet.caption, sheet.head, sheet.raster = caption, head, canvas.raster
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
        if lines and text_width(longer, size, bold=bold) <= _FULL * width:
            lines[-1] = longer
        else:
            lines.append(_cut(word, width, size, bold=bold))
    return lines


def _cut(word: str, width: float, size: float, *, bold: bool) -> str:
    if text_width(word, size, bold=bold) <= width:
        return word
    kept = next(end for end in range(len(word) - 1, 0, -1) if text_width(f"{word[:end]}…", size, bold=bold) <= width)
    return f"{word[:kept]}…"


@lru_cache(maxsize=2048)
def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Pixels that words take in DejaVu Sans, which is wider than the fonts a reader's screen will use."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64
