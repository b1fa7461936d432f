"""May the middle of a forecast be called an edge? The tests of that, in words, and what would change their answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from app.forecasting.forecast import MEDIAN, Floats
from app.forecasting.metrics import BANDS, DieboldMariano, Estimate, coverage, diebold_mariano, inside
from app.panels.verdict_analysis import Edge, EdgeTest
from app.text.compact_numbers import percent_text

FEWEST = 60
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """The combination on ``n`` past forecasts of this ticker.

    ``ratio`` is its error over that of the last price (NaN where nothing moved), ``test`` Diebold–Mariano's of the two,
    ``q`` its p after Benjamini–Hochberg over the combination and the members that have a middle of their own; ``held``
    is the coverage by level.
    """

    n: int
    ratio: float
    test: DieboldMariano
    q: float
    models: int
    held: Mapping[int, Estimate]


def tried(combination: Floats, members: Floats, actual: Floats, overlap: int) -> Trial:
    """Try the combination (n, 7) among ``members`` (members, n, 7; NaN without a forecast) on ``actual`` (n,)."""
    errors = [np.abs(actual - middle) for middle in (combination[:, MEDIAN], *members[:, :, MEDIAN])]
    known = [np.isfinite(error) for error in errors]
    stays = np.abs(actual)
    tests = [diebold_mariano(e[k], stays[k], overlap) for e, k in zip(errors, known, strict=True)]
    own = [k.any() and bool((e[k] != stays[k]).any()) for e, k in zip(errors, known, strict=True)]
    p_values = [test.p_better for test, has_own in zip(tests, own, strict=True) if has_own]
    return Trial(
        n=len(actual),
        ratio=float(errors[0].sum() / stays.sum()) if stays.any() else float("nan"),
        test=tests[0],
        q=float(false_discovery_control(p_values)[0]) if own[0] else 1.0,
        models=len(p_values),
        held={level: _held(combination, actual, level, overlap) for level in (80, 95)},
    )


def _held(quantiles: Floats, actual: Floats, level: int, overlap: int) -> Estimate:
    """How often a band held; its interval counts the neighbours that share days of their futures once."""
    low, high = BANDS[level]
    hits = inside(quantiles[:, low], quantiles[:, high], actual).sum()
    return coverage(float(hits) / overlap, len(actual) / overlap)


def edge_of(trial: Trial) -> Edge:
    """The tests; an edge is claimed where all pass."""
    ratio = f"{trial.ratio:.3f}" if np.isfinite(trial.ratio) else "the price stood still"
    tests = (
        EdgeTest("Past forecasts", str(trial.n), f"at least {FEWEST}", trial.n >= FEWEST),
        EdgeTest("Error against “price stays”", ratio if trial.n else "none yet", "below 1", trial.ratio < 1),
        EdgeTest(
            "Chance of looking this good by luck",
            _percent(trial.q, 1) if trial.n else "none yet",
            f"below {_percent(SURE)}, counted over {trial.models} models",
            trial.q < SURE,
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
            f"or the chance of luck {_percent(SURE)} (now {_percent(trial.q, 1)}).",
        )
    found = [_more(trial)] if trial.n < FEWEST else []
    if trial.n and not trial.ratio < 1:
        found.append("Its middle would have to miss less than “price stays” does; so far it does not.")
    elif trial.n and not trial.q < SURE:
        found.append(_how_many(trial))
    for level, held in trial.held.items():
        if trial.n and not held.low <= level / 100 <= held.high:
            found.append(
                f"The {level} % band would have to hold {level} % of the time; it held {_percent(held.value)}."
            )
    return tuple(found)


def _more(trial: Trial) -> str:
    return f"{FEWEST - trial.n} more past forecasts of this length would have to be over: a longer history."


def _how_many(trial: Trial) -> str:
    advantage = 1 - trial.ratio
    if trial.test.statistic >= 0:
        return "A lasting advantage over “price stays” would have to show."
    enough = int(np.ceil(trial.n * (1.645 / trial.test.statistic) ** 2))
    share = _percent(advantage, 1)
    if enough <= trial.n:
        return f"Its advantage of {share} would have to stand out among the {trial.models} models tried together."
    return f"An advantage of {share} takes about {enough} past forecasts to tell from luck; there are {trial.n}."
