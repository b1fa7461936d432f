"""How good the forecasts are: what ``evaluate --json`` measured over many tickers, as pictures for anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.panels.panel import DEFAULT_HORIZON, Query
from app.web.context import site_of
from app.web.http.query import page_url
from app.web.templating import render
from app.web.views import NextStep, Site

_OURS, _USUAL = "combined", "prophet_stock"
_SPANS = {"1": "1 day", "5": "1 week", "22": "1 month"}
_FOLDER = Path(__file__).parent / "measured"
LESSON_DAYS = {
    date(2008, 9, 12): "The S&P 500 on 12 September 2008",
    date(2009, 3, 6): "The same on 6 March 2009",
    date(2011, 7, 22): "On 22 July 2011",
    date(2015, 7, 24): "On 24 July 2015",
    date(2018, 9, 28): "On 28 September 2018",
}
"""Days on which the 80% range of stock-standard Prophet, 22 trading days ahead, did not hold."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the 95% interval around it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Span:
    """Scores over some days ahead; the loss is a ratio to that of the last price with a constant volatility."""

    n: int
    pinball_ratio: Estimate
    coverage_80: Estimate
    coverage_95: Estimate


@dataclass(frozen=True, slots=True)
class Ticker:
    """Scores of one ticker at ``n`` past days."""

    n: int
    pinball_ratio: float
    coverage_80: float


@dataclass(frozen=True, slots=True)
class Group:
    """Scores over the tickers of one market and kind together."""

    tickers: int
    pinball_ratio: Estimate
    coverage_80: Estimate


@dataclass(frozen=True, slots=True)
class Member:
    """What was measured of one forecaster; ``below`` is how often prices ended below each of its quantiles."""

    title: str
    scores: Mapping[str, Span]
    below: Mapping[str, float]
    by_ticker: Mapping[str, Ticker]
    by_group: Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class Measured:
    """A file of ``evaluate --json``."""

    origins: int
    tickers: tuple[str, ...]
    members: Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Kept:
    """``n`` questions whose stated chances were about the same, and the share that came true."""

    said: float
    happened: float
    n: int


@dataclass(frozen=True, slots=True)
class Event:
    """How the chances of one kind of question were kept."""

    table: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Odds:
    """A file of ``evaluate odds --json``."""

    origins: int
    tickers: int
    events: Mapping[str, Event]


@cache
def measured() -> tuple[Measured, Measured, Odds]:
    """The three files that the repository ships: US stocks, the markets of the world, and the odds."""
    us, world, odds = (_FOLDER.joinpath(f"{name}.json").read_bytes() for name in ("us_stocks", "world", "odds"))
    tables = TypeAdapter(Measured)
    return tables.validate_json(us), tables.validate_json(world), TypeAdapter(Odds).validate_json(odds)


@dataclass(frozen=True, slots=True)
class HowGoodView:
    """how_good.html: what was measured; ``worst`` are the verdict's tickers, ``spans`` the days ahead by their names.

    ``lessons`` are days on which the usual forecast failed.
    """

    site: Site
    us: Measured
    ours: Member
    usual: Member
    world: Measured
    groups: tuple[tuple[str, Group], ...]
    worst: tuple[tuple[str, Ticker], ...]
    odds: Odds
    lessons: tuple[NextStep, ...]
    spans: Mapping[str, str]


async def how_good(request: Request) -> Response:
    """GET /how-good: how often ranges and chances held over many tickers, and what the forecasts were better than."""
    us, world, odds = measured()
    ours = us.members[_OURS]
    view = HowGoodView(
        site=site_of(request),
        us=us,
        ours=ours,
        usual=us.members[_USUAL],
        world=world,
        groups=tuple(sorted(world.members[_OURS].by_group.items(), key=lambda scored: -scored[1].pinball_ratio.value)),
        worst=tuple(sorted(ours.by_ticker.items(), key=lambda scored: -scored[1].pinball_ratio)),
        odds=odds,
        lessons=tuple(NextStep(words, _lesson(day)) for day, words in LESSON_DAYS.items()),
        spans=_SPANS,
    )
    return HTMLResponse(render("how_good.html", view), headers={"Cache-Control": "public, max-age=3600"})


def _lesson(day: date) -> str:
    """The page of the S&P 500 on that day, which keeps what happened to itself until it is asked."""
    return page_url(Query("^GSPC", DEFAULT_HORIZON, None, "sample"), day)
