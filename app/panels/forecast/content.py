"""Facts and tables of any forecast and of its receipt."""

from collections.abc import Sequence

from app.forecasting.forecast import is_median
from app.forecasting.scoring.receipt import Receipt, ScoredForecast
from app.panels.analysis import NONE, Analysis, Fact, ForecastAnalysis, Table
from app.panels.outcome import Outcome
from app.text.numbers import chance, day, money, percent, plural, ratio, rounded, signed_percent

ERROR = "Error against “price stays”"
_UNTESTED = "this history is too short to test the forecast. Treat it as untested"


def forecast_facts(analysis: ForecastAnalysis) -> tuple[Fact, ...]:
    """Both bands and the middle on the last day."""
    forecast = analysis.forecast
    middle = forecast.median[-1]
    note = f"{signed_percent(forecast.change(middle))} by {day(forecast.dates[-1])}"
    return _range(analysis, 80), _range(analysis, 95), Fact("middle", "Median", money(middle, analysis), note)


def range_ends(analysis: ForecastAnalysis, level: int = 80) -> tuple[str, str]:
    """The range of ``level`` percent (50, 80 or 95) of the last day for a headline, written alike: $304 and $403."""
    low, high = (rounded(price, analysis, analysis.forecast.last) for price in analysis.forecast.band(level).end)
    return low, high


def range_label(level: int, horizon: int) -> str:
    """The name of a band on the last day of ``horizon``."""
    return f"{level}% range in {plural(horizon, 'trading day')}"


def held_label(level: int) -> str:
    """The name of how often a band held."""
    return f"{level}% range held"


def receipt_facts(receipt: Receipt, horizon: int) -> tuple[Fact, ...]:
    """How many past forecasts were scored, their error, and how often their bands held."""
    number = plural(receipt.origins, "past forecast")
    return (
        Fact("tested", "Receipt", number, f"of {plural(horizon, 'day')}, on dates that its fit had not seen"),
        _error(receipt),
        _held(80, receipt.coverage_80, receipt.coverage_80_ci),
        _held(95, receipt.coverage_95, receipt.coverage_95_ci),
    )


def score_facts(receipt: Receipt) -> tuple[Fact, ...]:
    """Further scores, for who knows them; none where nothing was scored."""
    if receipt.pinball_ratio is None or receipt.winkler_95_ratio is None or receipt.p_better is None:
        return ()
    pinball, winkler = f"{ratio(receipt.pinball_ratio)} ×", f"{ratio(receipt.winkler_95_ratio)} ×"
    luck = "p-value: how often luck alone looks this good"
    return (
        Fact("pinball", "Pinball loss", pinball, "all seven quantiles, against a range of constant volatility"),
        Fact("winkler", "Winkler score, 95%", winkler, "width plus misses of the range, against the same"),
        Fact("luck", luck, chance(receipt.p_better), "Diebold–Mariano test against “price stays”"),
    )


def _range(analysis: ForecastAnalysis, level: int) -> Fact:
    ends = analysis.forecast.band(level).end
    prices = " – ".join(money(price, analysis) for price in ends)
    changes = " to ".join(signed_percent(analysis.forecast.change(price)) for price in ends)
    return Fact(f"range_{level}", range_label(level, analysis.horizon), prices, changes)


def _error(receipt: Receipt) -> Fact:
    if not receipt.origins:
        return Fact("error", ERROR, NONE, _UNTESTED)
    if receipt.mae_ratio is None:
        return Fact("error", ERROR, NONE, "the price never moved in the test periods")
    ends = receipt.mae_ratio_ci
    interval = f"; 95% interval {ratio(ends[0])} to {ratio(ends[1])}" if ends else ""
    note = f"{ratio(receipt.mae_ratio)} times as much{interval}"
    return Fact("error", ERROR, less_or_more(receipt.mae_ratio), note)


def less_or_more(times: float) -> str:
    """An error as a multiple of another: “8% less”."""
    change = round(100 * (times - 1))
    return "the same" if not change else f"{percent(abs(change) / 100, 0)} {'less' if change < 0 else 'more'}"


def _held(level: int, share: float | None, plausible: tuple[float, float] | None) -> Fact:
    if share is None or plausible is None:
        return Fact(f"held_{level}", held_label(level), NONE)
    low, high = (percent(end, 0) for end in plausible)
    return Fact(f"held_{level}", held_label(level), percent(share, 0), f"{low} to {high}, allowing for luck")


_MILESTONES = (1, 2, 5, 10, 22, 44)
SHOWN_FORECASTS = 12
"""How many rows the table of past forecasts has."""


def milestones(days: int) -> tuple[int, ...]:
    """Which of the ``days`` ahead are shown: a few on the way, and the last."""
    return (*(day for day in _MILESTONES if day < days), days)


def forecast_tables(analysis: ForecastAnalysis) -> dict[str, Table]:
    """The two tables that every forecast card has."""
    return {"fan": fan_table(analysis), "receipt": receipt_table(analysis)}


def fan_table(analysis: ForecastAnalysis, beside: Sequence[float] = (), name: str = "") -> Table:
    """The seven quantiles on a few days; ``beside`` is another line of that ``name``, a price a day."""
    forecast = analysis.forecast
    levels = tuple("median" if is_median(level) else f"{100 * float(level):g}%" for level in forecast.quantiles)
    rows = tuple(
        (
            str(ahead),
            day(forecast.dates[ahead - 1]),
            *(money(prices[ahead - 1], analysis) for prices in forecast.quantiles.values()),
            *(money(line, analysis) for line in beside[ahead - 1 : ahead]),
        )
        for ahead in milestones(analysis.horizon)
    )
    headings = ("Days ahead", "Date", *levels, *([name] if name else []))
    return Table(headings, rows, "Under 10% stands the price that ten closes in a hundred should stay below.")


def receipt_table(analysis: ForecastAnalysis) -> Table:
    """The newest of the past forecasts, each with what happened."""
    receipt = analysis.receipt
    newest = receipt.forecasts[: -SHOWN_FORECASTS - 1 : -1]
    rows = tuple(_scored(forecast, analysis) for forecast in newest)
    note = f"The newest {len(newest)} of {plural(receipt.origins, 'past forecast')}; the card's JSON has all of them."
    return Table(("Made on", "For", "Last close", "10%", "Median", "90%", "Close then"), rows, note)


def _scored(scored: ScoredForecast, analysis: ForecastAnalysis) -> tuple[str, ...]:
    low, high = scored.band(80)
    prices = (money(price, analysis) for price in (scored.last, low, scored.median, high, scored.actual))
    return day(scored.origin), day(scored.target), *prices


def outcome_table(outcome: Outcome, analysis: Analysis) -> Table:
    """The closes that followed, on a few days."""
    shown = milestones(len(outcome.dates))
    rows = tuple(
        (str(after), day(outcome.dates[after - 1]), money(outcome.actual[after - 1], analysis)) for after in shown
    )
    return Table(("Days later", "Date", "Close"), rows)
