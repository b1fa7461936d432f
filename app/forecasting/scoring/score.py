"""The scores of a forecast over spans of days ahead, each beside the baseline's at the same origins."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import SEED, Floats
from app.forecasting.scoring.backtest import Losses
from app.forecasting.scoring.metrics import DieboldMariano, Estimate, coverage, diebold_mariano, loss_ratio

POOLED = 22
"""The last day of the pooled span, where the horizon reaches that far."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days ahead that are scored together, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.last) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Score:
    """How a forecast did over one span, against the baseline, at the ``n`` origins whose span is over.

    Ratios are ratios of sums over origins and days; the tests compare absolute errors and pinball losses with the
    baseline's. Neighbouring origins that share a future are resampled together, and count once in tests and intervals.
    """

    span: Span
    n: int
    mae_ratio: Estimate
    pinball_ratio: Estimate
    winkler_ratio_80: Estimate
    winkler_ratio_95: Estimate
    winkler_80: float
    winkler_95: float
    coverage_80: Estimate
    coverage_95: Estimate
    error_test: DieboldMariano
    pinball_test: DieboldMariano


def spans(horizon: int) -> tuple[Span, ...]:
    """1, 5 and 22 days ahead, 1–5, and all of the first 22 pooled, as far as ``horizon`` reaches."""
    pooled = min(horizon, POOLED)
    wanted = [Span(1, 1), Span(5, 5), Span(POOLED, POOLED), Span(horizon, horizon), Span(1, 5), Span(1, pooled)]
    return tuple(dict.fromkeys(span for span in wanted if span.last <= horizon))


def join(parts: Sequence[Losses]) -> Losses:
    """The losses of several tickers as one, in order of date."""
    order = np.argsort(np.concatenate([part.dates for part in parts]), kind="stable")
    return Losses(*(np.concatenate([getattr(part, field.name) for part in parts])[order] for field in fields(Losses)))


def select(losses: Losses, rows: NDArray[np.bool_]) -> Losses:
    """The losses at some of the origins."""
    return Losses(*(getattr(losses, field.name)[rows] for field in fields(Losses)))


def held(losses: Losses, span: Span) -> tuple[Estimate, Estimate]:
    """How often the 80% and the 95% band held over a span, with intervals that count shared days once."""
    over = np.isfinite(losses.error[:, span.last - 1])
    days, n = slice(span.first - 1, span.last), int(over.sum())
    within_80, within_95 = (inside[over, days].mean(axis=1) for inside in (losses.inside_80, losses.inside_95))
    times = overlap(losses.dates[over], span.last)
    return coverage(within_80.sum() / times, n / times), coverage(within_95.sum() / times, n / times)


def held_by_month(losses: Losses, span: Span) -> tuple[Estimate, Estimate]:
    """The same shares, with intervals from whole months drawn again: markets move together, and for weeks."""
    months, month = np.unique(losses.dates.astype("datetime64[M]"), return_inverse=True)
    days = slice(span.first - 1, span.last)

    def share(inside: Floats) -> Estimate:
        counts = np.nansum(inside[:, days], axis=1), np.isfinite(inside[:, days]).sum(axis=1)
        held_days, known_days = (np.bincount(month, count, len(months)).astype(np.float64) for count in counts)
        return loss_ratio(held_days, known_days)

    return share(losses.inside_80), share(losses.inside_95)


def overlap(dates: NDArray[np.datetime64], days: int) -> int:
    """How many neighbouring origin dates, itself included, share a part of ``days`` trading days ahead."""
    moments = np.unique(dates).astype("datetime64[D]")
    if len(moments) < 2:
        return 1
    gap = np.busday_count(moments[0], moments[-1]) / (len(moments) - 1)
    return int(np.ceil(days / max(gap, 1.0)))


def score(mine: Losses, baseline: Losses, span: Span, seed: int = SEED) -> Score:
    """Compare two forecasts of the same origins, which may be those of many tickers: each date is then one sample."""
    n = int(np.isfinite(mine.error[:, span.last - 1]).sum())
    ours, theirs = _sums_by_date(mine, span), _sums_by_date(baseline, span)
    block, days = overlap(ours.dates, span.last), span.last - span.first + 1
    coverage_80, coverage_95 = held(mine, span)
    return Score(
        span=span,
        n=n,
        mae_ratio=loss_ratio(ours.error, theirs.error, block, seed),
        pinball_ratio=loss_ratio(ours.pinball, theirs.pinball, block, seed),
        winkler_ratio_80=loss_ratio(ours.winkler_80, theirs.winkler_80, block, seed),
        winkler_ratio_95=loss_ratio(ours.winkler_95, theirs.winkler_95, block, seed),
        winkler_80=_mean(ours.winkler_80.sum(), n * days),
        winkler_95=_mean(ours.winkler_95.sum(), n * days),
        coverage_80=coverage_80,
        coverage_95=coverage_95,
        error_test=diebold_mariano(ours.error, theirs.error, block),
        pinball_test=diebold_mariano(ours.pinball, theirs.pinball, block),
    )


def _sums_by_date(losses: Losses, span: Span) -> Losses:
    """Sums (dates,) over the days of the span and the origins of one date, where the span is over."""
    over = np.isfinite(losses.error[:, span.last - 1])
    dates, cluster = np.unique(losses.dates[over], return_inverse=True)
    arrays = [getattr(losses, field.name)[over, span.first - 1 : span.last] for field in fields(Losses)[1:]]
    return Losses(dates, *(np.bincount(cluster, array.sum(axis=1), len(dates)).astype(np.float64) for array in arrays))


def _mean(total: float, n: int) -> float:
    return float(total / n) if n else float("nan")
