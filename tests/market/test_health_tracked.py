import asyncio
import contextlib

import pytest

from app.errors import SourceBrokenError, SourceRefusedError, SourceSilentError, UnknownTickerError
from app.market.fallback import HealthTracked
from tests.support.fakes import BrokenMarket, Moody, SilentMarket, market

pytestmark = pytest.mark.anyio
DOWN = {
    "refused": SourceRefusedError("Yahoo", 9),
    "broken": SourceBrokenError("Yahoo", "half a JSON"),
    "silent": SourceSilentError("Yahoo", 15),
}
UP = {"unknown": UnknownTickerError("Yahoo", "SYN"), "failed": ValueError("ours")}


async def ask(watched):
    with contextlib.suppress(Exception):
        await watched.load("SYN")


@pytest.mark.parametrize("word", [*DOWN, *UP])
async def test_each_end_of_a_load_has_a_word_and_only_the_sources_own_faults_mean_that_it_is_down(word):
    heard = []
    watched = HealthTracked(BrokenMarket((DOWN | UP)[word]), heard.append)
    await ask(watched)
    assert heard == [word]
    assert watched.down == (word in DOWN)


async def test_a_source_is_up_again_with_its_next_answer_or_after_some_minutes():
    now, source = [0.0], Moody(market(80))
    watched = HealthTracked(source, lambda _: None, lambda: now[0])
    source.error = DOWN["silent"]
    await ask(watched)
    now[0] = 299.0
    assert watched.down
    now[0] = 301.0
    assert not watched.down
    await ask(watched)
    source.error = None
    assert watched.down
    await ask(watched)
    assert not watched.down


async def test_who_leaves_says_nothing_of_the_source():
    heard, source = [], SilentMarket()
    watched = HealthTracked(source, heard.append)
    task = asyncio.create_task(watched.load("SYN"))
    await source.asked.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (heard, watched.down) == (["cancelled"], False)
