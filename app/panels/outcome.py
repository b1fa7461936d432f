"""What happened after the as-of date: the only place where anything later may show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress

import numpy as np
from pydantic import TypeAdapter

from app.errors import BadBarsError
from app.forecasting.forecast import Band
from app.market.history import closes_after
from app.market.raw_history import RawHistory
from app.panels.analysis import Analysis, Fact, ForecastAnalysis
from app.text.numbers import day, money, percent, ratio, signed_percent


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How the forecast did over the days that have passed: shares of days inside its bands, its error over the last
    price's (log price; None where the price did not move), and whether the last of these days is inside.
    """

    inside_80: float
    inside_95: float
    mae_ratio: float | None
    end_inside_80: bool
    end_inside_95: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a price that was asked about, by the quotes: first days, None where there was none.

    ``above`` the as-of close that price or more is meant, else that price or less. ``ended`` says so of the last close.
    """

    level: float
    above: bool
    ended: bool
    closed_on: date | None
    traded_on: date | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The closes of the trading days after ``as_of``, at most ``horizon``, in prices of the as-of date.

    ``change``, ``lowest`` and ``highest`` are shares of the as-of close; ``score`` is there for forecast cards, and
    ``reached`` for prices that were asked about.
    """

    dates: tuple[date, ...]
    actual: tuple[float, ...]
    complete: bool
    change: float
    lowest: float
    highest: float
    score: ForecastScore | None
    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True, slots=True)
class Following:
    """The trading days after a bar; ``closes``, of the bar and of these days, are adjusted and in the bar's prices.

    ``quoted`` are the closes, highs and lows of these days alone, as they were quoted.
    """

    dates: tuple[date, ...]
    closes: tuple[float, ...]
    quoted: tuple[tuple[float, ...], ...]


OUTCOME = TypeAdapter(Outcome)


def following(quotes: RawHistory, day: date, horizon: int) -> Following | None:
    """What came after ``day``, or None where nothing later is known or what is known makes no sense."""
    try:
        dates, closes, quoted = closes_after(quotes, day, horizon)
    except BadBarsError:
        return None
    return Following(dates, tuple(closes.tolist()), tuple(map(tuple, quoted.tolist()))) if dates else None


def outcome_of(analysis: Analysis, after: Following | None) -> Outcome | None:
    """What became of the price that ``analysis`` looked at, where anything is known to have come ``after`` it."""
    if after is None:
        return None
    dates, closes = after.dates, np.array(after.closes)
    moves = closes[1:] / closes[0] - 1
    return Outcome(
        dates=dates,
        actual=tuple(closes[1:].tolist()),
        complete=len(dates) == analysis.horizon,
        change=float(moves[-1]),
        lowest=float(moves.min()),
        highest=float(moves.max()),
        score=_score(analysis, closes) if isinstance(analysis, ForecastAnalysis) else None,
        reached=tuple(_reached(level, after, analysis.trades_known) for level in analysis.asked_prices),
    )


def _reached(level: float, after: Following, trades_known: bool) -> Reached:
    above, (closes, highs, lows) = level >= after.closes[0], after.quoted

    def beyond(prices: Sequence[float]) -> list[bool]:
        return [price >= level if above else price <= level for price in prices]

    closed, traded = beyond(closes), beyond(highs if above else lows)
    first = [next(compress(after.dates, days), None) for days in (closed, traded)]
    return Reached(level, above, closed[-1], first[0], first[1] if trades_known else None)


def with_outcome(published: bytes, outcome: Outcome | None) -> bytes:
    """The JSON object of an analysis with ``outcome`` as its last member, where there is one."""
    if outcome is None:
        return published
    return published[:-1] + b',"outcome":' + OUTCOME.dump_json(outcome) + b"}"


def _score(analysis: ForecastAnalysis, closes: np.ndarray) -> ForecastScore:
    actual = closes[1:]
    inside_80, inside_95 = (_inside(analysis.forecast.band(level), actual) for level in (80, 95))
    baseline = float(np.abs(np.log(actual / closes[0])).mean())
    error = float(np.abs(np.log(actual / np.array(analysis.forecast.median[: len(actual)]))).mean())
    return ForecastScore(
        inside_80=float(inside_80.mean()),
        inside_95=float(inside_95.mean()),
        mae_ratio=error / baseline if baseline else None,
        end_inside_80=bool(inside_80[-1]),
        end_inside_95=bool(inside_95[-1]),
    )


def _inside(band: Band, actual: np.ndarray) -> np.ndarray:
    """Whether each price lies in the band of its day."""
    days = len(actual)
    return np.asarray((np.array(band.low[:days]) <= actual) & (actual <= np.array(band.high[:days])))


def outcome_facts(outcome: Outcome, analysis: Analysis) -> tuple[Fact, ...]:
    """The change; of a forecast whether its 80% band held and how its median missed; of asked prices what they saw."""
    lowest, highest = signed_percent(outcome.lowest), signed_percent(outcome.highest)
    on_the_way = f"on the way between {lowest} and {highest}"
    change = Fact("change", f"By {day(outcome.dates[-1])}", signed_percent(outcome.change), on_the_way)
    score = outcome.score
    if score is None:
        return change, *(_reached_fact(reached, outcome, analysis) for reached in outcome.reached)
    where = "inside" if score.end_inside_80 else "outside"
    held = Fact("held", "It ended", f"{where} the 80% range", f"it was inside on {percent(score.inside_80, 0)} of days")
    if score.mae_ratio is None:
        return change, held
    missed = f"{ratio(score.mae_ratio)} times as much as “price stays”"
    return change, held, Fact("missed", "The median missed", missed, "one forecast proves little")


def _reached_fact(reached: Reached, outcome: Outcome, analysis: Analysis) -> Fact:
    beyond, otherwise = ("above", "below") if reached.above else ("below", "above")
    there = f"there or {beyond}"
    closed = f"first closed {there} on {day(reached.closed_on)}" if reached.closed_on else f"it never closed {there}"
    ended = f"on {day(outcome.dates[-1])} it was {there if reached.ended else otherwise}"
    label = money(reached.level, analysis)
    if not analysis.trades_known:
        return Fact(f"reached_{reached.level:g}", label, closed, ended)
    traded = f"was first traded on {day(reached.traded_on)}" if reached.traded_on else "was not traded"
    return Fact(f"reached_{reached.level:g}", label, traded, f"{closed}; {ended}")
