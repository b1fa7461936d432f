"""An evaluation as words: a Markdown table to read, JSON to compute with."""

import json
import math
from dataclasses import asdict
from typing import Any

from app.evaluation.result import Evaluation, GroupScore, Row
from app.forecasting.forecast import QUANTILES
from app.forecasting.scoring.metrics import DieboldMariano, Estimate
from app.forecasting.scoring.score import Score


def markdown(evaluation: Evaluation) -> str:
    """One row for each member; every ratio is against the random walk at the same origins."""
    plan = evaluation.plan
    lines = [
        f"{len(evaluation.tickers)} tickers, {evaluation.origins} origins from {plan.start} every {plan.every} bars, "
        f"{plan.horizon} days ahead; ratios are against the last price with constant volatility, [95% intervals].",
        "",
        *(_rows(evaluation) if evaluation.rows else ["Nothing could be scored."]),
    ]
    if evaluation.rows and len(evaluation.rows[0].by_group) > 1:
        lines += ["", *_by_group(evaluation.rows)]
    if evaluation.failures:
        lines += ["", "Not scored:", *(f"- {failure.ticker}: {failure.reason}" for failure in evaluation.failures)]
    return "\n".join(lines) + "\n"


def _rows(evaluation: Evaluation) -> list[str]:
    spans = [str(score.span) for score in evaluation.rows[0].scores]
    pooled = spans[-1]
    head = ["forecaster", f"MAE {evaluation.plan.horizon}", f"MAE {pooled}", *(f"pinball {span}" for span in spans)]
    head += ["80% holds", "95% holds", "Winkler 80", "Winkler 95", "p MAE", "p pinball"]
    head += [*(f"p pinball {span} (linear)" for span in _tested(evaluation.rows[0]))]
    head += [f"Brier of a rise, base rate {evaluation.rows[0].brier_base:.4f}", "told an edge", "n"]
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return _table([head, ruler, *(_cells(row, evaluation.plan.horizon) for row in evaluation.rows)])


def _table(lines: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def _by_group(rows: tuple[Row, ...]) -> list[str]:
    """Each group's tickers, and how every member did on them: loss on days 1–5 / on all pooled days, bands held."""
    heads = [f"{row.title} {what}" for row in rows for what in ("pinball 1–5 / pooled", "80% holds", "95% holds")]
    head = ["tickers like one another", "tickers", "n", *heads]
    lines = [
        [
            group,
            str(first.tickers),
            str(first.n),
            *(cell for row in rows for cell in _group_cells(row.by_group[group])),
        ]
        for group, first in rows[0].by_group.items()
    ]
    return _table([head, ["---"] + ["---:"] * (len(head) - 1), *lines])


def _group_cells(score: GroupScore) -> list[str]:
    losses = f"{score.near.value:.3f} / {_ratio(score.pinball_ratio)}"
    return [losses, _share(score.coverage_80), _share(score.coverage_95)]


def _cells(row: Row, horizon: int) -> list[str]:
    """The bands, Winkler scores and tests are those of the pooled days."""
    pooled, last = row.scores[-1], _last(row, horizon)
    title = f"{row.title} ({row.failed_fits} fits failed)" if row.failed_fits else row.title
    return [
        title,
        _ratio(last.mae_ratio),
        f"{pooled.mae_ratio.value:.3f}",
        *(f"{score.pinball_ratio.value:.3f}" for score in row.scores[:-1]),
        _ratio(pooled.pinball_ratio),
        _share(pooled.coverage_80),
        _share(pooled.coverage_95),
        f"{pooled.winkler_ratio_80.value:.3f}",
        f"{pooled.winkler_ratio_95.value:.3f}",
        _chance(pooled.error_test.p_two_sided),
        _chance(pooled.pinball_test.p_two_sided),
        *(_chance(test.p_two_sided) for test in _tested(row).values()),
        f"{row.brier:.4f}",
        "–" if row.told_edge is None else f"{row.told_edge:.1%}",
        str(pooled.n),
    ]


def _tested(row: Row) -> dict[str, DieboldMariano]:
    """The tests against the control over several days together, by span."""
    return {str(score.span): score.pinball_test for score in row.against_control if score.span.first < score.span.last}


def _last(row: Row, horizon: int) -> Score:
    return next(score for score in row.scores if score.span.first == score.span.last == horizon)


def _ratio(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def as_json(evaluation: Evaluation) -> str:
    """Everything that was measured; a ratio over nothing is null."""
    plan = evaluation.plan
    measured: dict[str, Any] = {
        "from": str(plan.start),
        "every": plan.every,
        "horizon": plan.horizon,
        "tickers": list(evaluation.tickers),
        "origins": evaluation.origins,
        "members": {row.member: _row_as_dict(row) for row in evaluation.rows},
        "failures": [asdict(failure) for failure in evaluation.failures],
    }
    return json.dumps(finite(measured), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _row_as_dict(row: Row) -> dict[str, Any]:
    return {
        "title": row.title,
        "failed_fits": row.failed_fits,
        "told_edge": row.told_edge,
        "brier": row.brier,
        "brier_base_rate": row.brier_base,
        "scores": {str(each.span): {**asdict(each), "span": str(each.span)} for each in row.scores},
        "against_linear": {str(each.span): {**asdict(each), "span": str(each.span)} for each in row.against_control},
        "below": dict(zip(map(str, QUANTILES), row.below, strict=True)),
        "by_ticker": {ticker: asdict(each) for ticker, each in row.by_ticker.items()},
        "by_group": {group: asdict(each) for group, each in row.by_group.items()},
        "coverage_by_volatility": {tercile.name: asdict(tercile) for tercile in row.terciles},
    }


def finite(value: Any) -> Any:
    """``value`` as JSON can have it: floats in six digits, null for what is no number."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
