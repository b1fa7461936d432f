"""The numbers of the patterns card's charts."""

from app.forecasting.band import band_of, median_of
from app.panels.content import Table
from app.panels.forecast_tables import milestones
from app.panels.patterns_analysis import FoundShape, PatternsAnalysis
from app.text.numbers import day, money, percent


def patterns_tables(analysis: PatternsAnalysis) -> dict[str, Table]:
    """The shapes, what is known of each of the newest, and what followed the past most like now."""
    windows = {f"window_{place}": _window(one) for place, one in enumerate(analysis.newest)}
    found = tuple((day(one.date), one.name, one.trend, _believed(one)) for one in analysis.patterns)
    candles = Table(("Ended on", "Shape", "Trend before it", "Network gives it"), found[::-1])
    return {"candles": candles, "analogues": _lookalikes(analysis), **windows}


def _window(one: FoundShape) -> Table:
    told = (
        ("Shape", one.name),
        ("Ended on", day(one.date)),
        ("Trend before it", one.trend),
        ("Network gives it", _believed(one)),
    )
    return Table(("What", "Found"), told)


def _believed(one: FoundShape) -> str:
    return "nothing to see" if one.probability is None else percent(one.probability)


def _lookalikes(analysis: PatternsAnalysis) -> Table:
    past = analysis.analogues
    days = milestones(past.days) if past.fan else ()
    rows = tuple(
        (str(after), *_prices(past.fan, after, analysis), *_prices(past.base_rate, after, analysis)) for after in days
    )
    names = tuple(f"{level}, {whose}" for whose in ("lookalikes", "any day") for level in ("10 %", "middle", "90 %"))
    return Table(("Days later", *names), rows)


def _prices(fan: dict[str, tuple[float, ...]], after: int, analysis: PatternsAnalysis) -> tuple[str, ...]:
    band = band_of(fan, 80)
    return tuple(money(prices[after - 1], analysis) for prices in (band.low, median_of(fan), band.high))
