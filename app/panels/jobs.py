"""Both ends of the border to the workers: what a worker runs for the cards, and the typed requests for it.

Workers are given bytes and return bytes. What they run may be given ``say``, which is told in words what begins.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from pydantic import TypeAdapter

from app.charts.chart import Chart, DayMark, canvas_named
from app.market.history import decode
from app.panels import BY_SLUG
from app.panels.analysis import Analysis
from app.panels.outcome import OUTCOME, Outcome
from app.panels.panel import Panel, Question

DRAWING = "Drawing the charts"
_CHARTS = TypeAdapter(dict[str, Chart])
_CHART = TypeAdapter(Chart)
MARKS = TypeAdapter(tuple[DayMark, ...])
_QUESTION, _NOTHING = TypeAdapter(Question), Question()
# Dotted names, because they import matplotlib, which only workers need.
_FORECAST_CHARTS = "app.panels.forecast.charts"
_RANGES_CHART = "app.panels.verdict.charts"
_FITS = "app.panels.prophet.fits"


class Run(Protocol):
    """How a named function of bytes is run by a worker."""

    def __call__(self, function: str, *payload: bytes) -> Awaitable[bytes]:
        """What the function returned."""


async def request_analysis(
    run: Run, panel: Panel, horizon: int, history: bytes, needed: Sequence[bytes] = (), beside: bytes = b""
) -> bytes:
    """The card's analysis as JSON; ``needed`` are those of ``panel.needs``, empty where a model has nothing to say.

    ``beside`` is of ``encode_question`` for a card that answers one, of ``fits.encode`` for one that rests on fits.
    """
    beside = beside or (encode_question(_NOTHING) if panel.in_money else b"")
    given = [beside] if beside else []
    return await run(_name(analyse), panel.slug.encode(), str(horizon).encode(), history, *needed, *given)


def encode_question(question: Question) -> bytes:
    """What a card is asked."""
    return _QUESTION.dump_json(question)


async def request_charts(run: Run, panel: Panel, canvas: str, history: bytes, analysis: bytes) -> bytes:
    """The card's charts, for ``decode_charts``."""
    return await run(_name(draw), panel.slug.encode(), canvas.encode(), history, analysis)


async def request_outcome_chart(
    run: Run, panel: Panel, canvas: str, history: bytes, analysis: bytes, outcome: Outcome
) -> bytes:
    """The chart of what happened after ``analysis``, for ``decode_chart``."""
    given = panel.slug.encode(), canvas.encode(), history, analysis, OUTCOME.dump_json(outcome)
    return await run(_name(draw_outcome), *given)


async def request_marked_fan(
    run: Run, panel: Panel, canvas: str, history: bytes, analysis: bytes, marks: tuple[DayMark, ...]
) -> bytes:
    """The fan of a forecast with days to come marked in it, for ``decode_chart``."""
    given = panel.slug.encode(), canvas.encode(), history, analysis, MARKS.dump_json(marks)
    return await run(_name(draw_marked_fan), *given)


async def request_ranges_chart(run: Run, canvas: str, histories: Sequence[bytes], verdicts: Sequence[bytes]) -> bytes:
    """The chart that sets histories and the ranges of their finished verdicts side by side, for ``decode_chart``."""
    return await run(_name(draw_ranges), canvas.encode(), *histories, *verdicts)


def decode_analysis(panel: Panel, analysis: bytes) -> Analysis:
    """The analysis that was requested."""
    finished: Analysis = _adapter(panel).validate_json(analysis)
    return finished


def encode_analysis(panel: Panel, analysis: Analysis) -> bytes:
    """The inverse of ``decode_analysis``."""
    return _adapter(panel).dump_json(analysis)


def decode_charts(charts: bytes) -> dict[str, Chart]:
    """The charts by name that were requested."""
    return _CHARTS.validate_json(charts)


def decode_chart(chart: bytes) -> Chart:
    """The chart that was requested."""
    return _CHART.validate_json(chart)


def silent(words: str) -> None:
    """Say nothing."""


Say = Callable[[str], None]


def analyse(slug: bytes, horizon: bytes, history: bytes, *needed: bytes, say: Say = silent) -> bytes:
    """The card's analysis as JSON; ``needed`` are the finished analyses it needs, in the order it names them.

    An empty one is of a model that has nothing to say. Behind them is the question that a card is asked, or the fits
    that it rests on; a fit that is not among them is made here.
    """
    panel = BY_SLUG[slug.decode()]
    read = _QUESTION.validate_json if panel.in_money else import_module(_FITS).fits_among
    beside = [read(part) for part in needed[len(panel.needs) :]]
    given = zip(panel.needs, needed, strict=not beside)
    others = {name: decode_analysis(BY_SLUG[name], finished) for name, finished in given if finished}
    with saying(say):
        analysis = import_module(f"{panel.module}.analyse").analyse(decode(history), int(horizon), others, *beside)
    return encode_analysis(panel, analysis)


def draw(slug: bytes, canvas: bytes, history: bytes, analysis: bytes, say: Say = silent) -> bytes:
    """The card's charts as JSON, drawn from finished numbers."""
    say(DRAWING)
    panel = BY_SLUG[slug.decode()]
    finished = decode_analysis(panel, analysis)
    charts = import_module(f"{panel.module}.charts").draw(decode(history), finished, canvas_named(canvas.decode()))
    return _CHARTS.dump_json(charts)


def draw_outcome(slug: bytes, canvas: bytes, history: bytes, analysis: bytes, later: bytes, say: Say = silent) -> bytes:
    """The chart of an outcome as JSON; the only work that is handed anything later than its history."""
    say(DRAWING)
    finished, outcome = decode_analysis(BY_SLUG[slug.decode()], analysis), OUTCOME.validate_json(later)
    shared, room = import_module(_FORECAST_CHARTS), canvas_named(canvas.decode())
    return _CHART.dump_json(shared.draw_outcome(decode(history), finished, outcome, room))


def draw_marked_fan(
    slug: bytes, canvas: bytes, history: bytes, analysis: bytes, marks: bytes, say: Say = silent
) -> bytes:
    """The fan of a forecast as JSON with days to come marked in it, of which no analysis knows."""
    say(DRAWING)
    finished, days = decode_analysis(BY_SLUG[slug.decode()], analysis), MARKS.validate_json(marks)
    remark = "".join(f"; {mark.words} on {mark.day}" for mark in days)
    shared, room = import_module(_FORECAST_CHARTS), canvas_named(canvas.decode())
    return _CHART.dump_json(shared.draw_fan(decode(history), finished, room, remark=remark, marks=days))


def draw_ranges(canvas: bytes, *compared: bytes, say: Say = silent) -> bytes:
    """The chart as JSON of as many histories as finished verdicts, which stand behind them in the same order."""
    say(DRAWING)
    count = len(compared) // 2
    histories = [decode(history) for history in compared[:count]]
    finished = [decode_analysis(BY_SLUG["verdict"], verdict) for verdict in compared[count:]]
    room = canvas_named(canvas.decode())
    return _CHART.dump_json(import_module(_RANGES_CHART).draw_ranges(histories, finished, room))


def warm() -> None:
    """Import every card's models, and run each once where its first run is slow."""
    for name in (*(f"{panel.module}.analyse" for panel in BY_SLUG.values()), _FORECAST_CHARTS, _RANGES_CHART):
        getattr(import_module(name), "warm", lambda: None)()


@cache
def _adapter(panel: Panel) -> TypeAdapter[Any]:
    return TypeAdapter(panel.analysis)


def _name(function: Callable[..., object]) -> str:
    """The name by which a worker finds ``function``."""
    return f"{__name__}:{function.__name__}"


WARM = _name(warm)
"""The name of ``warm``, for an engine that starts workers."""


_SAY: ContextVar[Say] = ContextVar("say", default=silent)


def say(words: str) -> None:
    """Tell what begins now; nothing but counts may be in it, because it leaves the job on its own way."""
    _SAY.get()(words)


@contextmanager
def saying(to: Say) -> Iterator[None]:
    """Meanwhile what is said goes ``to`` somebody."""
    token = _SAY.set(to)
    try:
        yield
    finally:
        _SAY.reset(token)
