"""Documents made in memory from one dossier, each with its receipt: the same query, the same bytes."""

import json
import re
import textwrap
from typing import Any

from app.panels.card_content import card_content
from app.text.numbers import NARROW_SPACE, on_one_line
from app.web.document_views import SummaryView, Told
from app.web.dossier import Card, Dossier
from app.web.errors import as_json, failure_of
from app.web.forecast_table import forecast_table
from app.web.notary import FORECAST, SUMMARY, Notary, words_of
from app.web.signed_receipt import digest
from app.web.templates import render

_WIDTH = 72


def forecast_csv(dossier: Dossier, notary: Notary) -> str:
    """The table of forecasts; below it, each line after a “#”, what is no row: cards left out, and the receipt."""
    missing = [f"{panel.title} is left out: {failure_of(error).sentence}" for panel, error in dossier.left_out()]
    below = *map(on_one_line, missing), *notary.receipt(dossier, FORECAST)
    return forecast_table(dossier.forecasts()) + "".join(f"# {line}\n" for line in below)


def summary(dossier: Dossier, notary: Notary) -> str:
    """Plain text for a mail: every card in a few lines, as of the query's day and nothing later."""
    cards = tuple(_told(card) for card in dossier.cards)
    told = render("summary.txt", SummaryView(dossier.query, dossier.passport, dossier.stale, cards))
    lines = re.sub(r"\n{3,}", "\n\n", told.strip()).split("\n")
    text = "\n".join(map(_wrapped, lines)).replace(NARROW_SPACE, " ")
    receipt = notary.receipt(dossier, SUMMARY, text=digest(words_of(text)))
    return f"{text}\n\n" + "".join(f"{line}\n" for line in receipt)


def cards_json(dossier: Dossier) -> str:
    """Every card's JSON by its slug; of one that failed, its error."""
    cards = {card.panel.slug: _published(card) for card in dossier.cards}
    return json.dumps(cards, ensure_ascii=False, separators=(",", ":")) + "\n"


def file_name(dossier: Dossier, what: str, ending: str) -> str:
    """A name that every system takes, such as forecast-GSPC-2018-06-29.csv."""
    ticker = re.sub(r"[^A-Za-z0-9]+", "-", dossier.query.ticker).strip("-") or "ticker"
    return f"{what}-{ticker}-{dossier.passport.last_bar}.{ending}"


def _told(card: Card) -> Told:
    if isinstance(card.end, Exception):
        return Told(card.panel, None, None, failure_of(card.end))
    return Told(card.panel, card.end.analysis, card_content(card.panel, card.end.analysis), None)


def _published(card: Card) -> Any:
    if isinstance(card.end, Exception):
        return {"error": as_json(card.end, failure_of(card.end))}
    return json.loads(card.end.published())


def _wrapped(line: str) -> str:
    further = "  " if line.startswith("- ") else ""
    return textwrap.fill(line, _WIDTH, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
