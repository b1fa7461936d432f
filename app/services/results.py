"""All that the cards say about one query, as a document needs it: finished, or left out for a reason that stays."""

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from app.errors import AppError
from app.forecasting.forecast import QUANTILES
from app.market.passport import Passport, Stale
from app.panels import BY_SLUG, PANELS
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.odds.model import OddsAnalysis
from app.panels.panel import Level, Panel, Query
from app.panels.verdict.model import VerdictAnalysis
from app.services.analyses import Analyses, Finished
from app.services.loaded_history import check_levels, horizon_of, old_prices
from app.services.receipts.provenance import code_digest


@dataclass(frozen=True, slots=True)
class CardResult:
    """A card and how its work ended."""

    panel: Panel
    end: Finished | Exception


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The cards in page order, and the passport of the prices that all of them saw; ``old`` says that these are old."""

    query: Query
    passport: Passport
    stale: Stale | None
    old: str
    cards: tuple[CardResult, ...]

    def settled(self) -> "QueryResult":
        """The same, for a document that must not depend on the moment.

        Raises the error of a card that may end otherwise next time, or the first one where every card is left out.
        """
        errors = [error for _, error in self.left_out()]
        # An error that is not ours is a fault of the app, which says nothing of the next attempt.
        passing = [error for error in errors if not isinstance(error, AppError) or error.transient]
        if passing or len(errors) == len(self.cards):
            raise (passing or errors)[0]
        return self

    def finished(self) -> dict[str, Analysis]:
        """What the cards said, by slug."""
        return {card.panel.slug: card.end.analysis for card in self.cards if isinstance(card.end, Finished)}

    def forecasts(self) -> dict[str, ForecastAnalysis]:
        """What the forecast cards among them said."""
        return {slug: analysis for slug, analysis in self.finished().items() if isinstance(analysis, ForecastAnalysis)}

    def left_out(self) -> tuple[tuple[Panel, Exception], ...]:
        """The cards that ended in an error, with it."""
        return tuple((card.panel, card.end) for card in self.cards if isinstance(card.end, Exception))


FORECASTING = tuple(panel for panel in PANELS if issubclass(panel.analysis, ForecastAnalysis))


async def query_result(analyses: Analyses, query: Query, panels: Sequence[Panel] = PANELS) -> QueryResult:
    """The analyses of ``panels`` for ``query``; raises what its source and its rows give cause to."""
    loaded = await analyses.loader.prepare(query)
    query = replace(query, horizon=horizon_of(query, loaded.passport))
    check_levels(query, loaded)
    ended = await asyncio.gather(*(analyses.finished(panel, query) for panel in panels), return_exceptions=True)
    cards = tuple(CardResult(panel, _end(end)) for panel, end in zip(panels, ended, strict=True))
    return QueryResult(query, loaded.passport, loaded.stale, old_prices(query, loaded), cards)


def _end(end: Finished | BaseException) -> Finished | Exception:
    if isinstance(end, Finished | Exception):
        return end
    raise end


COLUMNS = ("ticker", "as_of", "last", "member", "day", "date")
# A cell that begins like this is a formula to a spreadsheet, whatever quotes stand around it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def forecast_table(forecasts: Mapping[str, ForecastAnalysis]) -> str:
    """A row for each member and day ahead, with its quantiles; text is quoted, numbers are as the JSON has them."""
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    levels = list(next(iter(forecasts.values())).forecast.quantiles) if forecasts else []
    rows.writerow([*COLUMNS, *levels])
    for member, analysis in forecasts.items():
        rows.writerows(_rows(member, analysis, levels))
    return written.getvalue()


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(member: str, analysis: ForecastAnalysis, levels: list[str]) -> Iterator[list[str | float]]:
    forecast = analysis.forecast
    for row, day in enumerate(forecast.dates):
        known = cell(analysis.ticker), str(analysis.as_of), forecast.last, cell(member), row + 1, str(day)
        yield [*known, *(forecast.quantiles[level][row] for level in levels)]


Row = Mapping[str, str]
"""A row of a table of many tickers, by the names of its columns."""
IN_TABLE = BY_SLUG["verdict"], BY_SLUG["odds"]
"""The cards that such a row is made of."""
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
    """What the verdict and the odds of one ticker say of the horizon's last day; what is not known is empty.

    Prices are in the ticker's currency, chances and ``held`` (how often the ranges held here) shares of 1.
    """
    cards = result.finished()
    verdict, odds = cast("VerdictAnalysis", cards["verdict"]), cast("OddsAnalysis", cards["odds"])
    forecast, receipt = verdict.forecast, verdict.receipt
    low, high = receipt.mae_ratio_ci or (None, None)
    asked = {
        f"{chance}_{level}": getattr(rung, chance)
        for level, rung in zip(result.query.levels, odds.asked or (), strict=True)
        for chance in _CHANCES
    }
    values: dict[str, Any] = {
        "ticker": cell(verdict.ticker),
        "as_of": verdict.as_of,
        "horizon": verdict.horizon,
        "date": forecast.dates[-1],
        "currency": verdict.data.currency,
        "last": forecast.last,
        **{level: forecast.quantiles[level][-1] for level in _QUANTILES},
        "p_up": verdict.p_up,
        "base_rate": verdict.base_rate,
        **asked,
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
    return {name: "" if value is None else str(value) for name, value in values.items()}
