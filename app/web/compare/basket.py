"""The tickers of a comparison as one basket: a column of its own beside theirs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.errors import QueryError
from app.panels.panel import Query
from app.services.basket import TICKER, load_basket
from app.web.compare.cards import COSTS, SECONDS, column_card
from app.web.compare.request import SUCH_AS, column_slot, comparison_string, queries_of
from app.web.context import AppContext, context_of, url_again, while_connected
from app.web.views import Slot

_WEIGHT = "weight"
_NUMBER = r"\s*\d{1,6}(\.\d{1,6})?\s*"


def shares_in(request: Request, tickers: int) -> tuple[float, ...]:
    """The shares that the address gives, made to sum to 1, one for each of so many ``tickers``; none without any.

    Raises ``QueryError``.
    """
    text = request.query_params.get(_WEIGHT, "")
    if not text.strip():
        return ()
    if tickers not in SUCH_AS:
        raise QueryError(_WEIGHT, text[:40], "at least two tickers beside it")
    needed = f"a number above zero for each of the {tickers} tickers, such as {SUCH_AS[tickers]}"
    if not re.fullmatch(f"{_NUMBER}(,{_NUMBER})*", text):
        raise QueryError(_WEIGHT, text[:40], needed)
    weights = [float(part) for part in text.split(",")]
    if len(weights) != tickers or min(weights) <= 0:
        raise QueryError(_WEIGHT, text[:40], needed)
    return tuple(weight / sum(weights) for weight in weights)


def basket_slots(request: Request, queries: Sequence[Query]) -> tuple[Slot, ...]:
    """The place of the column, where the address of a comparison of ``queries`` gives shares; raises ``QueryError``."""
    if not shares_in(request, len(queries)):
        return ()
    weight = urlencode({_WEIGHT: request.query_params[_WEIGHT]})
    return (_slot(f"{request.app.url_path_for('compare_basket')}?{comparison_string(queries)}&{weight}"),)


def requested_basket(request: Request) -> Slot:
    """The place that ``request`` is to fill."""
    return _slot(url_again(request, request.url.path))


async def basket(request: Request) -> Response:
    """GET /compare/basket: what the overview and the verdict of the whole basket say, in a column."""
    queries = queries_of(request)
    shares = shares_in(request, len(queries))
    if not shares:
        raise QueryError(_WEIGHT, "", "the shares of the basket, such as 60,40")
    card = _card(context_of(request), queries, shares, requested_basket(request))
    return HTMLResponse(await while_connected(request, card, COSTS, SECONDS))


async def _card(app: AppContext, queries: Sequence[Query], shares: Sequence[float], slot: Slot) -> str:
    loaded = await load_basket(app.analyses.loader, queries, shares)
    return await column_card(app, replace(queries[0], ticker=TICKER), slot, loaded)


def _slot(url: str) -> Slot:
    return column_slot("Basket", url)
