import asyncio

import pytest

from app.errors import BadBarsError, SourceSilentError
from app.market.fallback import LastGoodAnswer
from app.market.raw_history import encode
from app.panels.panel import Query
from app.services.loaded_history import HistoryLoader
from tests.support.fakes import FakeMarket, Moody, market

MARKET = market(400)
AS_OF = MARKET.dates[300].item()
LATEST, PAST = Query("SYN", 22, None, "sample"), Query("SYN", 22, AS_OF, "sample")
KINDS = ("answer", "quotes", "last")


class NotedCache:
    """Keeps everything but keys of the kinds it is told to ``forget``, and notes what it is asked for."""

    def __init__(self, *forget):
        self.kept, self.asked, self._forget = {}, [], forget

    async def get(self, key):
        self.asked.append(key.partition(":")[0])
        return self.kept.get(key)

    async def set(self, key, value, seconds):
        if key.partition(":")[0] not in self._forget:
            self.kept[key] = value


class Loading:
    """A loader of one source, with its cache."""

    def __init__(self, *forget, source=None):
        self.source, self.cache = source or FakeMarket(MARKET), NotedCache(*forget)
        self.loader = HistoryLoader({"sample": LastGoodAnswer(self.source, self.cache)}, self.cache, 900)

    def prepare(self, *queries):
        """Every query's history, asked for together."""

        async def prepared():
            return await asyncio.gather(*map(self.loader.prepare, queries))

        self.cache.asked.clear()
        return asyncio.run(prepared())


@pytest.mark.parametrize("query", [LATEST, PAST], ids=["latest", "past"])
def test_the_rows_of_a_source_are_decoded_neither_when_loaded_nor_for_a_cached_card(query):
    loading = Loading()
    (first,), (again,) = loading.prepare(query), loading.prepare(query)
    assert again == first
    assert "answer" not in loading.cache.asked
    assert loading.source.loads == 1


def test_all_cards_that_ask_together_read_the_rows_once():
    loading = Loading()
    loading.prepare(LATEST)
    assert len(set(loading.prepare(*[PAST] * 7))) == 1
    assert loading.cache.asked.count("answer") == 1
    assert loading.source.loads == 1


def test_the_answer_of_a_ticker_is_kept_once_whatever_is_asked_of_it():
    loading = Loading()
    loading.prepare(LATEST, PAST)
    loading.prepare(Query("SYN", 5, AS_OF, "sample"))
    sizes = {kind: [len(value) for key, value in loading.cache.kept.items() if key.startswith(kind)] for kind in KINDS}
    assert sizes["answer"] == [len(encode(MARKET))]
    assert max(*sizes["quotes"], *sizes["last"]) < 300


def test_an_answer_that_gave_way_to_newer_ones_is_loaded_again():
    loading = Loading("answer")
    loading.prepare(LATEST)
    (past,) = loading.prepare(PAST)
    assert (past.passport.last_bar, len(past.following.dates)) == (AS_OF, 22)
    assert loading.source.loads == 2


def test_what_is_known_of_a_history_is_of_its_own_day_and_of_the_source():
    latest, past = Loading().prepare(LATEST, PAST)
    last = MARKET.dates[-1].item()
    assert (latest.passport.last_bar, latest.newest, latest.following) == (last, last, None)
    assert (past.passport.last_bar, past.newest) == (AS_OF, last)


def test_prices_given_once_more_have_the_key_they_had_and_say_their_age():
    source = Moody(MARKET)
    loading = Loading("quotes", source=source)
    (fresh,) = loading.prepare(LATEST)
    source.error = SourceSilentError("Here", 14)
    (old,) = loading.prepare(LATEST)
    assert (fresh.stale, old.stale.minutes, old.key) == (None, 0, fresh.key)


def test_a_source_without_a_row_is_refused_like_rows_without_sense():
    with pytest.raises(BadBarsError):
        Loading(source=FakeMarket(MARKET.rows(MARKET.dates < MARKET.dates[0]))).prepare(LATEST)
