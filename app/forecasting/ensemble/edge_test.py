"""Does the combined forecast beat the last price by more than luck?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from app.forecasting.forecast import MEDIAN, Floats
from app.forecasting.scoring.metrics import BANDS, DieboldMariano, Estimate, coverage, diebold_mariano, inside


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
        held={level: _band_coverage(combination, actual, level, overlap) for level in (80, 95)},
    )


def _band_coverage(quantiles: Floats, actual: Floats, level: int, overlap: int) -> Estimate:
    """How often a band held; its interval counts the neighbours that share days of their futures once."""
    low, high = BANDS[level]
    hits = inside(quantiles[:, low], quantiles[:, high], actual).sum()
    return coverage(float(hits) / overlap, len(actual) / overlap)
