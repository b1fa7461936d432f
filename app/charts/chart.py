"""A finished picture, the room it was drawn for, and the house colours, sizes and dashes of all pictures."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Dates: TypeAlias = NDArray[np.datetime64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The width a picture gets, in CSS pixels; it is drawn one to one, so its text keeps its size on every screen."""

    width: int

    @property
    def narrow(self) -> bool:
        """Whether this is a phone, where labels are shortened and ticks are fewer."""
        return self.width < 480


WIDE = Canvas(720)
NARROW = Canvas(340)


@dataclass(frozen=True, slots=True)
class Chart:
    """What an ``<img>`` needs: ``src`` is a data URI of an SVG, ``alt`` states the finding."""

    src: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day to come that a picture of the future points out, with a word or two for it."""

    day: date
    words: str


CANVASES = {"wide": WIDE, "narrow": NARROW}
_HALF_WIDE = Canvas(500)


def beside(canvas: Canvas) -> Canvas:
    """The canvas of a picture that shares its row with another where the page is wide."""
    return canvas if canvas.narrow else _HALF_WIDE


INK = "#1d1f24"
INK_SOFT = "#5d636e"
LINE = "#dedbd3"
PAPER = "#fffdf9"
ACCENT = "#0a5f80"
ACCENT_SOFT = "#dbe9ed"
BAND_95 = "#d8e7ec"
BAND_80 = "#b6d3dc"
BAND_50 = "#8fbccb"
WARN = "#b23a12"

# A tone is written once in a picture, as the variable of this name; the second colour is what a dark screen shows.
TONES = {
    "ink": (INK, "#efece5"),
    "ink-soft": (INK_SOFT, "#a7abb3"),
    "line": (LINE, "#33373e"),
    "paper": (PAPER, "#16181c"),
    "accent": (ACCENT, "#86d3ec"),
    "accent-soft": (ACCENT_SOFT, "#1d3540"),
    "band-95": (BAND_95, "#1e3d49"),
    "band-80": (BAND_80, "#255567"),
    "band-50": (BAND_50, "#2f7189"),
    "warn": (WARN, "#ff9a70"),
}

FONT_STACK = '-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
SMALL = 11.0
TEXT = 12.0

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
