"""May the middle of a forecast be called an edge? The tests of that, in words, and what would change their answer."""

import numpy as np

from app.forecasting.ensemble.blend import Blended, PastForecasts
from app.forecasting.ensemble.edge_test import Trial, tried
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.forecast import LogPrices
from app.forecasting.scoring.audit import overlapping
from app.forecasting.scoring.metrics import BANDS, Estimate, probability_up
from app.panels.verdict.model import Edge, EdgeTest, ReplayedVerdict
from app.text.compact_numbers import percent_text

MIN_ORIGINS = 60
SIGNIFICANCE = 0.05


def edge_of(trial: Trial) -> Edge:
    """The tests; an edge is claimed where all pass."""
    ratio = f"{trial.ratio:.3f}" if np.isfinite(trial.ratio) else "the price stood still"
    tests = (
        EdgeTest("Past forecasts", str(trial.n), f"at least {MIN_ORIGINS}", trial.n >= MIN_ORIGINS),
        EdgeTest("Error against “price stays”", ratio if trial.n else "none yet", "below 1", trial.ratio < 1),
        EdgeTest(
            "Chance of looking this good by luck",
            _percent(trial.q, 1) if trial.n else "none yet",
            f"below {_percent(SIGNIFICANCE)}, counted over {trial.models} models",
            trial.q < SIGNIFICANCE,
        ),
        *(_band_test(level, held, trial.n) for level, held in trial.held.items()),
    )
    return Edge(all(test.passed for test in tests), tests)


def _band_test(level: int, held: Estimate, n: int) -> EdgeTest:
    plausible = f"plausibly {_percent(held.low)} to {_percent(held.high)}"
    found = f"{_percent(held.value)} of the time, {plausible}" if n else "none yet"
    needed = f"{level} % within that range, for which forecasts that overlap count once"
    return EdgeTest(f"{level} % band held", found, needed, held.low <= level / 100 <= held.high)


def _percent(share: float, decimals: int = 0) -> str:
    return percent_text(100 * share, decimals)


def changes(trial: Trial) -> tuple[str, ...]:
    """What would change the verdict, one sentence for each thing."""
    edge = edge_of(trial)
    if edge.claimed:
        return (
            f"It falls back to “no edge” once the error reaches that of “price stays” (now {trial.ratio:.3f} of it) "
            f"or the chance of luck {_percent(SIGNIFICANCE)} (now {_percent(trial.q, 1)}).",
        )
    found = [_more(trial)] if trial.n < MIN_ORIGINS else []
    if trial.n and not trial.ratio < 1:
        found.append("Its middle would have to miss less than “price stays” does; so far it does not.")
    elif trial.n and not trial.q < SIGNIFICANCE:
        found.append(_how_many(trial))
    for level, held in trial.held.items():
        if trial.n and not held.low <= level / 100 <= held.high:
            found.append(
                f"The {level} % band would have to hold {level} % of the time; it held {_percent(held.value)}."
            )
    return tuple(found)


def _more(trial: Trial) -> str:
    return f"{MIN_ORIGINS - trial.n} more past forecasts of this length would have to be over: a longer history."


def _how_many(trial: Trial) -> str:
    advantage = 1 - trial.ratio
    if trial.test.statistic >= 0:
        return "A lasting advantage over “price stays” would have to show."
    enough = int(np.ceil(trial.n * (1.645 / trial.test.statistic) ** 2))
    share = _percent(advantage, 1)
    if enough <= trial.n:
        return f"Its advantage of {share} would have to stand out among the {trial.models} models tried together."
    return f"An advantage of {share} takes about {enough} past forecasts to tell from luck; there are {trial.n}."


MONTHS = 12
_LOW, _HIGH = BANDS[80]
_WITH_MEDIAN = [place for place, member in enumerate(MEMBERS) if member.own_median]


def trial_at(past: PastForecasts, receipt: Blended, origin: int) -> Trial:
    """The combination and its members on the past forecasts that were over at the row ``origin``."""
    over = past.origins + past.day <= origin
    overlap = overlapping(past.origins[over], past.day)
    members = past.quantiles[_WITH_MEDIAN][:, over]
    return tried(receipt.quantiles[over, -1], members, past.actual[over], overlap)


def monthly(y: LogPrices, past: PastForecasts, receipt: Blended) -> tuple[ReplayedVerdict, ...]:
    """The last past forecast of each of the newest twelve months that have one, oldest first."""
    months = y.dates[past.origins].astype("datetime64[M]")
    is_last = np.append(months[1:] != months[:-1], True)[: len(months)]
    newest = np.flatnonzero(is_last)[-MONTHS:]
    return tuple(_replayed(y, past, receipt, int(k)) for k in newest)


def _replayed(y: LogPrices, past: PastForecasts, receipt: Blended, k: int) -> ReplayedVerdict:
    origin, quantiles = int(past.origins[k]), receipt.quantiles[k, -1]
    last, actual = float(np.exp(y.close[origin])), float(past.actual[k])
    return ReplayedVerdict(
        origin=y.dates[origin].item(),
        target=y.dates[origin + past.day].item(),
        last=last,
        low=last * float(np.exp(quantiles[_LOW])),
        high=last * float(np.exp(quantiles[_HIGH])),
        p_up=float(probability_up(quantiles)),
        edge=edge_of(trial_at(past, receipt, origin)).claimed,
        actual=last * float(np.exp(actual)),
        inside_80=bool(quantiles[_LOW] <= actual <= quantiles[_HIGH]),
    )
