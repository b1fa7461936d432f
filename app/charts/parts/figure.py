"""A matplotlib figure of a given size in pixels, plots laid out on it, and what thins out their values."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from numpy.typing import ArrayLike, NDArray

from app.charts.chart import INK, SMALL, TEXT, Canvas, Floats

_PIXELS_PER_INCH = 72
LINE_HEIGHT = 14
"""Pixels from one line of small words to the next."""

Limits: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the figure, in pixels from its top left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A box of the figure with a scale of its own; what is drawn later lies above what was drawn before.

    Artists go straight onto the figure in pixels: matplotlib's Axes would cost more time than all the drawing.
    """

    figure: Figure
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
        """Text beside a point, moved by pixels to the right and up; its middle is at the point's height."""
        artist = Text(float(self.across(x)) + dx, float(self.up(y)) + dy, text, color=tone, fontsize=size)
        artist.set(ha=align, va="center_baseline", fontweight="bold" if bold else "normal", parse_math=False)
        self._add(artist)

    def across(self, x: ArrayLike) -> Floats:
        """Values along x as pixels from the figure's left edge."""
        return self.box.left + (np.asarray(x, float) - self.x_limits[0]) / self.x_per_pixel

    def up(self, y: ArrayLike) -> Floats:
        """Values along y as pixels from the figure's lower edge."""
        bottom = float(self.figure.bbox.height) - self.box.top - self.box.height
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


def new_figure(canvas: Canvas, height: int) -> Figure:
    """A blank, transparent figure; a pixel is a point, so sizes of text and lines are in pixels too."""
    size_in_inches = (canvas.width / _PIXELS_PER_INCH, height / _PIXELS_PER_INCH)
    return Figure(figsize=size_in_inches, dpi=_PIXELS_PER_INCH, frameon=False)


@lru_cache(maxsize=2048)
def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Pixels that words take in DejaVu Sans, which is wider than the fonts a reader's screen will use."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64


def padded(low: float, high: float, share: float = 0.05) -> Limits:
    """Limits with some air, also around a price that never moved."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = abs(high) * 0.05 or 1.0
        return low - margin, high + margin
    return low - share * (high - low), high + share * (high - low)


def extremes(values: Floats, bins: int) -> NDArray[np.intp]:
    """Rows of (n,) values that keep the lowest and highest of each of ``bins`` stretches, and both ends."""
    if len(values) <= 2 * bins:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    kept = [row for start, end in pairwise(edges) for row in _ends_of_range(values, start, end)]
    return np.unique([0, *kept, len(values) - 1])


def means(values: Floats, bins: int) -> tuple[Floats, Floats]:
    """Means of at most ``bins`` stretches of (n,) values, and the (bins + 1,) edges between them, as rows."""
    bins = min(bins, len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges), edges.astype(float)


def _ends_of_range(values: Floats, start: int, end: int) -> tuple[int, int]:
    return start + int(np.argmin(values[start:end])), start + int(np.argmax(values[start:end]))
