"""What an evaluation found: one row for each member, over all tickers and origins."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.evaluation.price_files import Failure
from app.forecasting.forecast import Floats
from app.forecasting.registry import BASELINE, CONTROL, FORECASTERS
from app.forecasting.scoring.backtest import Losses
from app.forecasting.scoring.metrics import Estimate
from app.forecasting.scoring.score import Score, Span, held, held_by_month, join, score, select, spans

TERCILES = ("calm", "usual", "stormy")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate: origins from ``start`` on, ``every`` bars apart, ``horizon`` days ahead, by these members."""

    start: np.datetime64
    every: int
    horizon: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TickerLosses:
    """What each member, the baseline and the control included, lost on one ticker, and how many of its fits failed.

    ``volatility_ratio`` (k,) is the volatility at each origin as a share of the normal one, ``base_brier`` (k,)
    the Brier losses on the last day of the base rate known there. ``edges`` say whose edge is told at the last origin,
    None where that is not tried. ``below`` (horizon, 7) are the shares of origins with a price below each quantile.
    """

    losses: dict[str, Losses]
    below: dict[str, Floats]
    edges: dict[str, bool | None]
    base_brier: Floats
    failed_fits: dict[str, int]
    volatility_ratio: Floats


@dataclass(frozen=True, slots=True)
class Tercile:
    """How the bands held on all days together, at the origins of one third of the volatilities."""

    name: str
    n: int
    coverage_80: Estimate
    coverage_95: Estimate


@dataclass(frozen=True, slots=True)
class TickerScore:
    """One member on one ticker, at ``n`` origins, over the pooled days: losses against the baseline's, and bands."""

    n: int
    mae_ratio: float
    pinball_ratio: float
    coverage_80: float
    coverage_95: float


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One member on all tickers of one market and kind, at ``n`` origins: losses against the baseline's, and bands.

    ``near`` is over days 1–5, the others over all pooled days; intervals of the bands are from months drawn again.
    """

    tickers: int
    n: int
    near: Estimate
    pinball_ratio: Estimate
    coverage_80: Estimate
    coverage_95: Estimate


@dataclass(frozen=True, slots=True)
class Row:
    """One member's scores by span, its bands by volatility, and the fits that gave way to the baseline.

    ``scores`` are against the baseline, ``against_control`` against the forecaster that a network has to beat.
    ``told_edge`` is the share of tickers on which an edge is told at the last origin, None where none is tried;
    ``brier`` is the mean score of the chance of rising on the last day, ``brier_base`` that of the base rate. ``below``
    (7,) is how often prices ended below each quantile, of all days together; ``by_ticker`` and ``by_group`` are scores
    over these.
    """

    member: str
    title: str
    scores: tuple[Score, ...]
    against_control: tuple[Score, ...]
    terciles: tuple[Tercile, ...]
    failed_fits: int
    told_edge: float | None
    brier: float
    brier_base: float
    below: tuple[float, ...]
    by_ticker: dict[str, TickerScore]
    by_group: dict[str, GroupScore]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The table: ``tickers`` were scored at ``origins`` origins in all, ``failures`` were not."""

    plan: Plan
    tickers: tuple[str, ...]
    origins: int
    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]


def summarise(
    plan: Plan,
    losses_by_ticker: Mapping[str, TickerLosses],
    failures: tuple[Failure, ...],
    groups: Mapping[str, str],
) -> Evaluation:
    """Score every member over all tickers together, and over those of each group, in the plan's order."""
    ordered = [losses_by_ticker[ticker] for ticker in sorted(losses_by_ticker)]
    names = sorted(losses_by_ticker)
    rows = tuple(_row(member, plan.horizon, names, ordered, groups) for member in plan.members) if ordered else ()
    origins = sum(len(ticker.volatility_ratio) for ticker in ordered)
    return Evaluation(
        plan, tuple(sorted(losses_by_ticker)), origins, rows, tuple(sorted(failures, key=lambda f: f.ticker))
    )


def _row(member: str, horizon: int, names: list[str], tickers: list[TickerLosses], groups: Mapping[str, str]) -> Row:
    three = (member, BASELINE, CONTROL)
    member_losses, baseline, control = (join([ticker.losses[name] for ticker in tickers]) for name in three)
    pooled, sizes = spans(horizon)[-1], [len(ticker.volatility_ratio) for ticker in tickers]
    below = [ticker.below[member][: pooled.last].mean(axis=0) for ticker in tickers]
    claims = [edge for ticker in tickers if (edge := ticker.edges[member]) is not None]
    return Row(
        member=member,
        title=FORECASTERS[member].title,
        scores=tuple(score(member_losses, baseline, span) for span in spans(horizon)),
        against_control=tuple(score(member_losses, control, span) for span in spans(horizon)),
        terciles=tuple(_terciles(member, horizon, tickers)),
        failed_fits=sum(ticker.failed_fits.get(member, 0) for ticker in tickers),
        told_edge=float(np.mean(claims)) if claims else None,
        brier=float(member_losses.brier[:, horizon - 1].mean()),
        brier_base=float(np.concatenate([ticker.base_brier for ticker in tickers]).mean()),
        below=tuple(np.average(below, axis=0, weights=sizes).tolist()),
        by_ticker={
            name: _ticker_score(ticker.losses[member], ticker.losses[BASELINE], pooled)
            for name, ticker in zip(names, tickers, strict=True)
        },
        by_group=_by_group(member, horizon, dict(zip(names, tickers, strict=True)), groups),
    )


def _by_group(
    member: str, horizon: int, tickers: Mapping[str, TickerLosses], groups: Mapping[str, str]
) -> dict[str, GroupScore]:
    names = sorted({groups[ticker] for ticker in tickers if ticker in groups})
    return {
        name: _group_score(member, horizon, [found for ticker, found in tickers.items() if groups.get(ticker) == name])
        for name in names
    }


def _group_score(member: str, horizon: int, tickers: list[TickerLosses]) -> GroupScore:
    mine, baseline = (join([ticker.losses[name] for ticker in tickers]) for name in (member, BASELINE))
    pooled = spans(horizon)[-1]
    near = Span(1, min(5, horizon))
    near_ratio, pooled_ratio = (score(mine, baseline, span).pinball_ratio for span in (near, pooled))
    return GroupScore(len(tickers), len(mine.dates), near_ratio, pooled_ratio, *held_by_month(mine, pooled))


def _ticker_score(mine: Losses, baseline: Losses, span: Span) -> TickerScore:
    days = slice(span.first - 1, span.last)
    sums = [[np.nansum(getattr(part, name)[:, days]) for part in (mine, baseline)] for name in ("error", "pinball")]
    # A price that never moved cost the baseline nothing.
    error, pinball = (float(lost / most) if most else float("nan") for lost, most in sums)
    held_80, held_95 = (float(np.nanmean(inside[:, days])) for inside in (mine.inside_80, mine.inside_95))
    return TickerScore(len(mine.dates), error, pinball, held_80, held_95)


def _terciles(member: str, horizon: int, tickers: list[TickerLosses]) -> list[Tercile]:
    """Thirds of all origins of all tickers by their volatility."""
    borders = np.quantile(np.concatenate([ticker.volatility_ratio for ticker in tickers]), [1 / 3, 2 / 3])
    pooled, terciles = spans(horizon)[-1], []
    for third, name in enumerate(TERCILES):
        rows = [np.searchsorted(borders, ticker.volatility_ratio) == third for ticker in tickers]
        part = join([select(ticker.losses[member], some) for ticker, some in zip(tickers, rows, strict=True)])
        terciles.append(Tercile(name, int(sum(some.sum() for some in rows)), *held(part, pooled)))
    return terciles
