"""A sheet with the shapes that are drawn on it, and the plots by which they are laid out."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from numpy.typing import ArrayLike

from app.charts.chart import INK, SMALL, TEXT, Caption, Floats

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


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points (n, 2), broken at NaN; its dash is in pixels. A ``square`` one ends where it ends."""

    points: Floats
    tone: str
    width: float
    dash: tuple[float, float] | None
    name: str | None
    square: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline (n, 2), closed from its last point to its first."""

    points: Floats
    tone: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one ``shape`` and ``size`` in pixels, at points (n, 2)."""

    points: Floats
    tone: str
    fill: str
    shape: str
    size: float


@dataclass(frozen=True, slots=True)
class Words:
    """Text at a point: the middle of its letters is at that height."""

    x: float
    y: float
    text: str
    tone: str
    size: float
    bold: bool
    align: str


Shape: TypeAlias = Stroke | Area | Marks | Words


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn, later shapes above earlier ones, in pixels from the top left corner.

    Its heading takes ``head`` pixels above the pictures; the source stands below them.
    """

    caption: Caption
    width: int
    height: int
    head: int
    raster: bool
    shapes: list[Shape] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plot:
    """A box of the sheet with a scale of its own; what is drawn later lies above what was drawn before."""

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
        """A line, broken at NaN; ``name`` becomes its id in the picture. Its ``dash`` is in widths of the line."""
        pixels = (dash[0] * width, dash[1] * width) if dash else None
        self.figure.shapes.append(Stroke(self._points(x, y), tone, width, pixels, name, square))

    def dots(
        self, x: ArrayLike, y: ArrayLike, tone: str, *, fill: str | None = None, shape: str = "o", size: float = 5
    ) -> None:
        """Marks of ``size`` pixels, hollow if filled with another tone."""
        self.figure.shapes.append(Marks(self._points(x, y), tone, fill or tone, shape, size))

    def area(self, x: ArrayLike, y: ArrayLike, tone: str, name: str | None = None) -> None:
        """A filled outline (k,), closed from its last point to its first."""
        self.figure.shapes.append(Area(self._points(x, y), tone, name))

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
        if text:
            left, top = float(self.across(x)) + dx, float(self._down(y)) - dy
            self.figure.shapes.append(Words(left, top, text, tone, size, bold, align))

    def across(self, x: ArrayLike) -> Floats:
        """Values along x as pixels from the sheet's left edge."""
        return self.box.left + (np.asarray(x, float) - self.x_limits[0]) / self.x_per_pixel

    def _down(self, y: ArrayLike) -> Floats:
        """Values along y as pixels from the sheet's upper edge."""
        bottom = self.figure.head + self.box.top + self.box.height
        return bottom - (np.asarray(y, float) - self.y_limits[0]) / self.y_per_pixel

    def _points(self, x: ArrayLike, y: ArrayLike) -> Floats:
        return np.column_stack([self.across(x), self._down(y)])

    @property
    def x_per_pixel(self) -> float:
        """Units of x in one pixel."""
        return (self.x_limits[1] - self.x_limits[0]) / self.box.width

    @property
    def y_per_pixel(self) -> float:
        """Units of y in one pixel."""
        return (self.y_limits[1] - self.y_limits[0]) / self.box.height


@lru_cache(maxsize=2048)
def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Pixels that words take in DejaVu Sans, which is wider than the fonts a reader's screen will use."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64


def holds(width: float, text: str, size: float, *, bold: bool = False) -> bool:
    """Whether ``text_width`` is at most ``width``.

    Setting a line takes FreeType some 16 µs a letter; most are told from the widths of their letters, which are kept.
    """
    roughly = sum(_letter_width(letter, size, bold=bold) for letter in text)
    if abs(roughly - width) > _DOUBT * width + size:
        return roughly < width
    return text_width(text, size, bold=bold) <= width


_DOUBT = 0.05
"""The share by which letters may stand closer in a text than by themselves: in all words of a page it is below 0.03."""


@lru_cache(maxsize=2048)
def _letter_width(letter: str, size: float, *, bold: bool) -> float:
    return text_width(f"n{letter}n", size, bold=bold) - text_width("nn", size, bold=bold)
