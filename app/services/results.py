"""All that the cards say about one query, as a document needs it: finished, or left out for a reason that stays."""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.errors import AppError
from app.market.passport import Passport, Stale
from app.panels import PANELS
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.panel import Panel, Query
from app.services.analyses import Analyses, Finished
from app.services.loaded_history import check_levels, horizon_of, old_prices
from app.text.numbers import price_decimals


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
SEMICOLONS = str.maketrans(",.", ";,")
COMMAS = str.maketrans(";,", ",.")
"""From a comma between cells and a decimal point to a semicolon and a decimal comma, and back."""
# A cell that begins like this is a formula to a spreadsheet, whatever quotes stand around it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def forecast_table(forecasts: Mapping[str, ForecastAnalysis]) -> str:
    """A row for each member and day ahead, with its quantiles (p2_5 to p97_5); text is quoted, numbers are not.

    Prices have the decimals that the ticker is quoted with; the JSON has all of them.
    """
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    levels = list(next(iter(forecasts.values())).forecast.quantiles) if forecasts else []
    rows.writerow([*COLUMNS, *(f"p{100 * float(level):g}".replace(".", "_") for level in levels)])
    for member, analysis in forecasts.items():
        rows.writerows(_rows(member, analysis, levels))
    return written.getvalue()


def delimited(table: str, signs: Mapping[int, int]) -> str:
    """``table`` with other ``signs`` in its numbers and between its cells; what stands in quotes stays."""
    parts = enumerate(table.split('"'))
    return '"'.join(part if place % 2 else part.translate(signs) for place, part in parts)


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(member: str, analysis: ForecastAnalysis, levels: list[str]) -> Iterator[list[str | float]]:
    forecast = analysis.forecast
    decimals = price_decimals(forecast.last, analysis.data.currency, analysis.ticker)
    last = round(forecast.last, decimals)
    for row, day in enumerate(forecast.dates):
        known = cell(analysis.ticker), str(analysis.as_of), last, cell(member), row + 1, str(day)
        yield [*known, *(round(forecast.quantiles[level][row], decimals) for level in levels)]
