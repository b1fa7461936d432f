"""What each template may use: one dataclass a template, every field said."""

from dataclasses import dataclass
from typing import Any

from app.charts.chart import Chart
from app.market.passport import Stale
from app.panels.analysis import Analysis
from app.panels.outcome import Outcome
from app.panels.panel import Panel


@dataclass(frozen=True, slots=True)
class Site:
    """What every page links to and says; ``samples`` are tickers that work with no network."""

    css: str
    script: str
    htmx: str
    samples: tuple[str, ...]
    sources: tuple[str, ...]
    default_source: str
    maximum_horizon: int
    maximum_upload: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form, as it was typed."""

    ticker: str
    horizon: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An error for a reader; ``retry_after`` is in seconds where waiting helps."""

    status: int
    sentence: str
    hint: str
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a card goes: ``url`` answers with its fragment, to a GET or, where ``posted``, to the form and its file."""

    slug: str
    title: str
    question: str
    url: str
    posted: bool


@dataclass(frozen=True, slots=True)
class CardView:
    """panels/<slug>.html: a finished card."""

    slot: Slot
    analysis: Analysis
    charts: dict[str, Chart]
    outcome: Outcome | None
    stale: Stale | None
    interactive: bool


@dataclass(frozen=True, slots=True)
class FailedView:
    """panels/_failed.html: what stands in a card's place when it cannot be had."""

    slot: Slot
    failure: Failure
    interactive: bool


@dataclass(frozen=True, slots=True)
class IndexView:
    """index.html: the form, and the places of the cards where a ticker was asked for; _answer.html: these alone."""

    site: Site
    asked: Asked
    slots: tuple[Slot, ...]
    report_url: str
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """report.html: every card in one document; ``style`` is the style sheet itself, ``cards`` are finished HTML."""

    site: Site
    asked: Asked
    style: Any
    cards: tuple[Any, ...]
    page_url: str


@dataclass(frozen=True, slots=True)
class DocsView:
    """docs.html: the API for people; ``api`` is the OpenAPI document."""

    site: Site
    api: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorView:
    """error.html: a page that says what went wrong."""

    site: Site
    failure: Failure


def slot_of(panel: Panel, url: str, *, posted: bool = False) -> Slot:
    """The place of ``panel`` on a page, filled from ``url``."""
    return Slot(panel.slug, panel.title, panel.question, url, posted)
