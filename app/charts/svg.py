"""A sheet becomes a small SVG that follows the reader's colour scheme, or pixels; the same sheet, the same bytes."""

import base64
import io
from collections.abc import Iterator
from html import escape

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from app.charts.chart import LINE, MARGIN, PAPER, TONES, Chart, Floats, style_sheet
from app.charts.parts.figure import Area, Marks, Shape, Sheet, Words

_VARIABLES = {colours[0]: f"var(--{name})" for name, colours in TONES.items()}
_EDGE = 1.4
# Of the size of a letter: from the middle of its capitals down to the line that it stands on.
_BASELINE = 0.378
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_CROSS = (0, 1, 2, 1, 2, 1, 0, -1, -2, -1, -2, -1)
_CORNERS = {
    "s": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "^": ((0, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "v": ((0, 0.5), (0.5, -0.5), (-0.5, -0.5)),
    "|": ((0, -0.5), (0, 0.5)),
    "X": tuple((_CROSS[row] / 4, _CROSS[row - 3] / 4) for row in range(12)),
}
"""The outline of each mark that is no circle, one pixel high."""


def finish(sheet: Sheet, rows: tuple[float, float] | None = None) -> Chart:
    """The sheet as a chart; ``rows`` is how far across, in pixels, the first and the last row of its table stand."""
    source = _pixels(sheet) if sheet.raster else _shapes(sheet)
    ends = tuple(round(pixels / sheet.width, 4) for pixels in rows or ())
    return Chart(source, sheet.caption.said, sheet.width, sheet.height, *ends)


def _shapes(sheet: Sheet) -> str:
    """The SVG, written shape by shape: matplotlib's would have to be read again, and takes five times as long."""
    rules: dict[str, str] = {}
    marks: dict[tuple[str, float], str] = {}
    drawn = "".join(part for shape in sheet.shapes for part in _written(shape, rules, marks))
    style = style_sheet("".join(f".{name}{{{rule}}}" for rule, name in rules.items()))
    wide, tall = sheet.width, sheet.height
    size = f'width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}"'
    svg = f'<svg {size} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{drawn}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode('ascii')}"


def _written(shape: Shape, rules: dict[str, str], marks: dict[tuple[str, float], str]) -> Iterator[str]:
    """The elements of a shape, and those that it is the first to need; ``rules`` and ``marks`` have names."""
    used = rules.setdefault(_rule(shape), f"c{len(rules)}")
    if isinstance(shape, Words):
        x, y = _short(shape.x), _short(shape.y + _BASELINE * shape.size)
        yield f'<text x="{x}" y="{y}" class="{used}">{escape(shape.text, quote=False)}</text>'
    elif isinstance(shape, Marks):
        kind = shape.shape, shape.size
        if kind not in marks:
            marks[kind] = f"m{len(marks)}"
            yield f'<defs><path id="{marks[kind]}" d="{_outline(shape)}"/></defs>'
        at = (np.round(shape.points, 1) + 0.0).tolist()
        yield from (f'<use href="#{marks[kind]}" x="{x:g}" y="{y:g}" class="{used}"/>' for x, y in at)
    else:
        path = f'<path d="{_path(shape.points, closed=isinstance(shape, Area))}" class="{used}"/>'
        yield f'<g id="{shape.name}">{path}</g>' if shape.name else path


def _rule(shape: Shape) -> str:
    """Its style as CSS, colours by name; thin straight lines in the tone of gridlines are kept crisp."""
    tone = _VARIABLES[shape.tone]
    if isinstance(shape, Words):
        weight = "font-weight:700;" if shape.bold else ""
        return f"{weight}font-size:{shape.size:g}px;text-anchor:{_ANCHORS[shape.align]};fill:{tone}"
    if isinstance(shape, Area):
        return f"fill:{tone}"
    if isinstance(shape, Marks):
        return f"fill:{_VARIABLES[shape.fill]};stroke:{tone};stroke-width:{_EDGE}"
    dash = f";stroke-dasharray:{shape.dash[0]:g},{shape.dash[1]:g}" if shape.dash else ""
    ends = "" if shape.square or shape.dash else ";stroke-linecap:square"
    crisp = ";shape-rendering:crispEdges" if shape.tone == LINE and shape.width == 1 else ""
    return f"fill:none;stroke:{tone};stroke-width:{shape.width:g}{dash}{ends}{crisp}"


def _path(points: Floats, *, closed: bool) -> str:
    points = _thinned(points)
    parts, begins, last = [], True, None
    for at in (np.round(points, 1) + 0.0).tolist():
        x, y = at
        if x != x or y != y:
            begins = True
        elif begins or at != last:
            parts.append(f"{'M' if begins else 'L'}{x:g} {y:g}")
            begins, last = False, at
    return "".join(parts) + ("z" if closed else "")


_MANY, _UNSEEN = 200, 0.12


def _thinned(points: Floats) -> Floats:
    """Without corners of a long line that nobody could see, as they are less than an eighth of a pixel high."""
    if len(points) < _MANY or np.isnan(points).any():
        return points
    for _ in range(3):
        chord, side = points[2:] - points[:-2], points[1:-1] - points[:-2]
        across = np.abs(chord[:, 0] * side[:, 1] - chord[:, 1] * side[:, 0])
        kept = np.full(len(points), fill_value=True)
        # Every other one at most, so that what is left out is measured against what stays.
        kept[1:-1:2] = (across > _UNSEEN * np.hypot(*chord.T))[::2]
        points = points[kept]
    return points


def _outline(marks: Marks) -> str:
    if marks.shape == "o":
        radius = _short(marks.size / 2)
        return f"M-{radius} 0a{radius} {radius} 0 1 0 {marks.size:g} 0a{radius} {radius} 0 1 0 -{marks.size:g} 0z"
    return _path(marks.size * np.array(_CORNERS[marks.shape]), closed=True)


def _short(number: float) -> str:
    return f"{round(number, 1) + 0.0:g}"


_TIMES = 2
_PER_INCH = 72


def _pixels(sheet: Sheet) -> str:
    """The sheet on light paper with a margin, twice as dense as it is on a page."""
    width, height = sheet.width + 2 * MARGIN, sheet.height + 2 * MARGIN
    figure = Figure(figsize=(width / _PER_INCH, height / _PER_INCH), dpi=_TIMES * _PER_INCH, facecolor=PAPER)
    # Shapes count down from the upper edge, artists up from the lower one.
    place = Affine2D().scale(1, -1).translate(MARGIN, height - MARGIN).scale(_TIMES)
    for shape in sheet.shapes:
        artist = _artist(shape)
        artist.set(transform=place, zorder=1)
        figure.add_artist(artist)
    written = io.BytesIO()
    FigureCanvasAgg(figure).print_png(written, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


def _artist(shape: Shape) -> Artist:
    if isinstance(shape, Words):
        words = Text(shape.x, shape.y, shape.text, color=shape.tone, fontsize=shape.size, parse_math=False)
        words.set(ha=shape.align, va="center_baseline", fontweight="bold" if shape.bold else "normal")
        words.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])
        return words
    if isinstance(shape, Area):
        return Polygon(shape.points, closed=True, facecolor=shape.tone, edgecolor="none")
    x, y = shape.points.T
    if isinstance(shape, Marks):
        marks = Line2D(x, y, linestyle="none", marker=shape.shape, markersize=shape.size)
        marks.set(markeredgecolor=shape.tone, markerfacecolor=shape.fill, markeredgewidth=_EDGE)
        return marks
    line = Line2D(x, y, color=shape.tone, linewidth=shape.width)
    if shape.square:
        line.set_solid_capstyle("butt")
    if shape.dash:
        line.set_dashes([part / shape.width for part in shape.dash])
    return line
