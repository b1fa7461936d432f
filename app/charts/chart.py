"""A finished picture, its words, the room it was drawn for, and the house colours, sizes and dashes of all pictures."""

import base64
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Dates: TypeAlias = NDArray[np.datetime64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The width in CSS pixels that a picture is drawn for; shown up to a twenty-fifth narrower, or wider, it is scaled.

    ``raster`` asks for pixels, two for each of these, instead of shapes. ``tall`` is the height of all with its words,
    where that is given.
    """

    width: int
    raster: bool = False
    tall: int | None = None

    @property
    def narrow(self) -> bool:
        """Whether this is a phone, where labels are shortened and ticks are fewer."""
        return self.width < 400


LARGE = Canvas(1080)
WIDE = Canvas(720)
MIDDLE = Canvas(500)
NARROW = Canvas(328)


@dataclass(frozen=True, slots=True)
class Caption:
    """The words around a picture, so that it can be shared alone: the finding, the unit and the span, the source.

    ``alt`` says what it shows to who cannot see it; without one the first two do.
    """

    title: str
    subtitle: str = ""
    source: str = ""
    alt: str = ""

    @property
    def said(self) -> str:
        """What stands for the picture where it cannot be seen."""
        return self.alt or ". ".join(filter(None, (self.title, self.subtitle)))


@dataclass(frozen=True, slots=True)
class Chart:
    """What an ``<img>`` needs: ``src`` is a data URI of an SVG, ``alt`` states the finding.

    Where the rows of its table stand along its x axis, ``first_x`` and ``last_x`` are where the first and the last of
    them do, as shares of the width from the left.
    """

    src: str
    alt: str
    width: int
    height: int
    first_x: float | None = None
    last_x: float | None = None


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day to come that a picture of the future points out, with a word or two for it."""

    day: date
    words: str


CANVASES = {"large": LARGE, "wide": WIDE, "middle": MIDDLE, "narrow": NARROW}
RASTER = ".png"
"""Behind the name of a canvas: the same width in pixels, for what is taken along."""
_BESIDE_A_COLUMN = 680
MARGIN = 16
PREVIEW = "preview"
"""The canvas of what a shared link shows: 1200 by 630 pixels with its margin."""
_EVERY = {**CANVASES, PREVIEW: Canvas(600 - 2 * MARGIN, tall=315 - 2 * MARGIN)}


def canvas_named(name: str) -> Canvas:
    """The canvas of this name, or its raster; raises ``KeyError``."""
    canvas = _EVERY[name.removesuffix(RASTER)]
    return replace(canvas, raster=name.endswith(RASTER))


def halved(canvas: Canvas) -> Canvas:
    """The canvas of a picture that shares its row with another where the page is large."""
    return replace(canvas, width=MIDDLE.width) if canvas.width == LARGE.width else canvas


def beside_column(canvas: Canvas) -> Canvas:
    """The canvas of a picture that stands beside a column of words or odds where the page is large."""
    return replace(canvas, width=_BESIDE_A_COLUMN) if canvas.width == LARGE.width else canvas


INK = "#1d1f24"
INK_SOFT = "#5d636e"
LINE = "#dedbd3"
# Half way from the ground of a page to the paper of a report, so that a rim of it is seen on neither.
PAPER = "#faf8f3"
ACCENT = "#08536f"
ACCENT_SOFT = "#dbe9ed"
BAND_95 = "#a4c6d4"
BAND_80 = "#89b6c9"
BAND_50 = "#6ea7be"
WARN = "#b23a12"

# A tone is written once in a picture, as the variable of this name; the second colour is what a dark screen shows.
TONES = {
    "ink": (INK, "#efece5"),
    "ink-soft": (INK_SOFT, "#a7abb3"),
    "line": (LINE, "#33373e"),
    "paper": (PAPER, "#131518"),
    "accent": (ACCENT, "#86d3ec"),
    "accent-soft": (ACCENT_SOFT, "#1d3540"),
    "band-95": (BAND_95, "#224553"),
    "band-80": (BAND_80, "#2b5b6f"),
    "band-50": (BAND_50, "#31728b"),
    "warn": (WARN, "#ff9a70"),
}

FONT_STACK = '-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
SMALL = 13.0
TEXT = 14.0
TITLE = 16.0

DOTTED = (1.0, 2.5)
DASHED = (5.0, 3.0)


def style_sheet(rules: str) -> str:
    """The style element's text: both colour schemes, the house font, and the classes of one picture.

    Words stand on a rim of paper, so a line that runs behind them never crosses a letter.
    """
    light = ";".join(f"--{name}:{colours[0]}" for name, colours in TONES.items())
    dark = ";".join(f"--{name}:{colours[1]}" for name, colours in TONES.items())
    return (
        f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        "*{stroke-linejoin:round}"
        f"text{{font-family:{FONT_STACK};font-variant-numeric:tabular-nums;"
        "paint-order:stroke;stroke:var(--paper);stroke-width:3px}" + rules
    )


_SVG = "data:image/svg+xml;base64,"
_SCHEMES = re.compile(r":root\{[^}]*\}@media[^{]*\{:root\{[^}]*\}\}")


def stand_alone(chart: Chart) -> bytes:
    """The file that a chart becomes when it leaves the page: as it is if it is of pixels, else an SVG on paper.

    A drawing program knows neither variables nor schemes, so the SVG has its light colours where they are used.
    """
    drawn = base64.b64decode(chart.src.partition(",")[2])
    if not chart.src.startswith(_SVG):
        return drawn
    svg = _SCHEMES.sub("", drawn.decode())
    for name, (light, _) in TONES.items():
        svg = svg.replace(f"var(--{name})", light)
    wide, tall = chart.width + 2 * MARGIN, chart.height + 2 * MARGIN
    frame = f'width="{wide}" height="{tall}" viewBox="{-MARGIN} {-MARGIN} {wide} {tall}"'
    svg = re.sub(r'width="\d+" height="\d+" viewBox="[^"]*"', frame, svg, count=1)
    paper = f'<rect x="{-MARGIN}" y="{-MARGIN}" width="{wide}" height="{tall}" fill="{PAPER}"/>'
    return svg.replace("</style>", f"</style>{paper}", 1).encode()
