"""How good the forecasts are: what ``evaluate --json`` measured over many tickers, as pictures for anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.panels.panel import DEFAULT_HORIZON, Query
from app.web.context import site_of
from app.web.http.query import page_url
from app.web.pages.evaluation import Measured, Member, Odds, Ticker, measured
from app.web.templating import render
from app.web.views import NextStep, Site

_OURS, _USUAL = "combined", "prophet_stock"
_SPANS = {"1": "1 day", "5": "1 week", "22": "1 month"}
_FEWEST = 2
# The ends of Yahoo's symbols; a stock without one is listed in the United States.
_MARKETS = {
    "": "United States",
    **dict.fromkeys(("NS", "BO"), "India"),
    "T": "Japan",
    "HK": "Hong Kong",
    "JK": "Indonesia",
    **dict.fromkeys(("SS", "SZ"), "China"),
    "L": "United Kingdom",
    "TO": "Canada",
    **dict.fromkeys(("KS", "KQ"), "South Korea"),
    "IS": "Turkey",
}
_OTHERS = "Other markets, currencies and coins"
LESSON_DAYS = {
    date(2008, 9, 12): "The S&P 500 on 12 September 2008",
    date(2009, 3, 6): "The same on 6 March 2009",
    date(2011, 7, 22): "On 22 July 2011",
    date(2015, 7, 24): "On 24 July 2015",
    date(2018, 9, 28): "On 28 September 2018",
}
"""Days on which the 80% range of stock-standard Prophet, 22 trading days ahead, did not hold."""


@dataclass(frozen=True, slots=True)
class Group:
    """The tickers of one market together; ``loss`` is a ratio as above."""

    name: str
    tickers: int
    loss: float
    held_80: float


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
    markets: tuple[Group, ...]
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
        markets=_groups(world.members[_OURS].by_ticker),
        worst=tuple(sorted(ours.by_ticker.items(), key=lambda scored: -scored[1].pinball_ratio)),
        odds=odds,
        lessons=tuple(NextStep(words, _lesson(day)) for day, words in LESSON_DAYS.items()),
        spans=_SPANS,
    )
    return HTMLResponse(render("how_good.html", view), headers={"Cache-Control": "public, max-age=3600"})


def _groups(tickers: Mapping[str, Ticker]) -> tuple[Group, ...]:
    """The tickers by market, the worst first; markets of one ticker are together."""
    by_market: dict[str, list[Ticker]] = {}
    for symbol, scores in tickers.items():
        by_market.setdefault(_market_of(symbol), []).append(scores)
    few = [market for market, found in by_market.items() if len(found) < _FEWEST]
    for market in few:
        by_market.setdefault(_OTHERS, []).extend(by_market.pop(market))
    groups = (_group(market, found) for market, found in by_market.items())
    return tuple(sorted(groups, key=lambda group: -group.loss))


def _market_of(symbol: str) -> str:
    stem, dot, ending = symbol.rpartition(".")
    plain = symbol.replace("-", "").isalnum() and not symbol.endswith("-USD")
    return _MARKETS.get(ending, _OTHERS) if dot and stem else _MARKETS[""] if plain else _OTHERS


def _group(market: str, tickers: list[Ticker]) -> Group:
    n = sum(ticker.n for ticker in tickers)
    loss, held = (
        sum(ticker.n * getattr(ticker, name) for ticker in tickers) / n for name in ("pinball_ratio", "coverage_80")
    )
    return Group(market, len(tickers), loss, held)


def _lesson(day: date) -> str:
    """The page of the S&P 500 on that day, which keeps what happened to itself until it is asked."""
    return page_url(Query("^GSPC", DEFAULT_HORIZON, None, "sample"), day)
