"""The tools for AI agents, whatever protocol they are called by; agents read the docstrings of the eight functions."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from app.errors import AppError, QueryError
from app.panels import BY_SLUG
from app.panels.panel import Query
from app.services.receipts.signer import Checked
from app.services.results import QueryResult, query_result
from app.text.glossary import MEANINGS, Term, terms
from app.web.api.agents import ranges
from app.web.api.agents.answers import Chances, Compared, Explained, LeftOut, Ranged, Risks, TrackRecord
from app.web.api.agents.arguments import LONGEST_TERM, MOST_COMPARED, Arguments, query_in, texts_in, written
from app.web.api.schemas import MAX_SEARCH_CHARACTERS, Searched
from app.web.context import AppContext, client_of, context_of, while_connected
from app.web.failures import failure_of
from app.web.http.query import parse_source


async def find_ticker(request: Request, arguments: Arguments) -> Searched:
    """Symbols that a part of a name or symbol can mean. Costs no card run."""
    app, texts = context_of(request), texts_in(arguments)
    sought, source = texts.get("q", ""), parse_source(texts, app.site.sources, app.site.default_source)
    if not 1 <= len(sought) <= MAX_SEARCH_CHARACTERS:
        raise QueryError("q", sought[:MAX_SEARCH_CHARACTERS], f"1 to {MAX_SEARCH_CHARACTERS} characters")
    findings = await while_connected(request, app.finder.find(source, sought, client_of(request)), 0)
    return Searched(source, findings.found, findings.note)


async def expected_range(request: Request, arguments: Arguments) -> Ranged:
    """Between which prices a ticker should end after so many trading days (80% and 95%), how often such ranges held
    for it before, and whether an edge is claimed. Costs 1 card run.
    """
    return ranges.range_answer(await _result(request, arguments, "verdict"), context_of(request).signer)


async def chance_of_level(request: Request, arguments: Arguments) -> Chances:
    """The chance to end at a price or beyond, to close there, and to trade there, and how such questions went before;
    with an amount also in money. Costs 2 card runs.
    """
    if not texts_in(arguments).get("level", "").strip():
        raise QueryError("level", "", "a price such as 380 or a change such as -5%")
    return ranges.chances_answer(await _result(request, arguments, "odds", "verdict"), context_of(request).signer)


async def risk(request: Request, arguments: Arguments) -> Risks:
    """How much can be lost: the chance of a fall, losses by their chance, value at risk, drawdown, volatility; with an
    amount also in money. Costs 3 card runs.
    """
    result = await _result(request, arguments, "overview", "odds", "verdict")
    return ranges.risks_answer(result, context_of(request).signer)


async def compare(request: Request, arguments: Arguments) -> Compared:
    """The expected ranges of up to four tickers. Costs 1 card run for each."""
    tickers, others = arguments.get("tickers"), {name: arguments[name] for name in arguments if name != "tickers"}
    named = dict.fromkeys(written(one).strip().upper() for one in tickers) if isinstance(tickers, list) else {}
    if not 1 <= len(named) <= MOST_COMPARED:
        raise QueryError("tickers", written(tickers)[:40], f"a list of one to {MOST_COMPARED} symbols")
    queries = [query_in(request, {**others, "ticker": ticker}) for ticker in named]
    work, seconds = _ranges(context_of(request), queries), BY_SLUG["verdict"].seconds
    ended = await while_connected(request, work, len(queries), seconds)
    failed = [(query, end) for query, end in zip(queries, ended, strict=True) if isinstance(end, AppError)]
    if len(failed) == len(queries):
        raise failed[0][1]
    left_out = tuple(LeftOut(query.ticker, sentence_of(error)) for query, error in failed)
    return Compared(tuple(end for end in ended if isinstance(end, Ranged)), left_out)


async def track_record(request: Request, arguments: Arguments) -> TrackRecord:
    """How past forecasts of a ticker did against “price stays”, and what was said at month ends beside what came.
    Costs 1 card run.
    """
    return ranges.record_answer(await _result(request, arguments, "verdict"), context_of(request).signer)


async def verify_receipt(request: Request, arguments: Arguments) -> Checked:
    """Whether a receipt was signed here and is unchanged; the document that it ends may come too. Costs 1 card run."""
    pasted = texts_in(arguments).get("receipt", "")
    # In a thread, because a long text takes as long as many requests.
    return await while_connected(request, asyncio.to_thread(context_of(request).signer.check, pasted))


async def explain_term(request: Request, arguments: Arguments) -> Explained:
    """One plain sentence for each term of art in a text. Costs no card run."""
    text = texts_in(arguments).get("term", "")[:LONGEST_TERM]
    known = {name.casefold(): Term(name, meaning) for name, (_, meaning) in MEANINGS.items()}
    found = (known[text.casefold()],) if text.casefold() in known else terms(text)
    if not found:
        raise QueryError("term", text[:40], f"one of these, or words with one of them: {'; '.join(MEANINGS)}")
    return Explained(found)


@dataclass(frozen=True, slots=True)
class Tool:
    """What agents may call: ``run`` gets the request and the arguments that it ``takes``, and returns an ``answer``.

    ``asks_source`` says that a market source may be asked.
    """

    run: Callable[[Request, Arguments], Awaitable[Any]]
    title: str
    answer: type
    takes: tuple[str, ...]
    needs: tuple[str, ...]
    asks_source: bool = True

    @property
    def name(self) -> str:
        """As agents call it."""
        return self.run.__name__

    @property
    def description(self) -> str:
        """What an agent has to know of it, and no more."""
        return " ".join((inspect.getdoc(self.run) or "").split())


_DAYS = ("horizon", "by", "as_of", "source")
_ONE = ("ticker", *_DAYS)
TOOLS = (
    Tool(find_ticker, "Find a ticker", Searched, ("q", "source"), ("q",)),
    Tool(expected_range, "Expected range", Ranged, _ONE, ("ticker",)),
    Tool(chance_of_level, "Chance of a price", Chances, (*_ONE, "level", "amount"), ("ticker", "level")),
    Tool(risk, "Risk", Risks, (*_ONE, "amount"), ("ticker",)),
    Tool(compare, "Compare tickers", Compared, ("tickers", *_DAYS), ("tickers",)),
    Tool(track_record, "Track record", TrackRecord, _ONE, ("ticker",)),
    Tool(verify_receipt, "Verify a receipt", Checked, ("receipt",), ("receipt",), asks_source=False),
    Tool(explain_term, "Explain a term", Explained, ("term",), ("term",), asks_source=False),
)


def sentence_of(error: Exception) -> str:
    """What an agent reads of ``error``: what happened, and what to do next."""
    failure = failure_of(error)
    return f"{failure.sentence} {failure.hint}".strip()


async def _result(request: Request, arguments: Arguments, *slugs: str) -> QueryResult:
    """The cards of these ``slugs`` for the query in ``arguments``; each counts."""
    panels, query = tuple(BY_SLUG[slug] for slug in slugs), query_in(request, arguments)
    work = query_result(context_of(request).analyses, query, panels)
    return await while_connected(request, work, len(panels), max(panel.seconds for panel in panels))


async def _ranges(app: AppContext, queries: Sequence[Query]) -> list[Ranged | AppError]:
    """The range of each query, or why there is none."""

    async def answer(query: Query) -> Ranged | AppError:
        try:
            result = await query_result(app.analyses, query, (BY_SLUG["verdict"],))
            return ranges.range_answer(result, app.signer, "compare")
        except AppError as error:
            return error

    return await asyncio.gather(*map(answer, queries))
