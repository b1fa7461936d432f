import pytest
from pydantic import TypeAdapter

from app.market.history import encode, history_until
from app.panels import BY_SLUG, PANELS, jobs
from tests.support.cards import SLUGS
from tests.support.fakes import market

HISTORY = encode(history_until(market(260), None))
OTHER = encode(history_until(market(255, seed=5), None))


def analysed(slug, history, horizon=b"5"):
    needed = [analysed(other, history, horizon) for other in BY_SLUG[slug].needs]
    return jobs.analyse(slug.encode(), horizon, history, *needed)


@pytest.fixture(scope="module", params=SLUGS)
def first(request):
    return request.param, analysed(request.param, HISTORY)


def test_the_same_bars_give_the_same_bytes_whatever_came_between(first):
    slug, published = first
    analysed(slug, OTHER, b"9")
    assert analysed(slug, HISTORY) == published


@pytest.mark.parametrize("canvas", [b"wide", b"narrow"])
def test_the_same_analysis_gives_the_same_pictures(first, canvas):
    slug, published = first
    drawn = [jobs.draw(slug.encode(), canvas, HISTORY, published) for _ in range(2)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("slug", [panel.slug for panel in PANELS if panel.drawn_once])
def test_what_is_drawn_once_is_the_same_for_every_horizon(slug):
    near, far = (jobs.draw(slug.encode(), b"wide", HISTORY, analysed(slug, HISTORY, days)) for days in (b"5", b"22"))
    assert near == far


def test_an_analysis_read_back_from_its_json_is_the_same(first):
    slug, published = first
    adapter = TypeAdapter(BY_SLUG[slug].analysis)
    assert adapter.dump_json(adapter.validate_json(published)) == published
