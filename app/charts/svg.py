"""A sheet becomes a small SVG that follows the reader's colour scheme, or pixels; the same sheet, the same bytes."""

import base64
import io
import re
from xml.etree import ElementTree

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from app.charts.chart import MARGIN, PAPER, TONES, Chart, style_sheet
from app.charts.parts.figure import PIXELS_PER_INCH, Sheet

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d+")
_SPACES = re.compile(r"\s*([MLCQz])\s*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_MARKER = re.compile(r'(?<=<path id=")m[0-9a-f]{10}')
_NAMED_BY_MATPLOTLIB = re.compile(r".*_\d+")
_UNWANTED_RULES = ("font-family", "stroke-dashoffset: 0")
_KEPT_ATTRIBUTES = {"d": "d", "x": "x", "y": "y", "id": "id", "{http://www.w3.org/1999/xlink}href": "href"}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_VARIABLES = {colours[0]: f"var(--{name})" for name, colours in TONES.items()}


def finish(sheet: Sheet, rows: tuple[float, float] | None = None) -> Chart:
    """The sheet as a chart; ``rows`` is how far across, in pixels, the first and the last row of its table stand."""
    width, height = round(sheet.bbox.width), round(sheet.bbox.height)
    source = _pixels(sheet) if sheet.raster else _shapes(sheet, width, height)
    ends = tuple(round(pixels / width, 4) for pixels in rows or ())
    return Chart(source, sheet.caption.said, width, height, *ends)


def _shapes(sheet: Sheet, width: int, height: int) -> str:
    written = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "stock-forecasting-analytics"}):
        # Straight to the renderer: Figure.savefig would lay everything out twice.
        FigureCanvasSVG(sheet).print_svg(written, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]
    # The text parsed here is what matplotlib has just written, not what somebody sent.
    root = ElementTree.fromstring(_number_markers(written.getvalue()))  # noqa: S314
    return f"data:image/svg+xml;base64,{base64.b64encode(_house_svg(root, width, height)).decode('ascii')}"


_TIMES = 2


def _pixels(sheet: Sheet) -> str:
    """The sheet on light paper with a margin, twice as dense as it is on a page."""
    place = Affine2D().translate(MARGIN, MARGIN).scale(_TIMES)
    for artist in sheet.get_children()[1:]:
        artist.set_transform(place)
        if isinstance(artist, Text):
            artist.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])
    width, height = (float(side) + 2 * MARGIN for side in (sheet.bbox.width, sheet.bbox.height))
    sheet.set_size_inches(width / PIXELS_PER_INCH, height / PIXELS_PER_INCH)
    sheet.set(dpi=_TIMES * PIXELS_PER_INCH, frameon=True, facecolor=PAPER)
    written = io.BytesIO()
    FigureCanvasAgg(sheet).print_png(written, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def _number_markers(written: str) -> str:
    """The text with m0, m1 … in place of the hashes that matplotlib names the shapes of marks with."""
    for number, marker in enumerate(dict.fromkeys(_MARKER.findall(written))):
        written = written.replace(marker, f"m{number}")
    return written


def _house_svg(drawn: ElementTree.Element, width: int, height: int) -> bytes:
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    picture = ElementTree.Element("svg", size, xmlns="http://www.w3.org/2000/svg")
    sheet = ElementTree.SubElement(picture, "style")
    classes: dict[str, str] = {}
    picture.extend(_slim(element, classes) for child in drawn for element in _worth_keeping(child))
    sheet.text = style_sheet("".join(f".{name}{{{rules}}}" for rules, name in classes.items()))
    return ElementTree.tostring(picture, encoding="unicode").encode()


def _worth_keeping(element: ElementTree.Element) -> list[ElementTree.Element]:
    """What draws something: groups that have no name of ours give way to their children."""
    tag = element.tag.removeprefix(_SVG)
    if tag in ("metadata", "clipPath", "style"):
        return []
    children = [kept for child in element for kept in _worth_keeping(child)]
    if tag == "g" and _is_nameless(element):
        return children
    return [] if tag in ("g", "defs") and not children else [element]


def _is_nameless(group: ElementTree.Element) -> bool:
    return _NAMED_BY_MATPLOTLIB.fullmatch(group.get("id", "_0")) is not None


def _slim(element: ElementTree.Element, classes: dict[str, str]) -> ElementTree.Element:
    """The element with its style as a class, short numbers and nothing that repeats a default."""
    slim = ElementTree.Element(element.tag.removeprefix(_SVG))
    for name, value in element.items():
        if name in _KEPT_ATTRIBUTES:
            slim.set(_KEPT_ATTRIBUTES[name], _SPACES.sub(r"\1", _NUMBER.sub(_short, value)))
    rules = _rules(element.get("style", ""))
    if rules:
        slim.set("class", classes.setdefault(rules, f"c{len(classes)}"))
    slim.text = element.text if slim.tag == "text" else None
    slim.extend(_slim(kept, classes) for child in element for kept in _worth_keeping(child))
    return slim


def _rules(style: str) -> str:
    """CSS with house colours by name; straight lines in the tone of gridlines are kept crisp."""
    wanted = [rule.strip() for rule in style.split(";") if not rule.strip().startswith(_UNWANTED_RULES)]
    rules = ";".join(_COLOUR.sub(lambda colour: _VARIABLES[colour[0]], rule.replace(": ", ":")) for rule in wanted)
    return rules + ";shape-rendering:crispEdges" if "stroke:var(--line);stroke-width:1;" in rules + ";" else rules


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 1) + 0.0:.1f}".removesuffix(".0")
