"""What a worker is asked to do: analyse a history for a card, draw a finished analysis, draw what came of it.

Each may be given ``say``, which is told in words what begins.
"""

import importlib
from types import ModuleType

from pydantic import TypeAdapter

from app.charts.chart import Chart
from app.market import history as histories
from app.panels import BY_SLUG, outcome_chart, ranges_chart
from app.panels.outcome import OUTCOME
from app.panels.panel import Panel
from app.panels.progress import Say, saying, silent
from app.panels.query import CANVASES
from app.panels.verdict_analysis import VerdictAnalysis

_CHARTS = TypeAdapter(dict[str, Chart])
_CHART = TypeAdapter(Chart)
_VERDICT = TypeAdapter(VerdictAnalysis)
DRAWING = "Drawing the charts"


def analyse(slug: bytes, horizon: bytes, history: bytes, *needed: bytes, say: Say = silent) -> bytes:
    """The card's analysis as JSON; ``needed`` are the finished analyses it needs, in the order it names them.

    An empty one is of a model that has nothing to say.
    """
    panel = BY_SLUG[slug.decode()]
    others = {
        name: TypeAdapter(BY_SLUG[name].analysis).validate_json(finished)
        for name, finished in zip(panel.needs, needed, strict=True)
        if finished
    }
    with saying(say):
        analysis = _module(panel).analyse(histories.decode(history), int(horizon), others)
    return TypeAdapter(panel.analysis).dump_json(analysis)


def draw(slug: bytes, canvas: bytes, history: bytes, analysis: bytes, say: Say = silent) -> bytes:
    """The card's charts as JSON, drawn from finished numbers."""
    say(DRAWING)
    panel = BY_SLUG[slug.decode()]
    finished = TypeAdapter(panel.analysis).validate_json(analysis)
    charts = _module(panel).draw(histories.decode(history), finished, CANVASES[canvas.decode()])
    return _CHARTS.dump_json(charts)


def draw_outcome(
    slug: bytes, canvas: bytes, history: bytes, analysis: bytes, outcome: bytes, say: Say = silent
) -> bytes:
    """The chart of an outcome as JSON; the only work that is handed anything later than its history."""
    say(DRAWING)
    panel = BY_SLUG[slug.decode()]
    finished = TypeAdapter(panel.analysis).validate_json(analysis)
    happened = OUTCOME.validate_json(outcome)
    chart = outcome_chart.draw_outcome(histories.decode(history), finished, happened, CANVASES[canvas.decode()])
    return _CHART.dump_json(chart)


def draw_ranges(canvas: bytes, *verdicts: bytes, say: Say = silent) -> bytes:
    """The chart as JSON that sets the ranges of finished verdicts side by side."""
    say(DRAWING)
    found = [_VERDICT.validate_json(verdict) for verdict in verdicts]
    return _CHART.dump_json(ranges_chart.draw_ranges(found, CANVASES[canvas.decode()]))


def warm() -> None:
    """Import every card's models, and run each once where its first run is slow."""
    for panel in BY_SLUG.values():
        module = _module(panel)
        if hasattr(module, "warm"):
            module.warm()


def _module(panel: Panel) -> ModuleType:
    return importlib.import_module(panel.module)
