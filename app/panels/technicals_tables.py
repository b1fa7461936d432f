"""The numbers of the technicals' chart."""

from app.panels.content import Table
from app.panels.technicals_analysis import TechnicalsAnalysis
from app.panels.technicals_facts import shown
from app.text.numbers import money, plural, signed_percent


def technicals_tables(analysis: TechnicalsAnalysis) -> dict[str, Table]:
    """Every reading and every level of the one chart."""
    read = tuple(
        (reading.title, shown(reading, analysis), "") for reading in analysis.readings if reading.value is not None
    )
    levels = analysis.levels.resistance[::-1] + analysis.levels.support
    swings = tuple(
        (f"Level {money(one.price, analysis)}", signed_percent(one.distance), plural(one.touches, "touch", "touches"))
        for one in levels
    )
    return {"studies": Table(("What", "Value, or how far away", "Touched"), read + swings)}
