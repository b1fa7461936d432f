"""A finished picture, and the room it was drawn for."""

from dataclasses import dataclass


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


CANVASES = {"wide": WIDE, "narrow": NARROW}
_HALF = Canvas(500)


def beside(canvas: Canvas) -> Canvas:
    """The canvas of a picture that shares its row with another where the page is wide."""
    return canvas if canvas.narrow else _HALF
