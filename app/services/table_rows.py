"""The rows of a table of many tickers: what the verdict and the odds of each say of the horizon's last day."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from app.forecasting.forecast import QUANTILES
from app.panels import BY_SLUG
from app.panels.odds.model import OddsAnalysis
from app.panels.panel import Level
from app.panels.verdict.model import VerdictAnalysis
from app.services.receipts.provenance import code_digest
from app.services.results import QueryResult, cell

Row = Mapping[str, str]
"""A row by the names of its columns."""
CARDS = BY_SLUG["verdict"], BY_SLUG["odds"]
"""Those that a row is made of."""
_QUANTILES = tuple(str(level) for level in QUANTILES)
_CHANCES = ("p_end", "p_close", "p_trade")
_BEFORE = ("ticker", "file", "as_of", "horizon", "date", "currency", "last", *_QUANTILES, "p_up", "base_rate")
_AFTER = ("origins", "mae_ratio", "mae_ratio_low", "mae_ratio_high", "held_80", "held_95", "edge")
_MADE_OF = ("age_sessions", "sha256", "code", "key", "error")


def columns_of(levels: Iterable[Level]) -> tuple[str, ...]:
    """The names of the columns; each of ``levels`` has its three chances, as ``p_end_-5%``."""
    chances = (f"{chance}_{level}" for level in levels for chance in _CHANCES)
    return (*_BEFORE, *chances, *_AFTER, *_MADE_OF)


def row_of(result: QueryResult) -> Row:
    """The row of finished ``CARDS``; what is not known is empty.

    Prices are in the ticker's currency, chances and ``held`` (how often the ranges held here) shares of 1.
    """
    cards = result.finished()
    verdict, odds = cast("VerdictAnalysis", cards["verdict"]), cast("OddsAnalysis", cards["odds"])
    chances = {
        f"{chance}_{level}": getattr(rung, chance)
        for level, rung in zip(result.query.levels, odds.asked or (), strict=True)
        for chance in _CHANCES
    }
    values = _forecast(verdict) | chances | _past(verdict)
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _forecast(verdict: VerdictAnalysis) -> dict[str, Any]:
    forecast = verdict.forecast
    return {
        "ticker": cell(verdict.ticker),
        "as_of": verdict.as_of,
        "horizon": verdict.horizon,
        "date": forecast.dates[-1],
        "currency": verdict.data.currency,
        "last": forecast.last,
        **{level: forecast.quantiles[level][-1] for level in _QUANTILES},
        "p_up": verdict.p_up,
        "base_rate": verdict.base_rate,
    }


def _past(verdict: VerdictAnalysis) -> dict[str, Any]:
    """How such forecasts did, and what this one was made of."""
    receipt = verdict.receipt
    low, high = receipt.mae_ratio_ci or (None, None)
    return {
        "origins": receipt.origins,
        "mae_ratio": receipt.mae_ratio,
        "mae_ratio_low": low,
        "mae_ratio_high": high,
        "held_80": receipt.coverage_80,
        "held_95": receipt.coverage_95,
        "edge": verdict.edge.claimed,
        "sha256": verdict.data.sha256,
        "code": code_digest()[:12],
    }
