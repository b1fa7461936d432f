"""The Technicals card: its description, facts and tables."""

from app.panels.analysis import Fact, Table
from app.panels.panel import LEAST_BARS, Heights, Panel
from app.panels.technicals.model import LeftOut, Reading, TechnicalsAnalysis
from app.text.numbers import money, plural, signed_percent


def technicals_facts(analysis: TechnicalsAnalysis) -> tuple[Fact, ...]:
    """A fact for each reading, whose note is its sentence; then what is left out."""
    readings = (_reading(reading, analysis) for reading in analysis.readings)
    return *readings, *(_left_out(missing) for missing in analysis.left_out)


def technicals_tables(analysis: TechnicalsAnalysis) -> dict[str, Table]:
    """Every reading and every level of the one chart."""
    read = tuple(
        (reading.title, shown(reading, analysis), "") for reading in analysis.readings if reading.value is not None
    )
    levels = analysis.levels.resistance[::-1] + analysis.levels.support
    swings = tuple(
        (
            f"Level {money(level.price, analysis)}",
            signed_percent(level.distance),
            plural(level.touches, "touch", "touches"),
        )
        for level in levels
    )
    return {"studies": Table(("What", "Value, or how far away", "Touched"), read + swings)}


PANEL = Panel(
    slug="technicals",
    title="Technicals",
    question="What do the classic indicators read?",
    module="app.panels.technicals",
    analysis=TechnicalsAnalysis,
    minimum_bars=LEAST_BARS,
    facts=technicals_facts,
    tables=technicals_tables,
    seconds=0.1,
    heights=Heights(5.5, 3.625, 3.625),
)

_PRICES = {"vwap_20", "sma_50", "sma_200", "support", "resistance"}


def shown(reading: Reading, analysis: TechnicalsAnalysis) -> str:
    """What ``reading`` shows, as money where it is a price."""
    if reading.value is None or reading.name not in _PRICES:
        return reading.shown
    return money(reading.value, analysis)


def _reading(reading: Reading, analysis: TechnicalsAnalysis) -> Fact:
    return Fact(reading.name, reading.title, shown(reading, analysis), reading.sentence.removesuffix("."))


def _left_out(missing: LeftOut) -> Fact:
    why = f"it needs {missing.needs} {missing.unit}, and there are {missing.found}"
    return Fact(f"{missing.name}_left_out", missing.title, "left out", why)
