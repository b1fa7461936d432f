"""What the technicals say in words: every reading, and the indicators that are left out."""

from app.panels.content import Fact
from app.panels.technicals_analysis import LeftOut, Reading, TechnicalsAnalysis
from app.text.numbers import money

_PRICES = {"vwap_20", "sma_50", "sma_200", "support", "resistance"}


def technicals_facts(analysis: TechnicalsAnalysis) -> tuple[Fact, ...]:
    """A fact for each reading, whose note is its sentence; then what is left out."""
    readings = (_reading(reading, analysis) for reading in analysis.readings)
    return *readings, *(_left_out(missing) for missing in analysis.left_out)


def shown(reading: Reading, analysis: TechnicalsAnalysis) -> str:
    """What ``reading`` shows, as money where it is a price."""
    if reading.value is None or reading.name not in _PRICES:
        return reading.shown
    return money(reading.value, analysis)


def _reading(reading: Reading, analysis: TechnicalsAnalysis) -> Fact:
    return Fact(reading.name, reading.title, shown(reading, analysis), reading.sentence)


def _left_out(missing: LeftOut) -> Fact:
    why = f"is left out: it needs {missing.needs} {missing.unit}, and there are {missing.found}."
    return Fact(f"{missing.name}_left_out", missing.title, "left out", f"{missing.title} {why}")
