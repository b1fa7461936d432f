"""What each template may use: one dataclass a template, every field said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.charts.chart import Chart
from app.market.passport import Stale
from app.market.source import Instrument
from app.panels.analysis import Analysis, Table
from app.panels.outcome import Outcome
from app.panels.panel import CardContent, Panel, Query


@dataclass(frozen=True, slots=True)
class Site:
    """What every page links to and says; ``samples`` work with no network.

    ``last_days`` are of sources that have nothing newer, by name; ``paths`` are of endpoints, by name. ``origin`` is
    where this page was asked for, with its scheme, and ``path`` what was asked for there, without its query.
    """

    css: str
    scripts: tuple[str, ...]
    htmx: str
    extensions: tuple[str, ...]
    samples: tuple[Instrument, ...]
    sources: tuple[str, ...]
    default_source: str
    maximum_horizon: int
    maximum_upload: int
    last_days: Mapping[str, date]
    paths: Mapping[str, str]
    origin: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True)
class FormValues:
    """What stands in the form, as it was typed."""

    ticker: str
    horizon: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """A link to something that can be done next.

    ``name`` says more than a short label, ``rel`` where it leads, ``current`` that it leads here.
    """

    label: str
    url: str
    name: str = ""
    rel: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class ColumnSelects:
    """_columns.html: the ``columns`` of a file, and which of them are chosen for the ``date`` and the ``close``."""

    columns: tuple[str, ...]
    date: str
    close: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An error for a reader; ``retry_after`` is in seconds where waiting helps.

    ``field`` is the part of the form that it is about, if any; ``whole`` says that it is about the query and no card,
    ``unknown`` is a ticker that nobody knows; ``next_steps`` lead on from here. Where ``other_source`` is true, prices
    from elsewhere help; ``selects`` choose among the columns of a file.
    """

    status: int
    sentence: str
    hint: str
    retry_after: int | None
    field: str = ""
    next_steps: tuple[NextStep, ...] = ()
    other_source: bool = False
    selects: ColumnSelects | None = None
    whole: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a card goes: ``url`` answers with its fragment, to a GET or, where ``posted``, to the form and its file.

    It takes about so many ``seconds``.
    """

    slug: str
    title: str
    question: str
    url: str
    posted: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Pictures:
    """Charts and their numbers, both under the charts' names; a chart whose ``src`` is empty comes later.

    ``narrow`` are the same charts for phones, where a card does not know who reads it. ``url`` is the card's, under
    which each can be had as a file; without one they cannot.
    """

    charts: Mapping[str, Chart]
    tables: Mapping[str, Table]
    narrow: Mapping[str, Chart] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class CardView:
    """panels/<slug>.html or panels/_card.html: a finished card; an ``outcome`` is among its ``pictures`` too.

    ``old`` says that the prices are old; ``ahead`` are sentences on announced days, which no analysis knows of. A row
    of the table of methods stands ``open`` at once; what happened does where ``reveal`` asks for it. ``recent`` is what
    a browser remembers of the answer, as JSON. A report has a card in parts: its ``answer`` in front, its ``proof``
    behind.
    """

    slot: Slot
    analysis: Analysis
    content: CardContent
    pictures: Pictures
    outcome: Outcome | None
    stale: Stale | None
    interactive: bool
    old: str = ""
    ahead: tuple[str, ...] = ()
    query: Query | None = None
    open: bool = True
    reveal: bool = True
    recent: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class FailedView:
    """panels/_failed.html: what stands in a card's place when it cannot be had."""

    slot: Slot
    failure: Failure
    interactive: bool


@dataclass(frozen=True, slots=True)
class Download:
    """A document that can be had of any query, from the ``endpoint`` of that name."""

    endpoint: str
    words: str


DOWNLOADS = (
    Download("report", "report"),
    Download("forecast", "forecast (CSV)"),
    Download("summary", "plain-text summary"),
)


@dataclass(frozen=True, slots=True)
class ErrorView:
    """error.html: a page that says what went wrong."""

    site: Site
    failure: Failure


def slot_of(panel: Panel, url: str, *, posted: bool = False) -> Slot:
    """The place of ``panel`` on a page, filled from ``url``."""
    return Slot(panel.slug, panel.title, panel.question, url, posted, panel.seconds)
