"""What the templates of whole documents may use: the report, the summary, and the page that checks receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.market.passport import Passport, Stale
from app.panels.analysis import Analysis, Fact
from app.panels.panel import CardContent, Panel, Query
from app.services.receipts.signer import Checked
from app.web.views import Failure, FormValues, Site


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html: every card in one document; ``style`` is the style sheet itself, ``cards`` are finished HTML.

    ``facts`` are those of each card that is there, by its slug.
    """

    site: Site
    asked: FormValues
    style: Any
    cards: tuple[Any, ...]
    facts: Mapping[str, Mapping[str, Fact]]
    page_url: str
    passport: Passport
    receipt: str


@dataclass(frozen=True, slots=True)
class Told:
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
    cards: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class VerifyView:
    """verify.html: what was pasted, and what came of checking it; ``fault`` says that it was nothing."""

    site: Site
    pasted: str
    checked: Checked | None
    fault: str
