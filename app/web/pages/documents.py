"""Documents made in memory from one result, each with its receipt, and charts as files: same query, same bytes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.charts.chart import RASTER, Chart, stand_alone
from app.market.passport import Passport, Stale
from app.panels import BY_SLUG
from app.panels.analysis import Fact, by_key
from app.panels.odds.model import OddsAnalysis
from app.panels.odds.panel import odds_facts
from app.panels.overview.model import OverviewAnalysis
from app.panels.panel import Query
from app.panels.verdict.model import VerdictAnalysis
from app.panels.verdict.panel import verdict_facts
from app.services.receipts.format import digest, escaped
from app.services.receipts.signer import FORECAST, SUMMARY, ReceiptSigner, words_of, words_that_last
from app.services.results import SEMICOLONS, CardResult, QueryResult, delimited, forecast_table
from app.text.numbers import NARROW_SPACE, money, on_one_line
from app.web.failures import failure_of, problem_of
from app.web.templating import render
from app.web.views import Failure


@dataclass(frozen=True, slots=True)
class SummaryView:
    """summary.txt: the answer in a few lines; ``facts`` are the verdict's, ``odds`` of two prices.

    Where there is no verdict, ``failures`` say why; ``url`` leads to the page.
    """

    query: Query
    passport: Passport
    last: str
    facts: Mapping[str, Fact]
    odds: tuple[Fact, ...]
    failures: tuple[Failure, ...]
    stale: Stale | None
    old: str
    url: str


def forecast_csv(result: QueryResult, signer: ReceiptSigner, *, semicolons: bool = False) -> str:
    """The table of forecasts; below it, each line after a “#”, what is no row: cards left out, and the receipt."""
    missing = [f"{panel.title} is left out: {failure_of(error).sentence}" for panel, error in result.left_out()]
    notes = [*map(on_one_line, missing)]
    below = *notes, *signer.receipt(result, FORECAST, notes=digest(words_of(" ".join(notes))))
    return forecast_rows(result, semicolons=semicolons) + "".join(f"# {line}\n" for line in below)


def forecast_rows(result: QueryResult, *, semicolons: bool) -> str:
    """The rows alone, with semicolons and decimal commas where these are wanted."""
    table = forecast_table(result.forecasts())
    return delimited(table, SEMICOLONS) if semicolons else table


IN_SUMMARY = tuple(BY_SLUG[slug] for slug in ("overview", "verdict", "odds"))
"""The cards that a summary tells of."""


def summary(result: QueryResult, signer: ReceiptSigner, url: str = "") -> str:
    """Plain text for a mail: the answer in at most fifteen lines, as of the query's day and nothing later.

    ``url`` leads to the page of the same query, where there is one.
    """
    finished = result.finished()
    overview, verdict, odds = (finished.get(panel.slug) for panel in IN_SUMMARY)
    last = money(overview.last_close, overview) if isinstance(overview, OverviewAnalysis) else ""
    facts = by_key(verdict_facts(verdict)) if isinstance(verdict, VerdictAnalysis) else {}
    chances = odds_facts(odds)[: min(2, len(odds.shown))] if isinstance(odds, OddsAnalysis) else ()
    failures = tuple(dict.fromkeys(failure_of(error) for _, error in result.left_out()))
    view = SummaryView(result.query, result.passport, last, facts, chances, failures, result.stale, result.old, url)
    text = re.sub(r"\n+", "\n", render("summary.txt", view).strip()).replace(NARROW_SPACE, " ")
    receipt = signer.receipt(result, SUMMARY, text=digest(words_that_last(text)))
    return f"{text} {escaped(receipt)}\n"


def cards_json(result: QueryResult) -> str:
    """Every card's JSON by its slug; of one that failed, its problem."""
    cards = {card.panel.slug: _published(card) for card in result.cards}
    return json.dumps(cards, ensure_ascii=False, separators=(",", ":")) + "\n"


def file_name(ticker: str, last_bar: date, what: str, ending: str) -> str:
    """A name that every system takes, such as forecast-GSPC-2018-06-29.csv."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", ticker).strip("-") or "ticker"
    return f"{what}-{safe}-{last_bar}.{ending}"


_PICTURES = {"png": "image/png", "svg": "image/svg+xml"}


def picture_canvas(request: Request) -> str:
    """The canvas of a chart's file with the ending that ``request`` names; an unknown one is a 404."""
    ending = request.path_params["ending"]
    if ending not in _PICTURES:
        raise HTTPException(404)
    return f"wide{RASTER}" if ending == "png" else "wide"


def picture_file(request: Request, chart: Chart, ticker: str, as_of: date, what: str) -> Response:
    """A chart on that canvas as a file of its own."""
    ending = request.path_params["ending"]
    headers = {"Content-Disposition": f'attachment; filename="{file_name(ticker, as_of, what, ending)}"'}
    headers["Cache-Control"] = "no-store"
    return Response(stand_alone(chart), media_type=_PICTURES[ending], headers=headers)


def _published(card: CardResult) -> Any:
    if isinstance(card.end, Exception):
        return {"error": problem_of(card.end)}
    return json.loads(card.end.published())
