import gc
import re
import resource
import struct
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

import app.charts
from app.charts.chart import NARROW, TONES, canvas_named, stand_alone
from tests.support.drawings import draw_fan, root_of, svg_of, word_boxes
from tests.support.thread_cost import thread_cost

SVG = "{http://www.w3.org/2000/svg}"
KILOBYTE = 1024
PAGE = ("#f6f3ec", "#0f1113")
"""What lies around cards, in the style sheet: a chart may stand on it too."""
SHOWN = {1080: 1070, 720: 700, 680: 670, 500: 485, 328: 318}
"""The least width in CSS pixels that a chart of each canvas is shown at: the narrowest card that asks for it."""


def test_a_chart_is_a_well_formed_svg_of_the_size_it_states(draw, canvas):
    chart = draw(canvas)
    root = root_of(chart)
    assert root.tag == f"{SVG}svg"
    assert (root.get("width"), root.get("height")) == (str(chart.width), str(chart.height))
    assert chart.width == canvas.width
    assert chart.alt


def test_a_chart_weighs_at_most_40_kilobytes(draw, canvas):
    assert len(draw(canvas).src) <= 40 * KILOBYTE


def test_a_chart_carries_both_colour_schemes(draw, canvas):
    sheet = root_of(draw(canvas)).findtext(f"{SVG}style")
    light, dark = sheet.split("@media (prefers-color-scheme:dark)")
    for name, (on_light, on_dark) in TONES.items():
        assert f"--{name}:{on_light}" in light
        assert f"--{name}:{on_dark}" in dark


def test_a_colour_is_written_nowhere_but_in_the_two_schemes(draw, canvas):
    svg = svg_of(draw(canvas))
    schemes, rest = svg.split("}}", 1)
    assert schemes.count("#") == 2 * len(TONES)
    assert not re.search(r"#(?!m\d)|rgb|\bstyle=", rest)
    assert "var(--ink" in rest


def test_a_colour_on_light_paper_belongs_to_one_tone_alone():
    assert len({on_light for on_light, _ in TONES.values()}) == len(TONES)


@pytest.mark.parametrize(("tone", "ground", "least"), [
    ("ink", "paper", 7), ("ink-soft", "paper", 4.5), ("accent", "paper", 4.5), ("warn", "paper", 4.5),
    ("accent", "band-50", 3), ("ink", "band-50", 4.5), ("ink-soft", "accent-soft", 3),
    ("band-95", "paper", 1.6), ("band-95", "page", 1.6),
])  # fmt: skip
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_is_to_be_read_stands_out_from_what_it_lies_on(tone, ground, least, scheme):
    tones = {**TONES, "page": PAGE}
    dim, bright = sorted((luminance(tones[tone][scheme]), luminance(tones[ground][scheme])))
    assert (bright + 0.05) / (dim + 0.05) >= least


def luminance(colour):
    """Relative luminance of WCAG 2."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_class_and_reference_is_defined(draw, canvas):
    root = root_of(draw(canvas))
    sheet = root.findtext(f"{SVG}style")
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        assert f".{element.get('class')}{{" in sheet or element.get("class") is None
        assert element.get("href", "#None")[1:] in ids | {"None"}


def test_the_same_numbers_give_the_same_bytes(draw, canvas):
    assert draw(canvas) == draw(canvas)


def test_words_lie_within_the_paper(draw, canvas):
    chart = draw(canvas)
    for words, left, top, right, bottom in word_boxes(chart):
        assert left >= 0, words
        assert right <= chart.width, words
        assert 0 <= top < bottom <= chart.height, words


def test_words_are_at_least_twelve_and_a_half_pixels_high_as_they_are_shown(draw, canvas):
    root = root_of(draw(canvas))
    sizes = dict(re.findall(r"\.(c\d+)\{[^}]*font-size:(\d+)px", root.findtext(f"{SVG}style")))
    words = list(root.iter(f"{SVG}text"))
    assert words
    scale = SHOWN[canvas.width] / canvas.width
    assert all(int(sizes[element.get("class")]) * scale >= 12.5 for element in words)


def test_nothing_is_drawn_off_the_paper(draw, canvas):
    chart = draw(canvas)
    for path in root_of(chart).findall(f".//{SVG}path[@class]"):
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
        if path.get("id") is None:
            assert min(numbers[0::2]) >= -8
            assert max(numbers[0::2]) <= chart.width
            assert max(numbers[1::2]) <= chart.height


def test_no_two_words_overlap(draw, canvas):
    for (first, *one), (second, *other) in combinations(word_boxes(draw(canvas)), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (first, second)


def test_a_drawing_takes_less_than_80_milliseconds_once_warm(draw, canvas):
    assert thread_cost(lambda: draw(canvas)) < 0.080


def test_a_hundred_charts_leave_no_figure_behind():
    for _ in range(100):
        draw_fan(NARROW, bars=60)
    gc.collect()
    assert not [thing for thing in gc.get_objects() if issubclass(type(thing), Figure)]


def resident_bytes():
    gc.collect()
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def test_memory_does_not_grow_with_the_number_of_charts():
    draw_fan(NARROW, bars=60)
    before = resident_bytes()
    for _ in range(100):
        draw_fan(NARROW, bars=60)
    assert resident_bytes() - before < 8_000 * KILOBYTE


def test_drawing_never_imports_pyplot():
    home = Path(app.charts.__path__[0])
    names = ", ".join(f"app.charts.{path.stem}" for path in home.glob("[a-z]*.py"))
    script = f"import sys, {names}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=home.parents[1], check=False).returncode == 0


def test_a_chart_can_be_shared_alone(draw, canvas):
    """The finding is on top in the largest type, the source at the foot, both inside the picture."""
    boxes = word_boxes(draw(canvas))
    assert boxes[0][0].startswith("Half of its months")
    assert min(box[2] for box in boxes) == boxes[0][2]
    lowest = max(boxes, key=lambda box: box[4])[0]
    assert "Stock Forecasting Analytics".endswith(lowest.partition("· ")[2] or lowest)


def test_a_chart_that_leaves_the_page_stands_on_paper_and_needs_no_variable(draw, canvas):
    chart = draw(canvas)
    alone = ElementTree.fromstring(stand_alone(chart))  # noqa: S314
    paper = alone.find(f"{SVG}rect")
    assert (paper.get("width"), paper.get("height")) == (str(chart.width + 32), str(chart.height + 32))
    assert "var(" not in ElementTree.tostring(alone, encoding="unicode")
    assert len(list(alone.iter(f"{SVG}text"))) == len(word_boxes(chart))


def test_the_same_chart_can_be_had_in_pixels_twice_as_dense(draw):
    canvas = canvas_named("wide.png")
    picture = draw(canvas)
    assert picture.src.startswith("data:image/png;base64,")
    pixels = stand_alone(picture)
    size = struct.unpack(">II", pixels[16:24])
    shapes = draw(canvas_named("wide"))
    assert size == (2 * (shapes.width + 32), 2 * (shapes.height + 32))
    assert (picture.width, picture.height, picture.alt) == (shapes.width, shapes.height, shapes.alt)
    assert draw(canvas) == picture
