"""Documents made in memory from one result, each with its receipt: the same query, the same bytes."""

import asyncio
import json
import logging
import re
import textwrap
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from app.errors import AppError
from app.market.passport import Passport, Stale
from app.panels import IN_PAGE_ORDER
from app.panels.analysis import Analysis
from app.panels.panel import CardContent, Panel, Query
from app.services.analyses import Finished
from app.services.receipts.format import digest
from app.services.receipts.signer import FORECAST, REPORT, SUMMARY, ReceiptSigner, words_of, words_that_last
from app.services.results import SEMICOLONS, CardResult, QueryResult, delimited, forecast_table
from app.text.numbers import NARROW_SPACE, on_one_line
from app.web.cards import draw_card, render_card
from app.web.context import AppContext
from app.web.failures import failure_of, problem_of
from app.web.templating import render
from app.web.views import FailedView, Failure, FormValues, Site, slot_of

_LINE_WIDTH = 72


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html: every card in one document; ``style`` is the style sheet itself, ``cards`` are finished HTML."""

    site: Site
    asked: FormValues
    style: Any
    cards: tuple[Any, ...]
    page_url: str
    passport: Passport
    old: str
    receipt: str


@dataclass(frozen=True, slots=True)
class SummaryCard:
    """A card in a summary: its analysis and what that says, or why there is none."""

    panel: Panel
    analysis: Analysis | None
    content: CardContent | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class SummaryView:
    """summary.txt: the cards in plain text; panels/<slug>.txt or panels/_card.txt: what stands under a title."""

    query: Query
    passport: Passport
    stale: Stale | None
    old: str
    cards: tuple[SummaryCard, ...]


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


def summary(result: QueryResult, signer: ReceiptSigner) -> str:
    """Plain text for a mail: every card in a few lines, as of the query's day and nothing later."""
    cards = tuple(_summary_card(card) for card in result.cards)
    rendered = render("summary.txt", SummaryView(result.query, result.passport, result.stale, result.old, cards))
    lines = re.sub(r"\n{3,}", "\n\n", rendered.strip()).split("\n")
    text = "\n".join(map(_wrapped, lines)).replace(NARROW_SPACE, " ")
    receipt = signer.receipt(result, SUMMARY, text=digest(words_that_last(text)))
    return f"{text}\n\n" + "".join(f"{line}\n" for line in receipt)


def cards_json(result: QueryResult) -> str:
    """Every card's JSON by its slug; of one that failed, its problem."""
    cards = {card.panel.slug: _published(card) for card in result.cards}
    return json.dumps(cards, ensure_ascii=False, separators=(",", ":")) + "\n"


def file_name(ticker: str, last_bar: date, what: str, ending: str) -> str:
    """A name that every system takes, such as forecast-GSPC-2018-06-29.csv."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", ticker).strip("-") or "ticker"
    return f"{what}-{safe}-{last_bar}.{ending}"


def _summary_card(card: CardResult) -> SummaryCard:
    if isinstance(card.end, Exception):
        return SummaryCard(card.panel, None, None, failure_of(card.end))
    return SummaryCard(card.panel, card.end.analysis, card.panel.content(card.end.analysis), None)


def _published(card: CardResult) -> Any:
    if isinstance(card.end, Exception):
        return {"error": problem_of(card.end)}
    return json.loads(card.end.published())


def _wrapped(line: str) -> str:
    indent = "  " if line.startswith("- ") else ""
    return textwrap.fill(line, _LINE_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


_log = logging.getLogger(__name__)


async def report(app: AppContext, result: QueryResult, page_url: str) -> str:
    """The document; ``page_url`` leads to the live page of the same query, where an address can hold it."""
    sections = await asyncio.gather(*(_section(app, card) for card in result.cards))
    # A card whose pictures could not be drawn is not in the document, whatever its numbers are.
    drawn = replace(result, cards=tuple(card for card, _ in sections))
    receipt = "\n".join(app.signer.receipt(drawn, REPORT))
    style = Markup(app.style)  # noqa: S704  (our own style sheet)
    in_order = sorted(sections, key=lambda section: IN_PAGE_ORDER.index(section[0].panel))
    cards = tuple(Markup(html) for _, html in in_order)  # noqa: S704  (our own templates made them)
    asked, passport = _form_values(result.query), result.passport
    view = ReportView(app.site, asked, style, cards, page_url, passport, result.old, receipt)
    return render("report.html", view)


async def _section(app: AppContext, card: CardResult) -> tuple[CardResult, str]:
    if isinstance(card.end, Exception):
        return card, _failed(card.panel, card.end)
    try:
        return card, await _rendered(app, card.panel, card.end)
    except Exception as error:
        # One card that cannot be drawn must not cost the reader the others.
        return CardResult(card.panel, error), _failed(card.panel, error)


async def _rendered(app: AppContext, panel: Panel, finished: Finished) -> str:
    card, narrow = await asyncio.gather(
        draw_card(app, slot_of(panel, ""), finished, "wide"),
        app.analyses.charts(panel, finished, "narrow"),
    )
    return render_card(replace(card, pictures=replace(card.pictures, narrow=narrow)))


def _failed(panel: Panel, error: Exception) -> str:
    if not isinstance(error, AppError):
        _log.error("The card %s of a report failed.", panel.slug, exc_info=error)
    return render("panels/_failed.html", FailedView(slot_of(panel, ""), failure_of(error), False))


def _form_values(query: Query) -> FormValues:
    source = query.upload.name if query.upload else query.source
    return FormValues(query.ticker, str(query.horizon), str(query.as_of or ""), source)
