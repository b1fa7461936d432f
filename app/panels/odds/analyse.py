"""The odds card: any price, day and amount, counted on paths that have the verdict's quantiles on every day."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from app.forecasting.forecast import QUANTILES, Floats
from app.forecasting.past_questions import deviations
from app.forecasting.paths import Paths, at_scores, shuffled, windows_of
from app.forecasting.questions import chances, deepest_fall, first_of, first_touch, traded_with
from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head, log_prices
from app.panels.jobs import say
from app.panels.odds.ladder import ladder
from app.panels.odds.model import AskedRung, Bracket, DueDividend, Inverse, OddsAnalysis, Rung, Spread
from app.panels.panel import Question
from app.panels.verdict.model import VerdictAnalysis

ONE_IN_FOUR = 0.25
_DECILE_SCORES: Floats = np.array([-1.6448536269514722, -0.6744897501960817, 0.0, 0.6744897501960817])
_A_YEAR = np.timedelta64(365, "D")
_LEAST_DIVIDEND = 1e-5
"""Of the price; less is what rounding leaves."""
_NOTHING = Question()


def analyse(
    history: PriceHistory, horizon: int, needed: Mapping[str, Analysis], question: Question = _NOTHING
) -> OddsAnalysis:
    """Count the paths of the verdict's forecast; raises ``QueryError`` for a level that is too far away."""
    verdict = _verdict_of(needed)
    say("Counting the paths")
    y, last, quantiles = log_prices(history), verdict.forecast.last, published(verdict)
    held = shuffled(windows_of(y, horizon), quantiles)
    due, paths = _quoted(history, verdict.forecast.dates, held, question.ex_dividend)
    rungs = tuple(Rung(**fields) for fields in _chances(paths, last, ladder(paths.quantiles[-1], last)))
    prices = [level.price(last) for level in question.levels] or _nearest_to_one_in_four(rungs, last)
    shown = _by_day(paths, last, prices, deviations(y, np.array([len(y) - 1]), horizon).item())
    return OddsAnalysis(
        **head(history, horizon),
        last=last,
        by=verdict.forecast.dates[-1],
        days=horizon,
        ladder=rungs,
        asked=shown if question.levels else None,
        shown=shown,
        inverse=_inverse(paths, last),
        bracket=_bracket(paths, last, prices),
        spread=_spread(held),
        amount=None,
        receipt=verdict.odds,
        paths=paths.close.shape[1],
        simulated=paths.simulated,
        dividends=_dividends(history),
        due=due,
    )


def _verdict_of(needed: Mapping[str, Analysis]) -> VerdictAnalysis:
    verdict = needed["verdict"]
    if not isinstance(verdict, VerdictAnalysis):
        raise TypeError(f"found {type(verdict).__name__} as the verdict; needed what its card publishes")
    return verdict


def _quoted(
    history: PriceHistory, days: tuple[date, ...], held: Paths, ex_dividend: date | None
) -> tuple[DueDividend | None, Paths]:
    """The dividend that goes off inside these ``days``, and the paths of prices as they will be quoted."""
    due = _due(history, days, ex_dividend)
    return due, held.less(due.amount / float(history.adj_close[-1]), days.index(due.day)) if due else held


def published(verdict: VerdictAnalysis) -> Floats:
    """The quantiles (horizon, 7) of log returns that the verdict publishes: the one distribution that is asked."""
    forecast = verdict.forecast
    return np.log(np.array([forecast.quantiles[str(level)] for level in QUANTILES]).T / forecast.last)


def _by_day(paths: Paths, last: float, prices: list[float], deviation: float) -> tuple[AskedRung, ...]:
    moves = [float(np.log(price / last)) for price in prices]
    return tuple(
        AskedRung(**fields, first=tuple(first_touch(paths, move).tolist()), distance=move / deviation)
        for fields, move in zip(_chances(paths, last, tuple(prices)), moves, strict=True)
    )


def _chances(paths: Paths, last: float, prices: tuple[float, ...]) -> list[dict[str, float]]:
    stated = chances(paths, np.log(np.array(prices) / last))
    trade = [None] * len(prices) if stated.trade is None else stated.trade.tolist()
    rows = zip(prices, stated.end.tolist(), stated.close.tolist(), trade, strict=True)
    return [
        {"level": price, "change": price / last - 1, "p_end": end, "p_close": close, "p_trade": traded}
        for price, end, close, traded in rows
    ]


def _nearest_to_one_in_four(rungs: tuple[Rung, ...], last: float) -> list[float]:
    """The price of the ladder on each side that is reached with a chance nearest to one in four."""
    sides = ([rung for rung in rungs if rung.level < last], [rung for rung in rungs if rung.level > last])
    return [min(side, key=lambda rung: abs((rung.p_trade or rung.p_close) - ONE_IN_FOUR)).level for side in sides]


def _inverse(paths: Paths, last: float) -> Inverse:
    return Inverse(ONE_IN_FOUR, *(last * float(np.exp(level)) for level in traded_with(paths, ONE_IN_FOUR)))


def _bracket(paths: Paths, last: float, prices: list[float]) -> Bracket | None:
    """Of the nearest prices on either side, the upper one as the target; None where there is one side only."""
    below, above = [price for price in prices if price < last], [price for price in prices if price > last]
    if not below or not above:
        return None
    target, stop = min(above), max(below)
    order = first_of(paths, float(np.log(target / last)), float(np.log(stop / last)))
    return Bracket(target, stop, order.target, order.stop, order.neither, order.same_day)


def _spread(paths: Paths) -> Spread:
    ends = at_scores(paths.quantiles[[-1]], _DECILE_SCORES)[0]
    falls = (deepest_fall(paths, 0.5), deepest_fall(paths, 0.1))
    return Spread(*(float(np.expm1(change)) for change in (*ends, *falls)))


def _dividends(history: PriceHistory) -> float:
    """What the last year's dividends were worth, as a share of the price, told by the adjustment of the closes."""
    adjustment = history.adj_close / history.close
    year = history.dates > history.dates[-1] - _A_YEAR
    return max(0.0, float(1 - adjustment[year][0] / adjustment[-1]))


def _due(history: PriceHistory, days: tuple[date, ...], ex_dividend: date | None) -> DueDividend | None:
    """The dividend that goes off inside these ``days``, taken to be as large as the last one of about a year."""
    inside = [day for day in days if ex_dividend is not None and day >= ex_dividend]
    if ex_dividend is None or not inside or ex_dividend <= history.passport.last_bar:
        return None
    adjustment = history.adj_close / history.close
    shares = 1 - adjustment[:-1] / adjustment[1:]
    year = history.dates[1:] > history.dates[-1] - _A_YEAR - np.timedelta64(35, "D")
    paid = np.flatnonzero((shares > _LEAST_DIVIDEND) & year)
    return DueDividend(inside[0], float(shares[paid[-1]] * history.close[paid[-1]])) if len(paid) else None
