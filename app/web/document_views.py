"""What the templates of whole documents may use: the report, the summary, and the page that checks receipts."""

from dataclasses import dataclass
from typing import Any

from app.market.passport import Passport, Stale
from app.panels.analysis import Analysis
from app.panels.panel import Panel
from app.panels.query import Query
from app.web.notary import Checked
from app.web.views import Asked, Failure, Site


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html: every card in one document; ``style`` is the style sheet itself, ``cards`` are finished HTML.

    ``overview`` and ``verdict`` are the analyses of these cards, where they are there.
    """

    site: Site
    asked: Asked
    style: Any
    cards: tuple[Any, ...]
    overview: Analysis | None
    verdict: Analysis | None
    page_url: str
    passport: Passport
    receipt: str


@dataclass(frozen=True, slots=True)
class Told:
    """A card in a summary: its analysis, or why there is none."""

    panel: Panel
    analysis: Analysis | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class SummaryView:
    """summary.txt: the cards in plain text; panels/<slug>.txt or one of two that fit any: what stands under a title."""

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
