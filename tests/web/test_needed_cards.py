import asyncio
from dataclasses import replace

from app.panels import BY_SLUG, PANELS
from app.panels.analysis import Analysis
from app.panels.panel import Panel, Query
from app.services.analyses import Analyses
from app.services.loaded_history import HistoryLoader
from app.store.cache import MemoryCache
from tests.support.fakes import FakeMarket, InlineEngine, market

SUM = Panel("sum", "Sum", "So what?", "tests.nowhere", Analysis, 60, tuple, dict, ("technicals", "overview"))
QUERY = Query("SYN", 5, None, "sample")


class SummingEngine(InlineEngine):
    """Runs the real cards, and for the one that needs others notes what it was given and answers with the first."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.needed = ()

    async def run(self, function, *payload):
        # Fits are no cards.
        if not function.endswith(":fit"):
            self.asked.append(payload[0])
        if payload[0] != b"sum":
            return await super().run(function, *payload)
        self.needed = payload[3:]
        return self.needed[0]


def analyses_on(engine):
    cache = MemoryCache(10**7)
    return Analyses(HistoryLoader({"sample": FakeMarket(market(300))}, cache, 900), engine, cache, 900)


async def summed_beside_its_needs(analyses):
    return await asyncio.gather(*(analyses.finished(panel, QUERY) for panel in (BY_SLUG["overview"], SUM)))


def test_a_card_gets_the_finished_analyses_it_needs_in_the_order_it_names_them():
    engine = SummingEngine()
    analyses = analyses_on(engine)
    overview, summed = asyncio.run(summed_beside_its_needs(analyses))
    assert engine.needed == (summed.json, overview.json)


def test_what_is_needed_is_computed_once_even_while_its_own_card_is_computed_too():
    engine = SummingEngine()
    asyncio.run(summed_beside_its_needs(analyses_on(engine)))
    assert sorted(engine.asked) == [b"overview", b"sum", b"technicals"]


def test_with_every_card_open_nothing_is_computed_twice():
    engine = SummingEngine()
    analyses = analyses_on(engine)

    async def open_all():
        await asyncio.gather(*(analyses.finished(panel, QUERY) for panel in reversed(PANELS)))

    asyncio.run(open_all())
    assert sorted(engine.asked) == sorted(panel.slug.encode() for panel in PANELS)


def test_another_horizon_draws_nothing_again_that_shows_no_horizon():
    engine = InlineEngine()
    analyses = analyses_on(engine)

    async def draw_twice(panel):
        for horizon in (5, 22):
            await analyses.charts(panel, await analyses.finished(panel, replace(QUERY, horizon=horizon)), "wide")

    async def draw_all():
        await asyncio.gather(*(draw_twice(BY_SLUG[slug]) for slug in ("patterns", "technicals")))

    asyncio.run(draw_all())
    drawn = [payload[0] for function, *payload in engine.calls if function == "draw"]
    assert sorted(drawn) == [b"patterns", b"technicals", b"technicals"]
