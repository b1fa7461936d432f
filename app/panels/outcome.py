"""What happened after the as-of date: the only place where anything later may show."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from pydantic import TypeAdapter

from app.errors import BadBarsError
from app.forecasting.forecast import Band
from app.market.history import closes_after
from app.market.raw_history import RawHistory
from app.panels.analysis import Analysis, Fact, ForecastAnalysis
from app.text.numbers import day, percent, ratio, signed_percent


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
class Outcome:
    """The closes of the trading days after ``as_of``, at most ``horizon``, in prices of the as-of date.

    ``change``, ``lowest`` and ``highest`` are shares of the as-of close; ``score`` is there for forecast cards.
    """

    dates: tuple[date, ...]
    actual: tuple[float, ...]
    complete: bool
    change: float
    lowest: float
    highest: float
    score: ForecastScore | None


@dataclass(frozen=True, slots=True)
class Following:
    """The trading days after a bar; ``closes``, of the bar and of these days, are adjusted and in the bar's prices."""

    dates: tuple[date, ...]
    closes: tuple[float, ...]


OUTCOME = TypeAdapter(Outcome)


def following(quotes: RawHistory, day: date, horizon: int) -> Following | None:
    """What came after ``day``, or None where nothing later is known or what is known makes no sense."""
    try:
        dates, closes = closes_after(quotes, day, horizon)
    except BadBarsError:
        return None
    return Following(dates, tuple(closes.tolist())) if dates else None


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
    )


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


def outcome_facts(outcome: Outcome) -> tuple[Fact, ...]:
    """The change, and for a forecast whether its 80 % band held the price and how far its median missed."""
    lowest, highest = signed_percent(outcome.lowest), signed_percent(outcome.highest)
    on_the_way = f"on the way between {lowest} and {highest}"
    change = Fact("change", f"By {day(outcome.dates[-1])}", signed_percent(outcome.change), on_the_way)
    score = outcome.score
    if score is None:
        return (change,)
    where = "inside" if score.end_inside_80 else "outside"
    held = Fact("held", "It ended", f"{where} the 80 % band", f"inside on {percent(score.inside_80, 0)} of days")
    if score.mae_ratio is None:
        return change, held
    missed = f"{ratio(score.mae_ratio)} times as much as “price stays”"
    return change, held, Fact("missed", "The median missed", missed, "one forecast proves little")
