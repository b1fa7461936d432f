import base64
from dataclasses import replace

import numpy as np
import pytest

from app.panels import BY_SLUG
from tests.support.cards import SLUGS, elements, outcome_in, outcome_out
from tests.support.fakes import LATER, FakeMarket, InlineEngine, market, nothing_later
from tests.support.served import served

MARKET = market(340)
AS_OF = MARKET.dates[265].item()
ASKED = f"ticker=SYN&horizon=22&as_of={AS_OF}&level=75;-4%&amount=5000"


def answers(told, slug):
    """The card in both forms, from an app that has seen nothing else."""
    with served(FakeMarket(told)) as client:
        published, fragment = client.get(f"/api/v1/panels/{slug}?{ASKED}"), client.get(f"/panels/{slug}?{ASKED}")
    assert (published.status_code, fragment.status_code) == (200, 200)
    return published.content, fragment.text


@pytest.fixture(scope="module")
def known():
    return {slug: answers(MARKET, slug) for slug in SLUGS}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_nothing_later_changes_a_byte_outside_the_outcome(known, slug, later):
    published, fragment = answers(later(MARKET, AS_OF), slug)
    assert outcome_out(published)[1] == outcome_out(known[slug][0])[1]
    assert outcome_in(fragment, slug)[1] == outcome_in(known[slug][1], slug)[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_what_happened_afterwards_stands_in_the_outcome(known, slug):
    published, fragment = known[slug]
    assert outcome_out(published)[0]
    assert "What happened" in outcome_in(fragment, slug)[0]
    assert "What happened" not in outcome_in(fragment, slug)[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_what_happened_is_drawn_in_the_outcome_alone(known, slug):
    outcome, around = outcome_in(known[slug][1], slug)
    ((_, picture),) = elements(outcome, "img")
    followed = MARKET.adj_close[265 + 22] / MARKET.adj_close[265] - 1
    assert f"{followed:+.1%}" in picture["alt"]
    assert 'id="actual"' in svg_in(picture["src"])
    assert not [a for _, a in elements(around, "img") if 'id="actual"' in svg_in(a["src"])]


def svg_in(source):
    return base64.b64decode(source.partition(",")[2]).decode()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_single_day_is_drawn_too(slug):
    fragment = answers(MARKET.rows(np.arange(267)), slug)[1]
    assert len(elements(outcome_in(fragment, slug)[0], "img")) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_without_a_later_bar_there_is_no_outcome(slug):
    published, fragment = answers(nothing_later(MARKET, AS_OF), slug)
    assert not outcome_out(published)[0]
    assert "What happened" not in fragment


@pytest.mark.parametrize("slug", SLUGS)
def test_a_cent_more_before_the_as_of_day_would_have_shown_in_the_numbers(known, slug):
    dearer = replace(MARKET, close=MARKET.close + np.where(np.arange(340) == 200, 0.01, 0.0))
    assert outcome_out(answers(dearer, slug)[0])[1] != outcome_out(known[slug][0])[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_tenth_more_would_have_shown_on_the_card_which_rounds_them(known, slug):
    dearer = replace(MARKET, close=MARKET.close * np.where(np.arange(340) == 200, 1.1, 1.0))
    assert outcome_in(answers(dearer, slug)[1], slug)[1] != outcome_in(known[slug][1], slug)[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_workers_are_handed_nothing_later_but_to_draw_the_outcome(slug):
    handed = []
    for later in LATER.values():
        engine = InlineEngine()
        with served(FakeMarket(later(MARKET, AS_OF)), engine) as client:
            client.get(f"/panels/{slug}?{ASKED}")
        handed.append([call for call in engine.calls if call[0] != "draw_outcome"])
        # Fits, and the cards that a card needs, come before it, at the same time as one another.
        assert [call[0] for call in handed[-1] if call[0] != "fit"] == ["analyse"] * (1 + needed_by(slug)) + ["draw"]
        assert any(call[0] == "fit" for call in handed[-1]) == rests_on_fits(BY_SLUG[slug])
        handed[-1].sort()
    assert handed == [handed[0]] * len(LATER)


def rests_on_fits(panel):
    return panel.fits is not None or any(rests_on_fits(BY_SLUG[other]) for other in panel.needs)


def needed_by(slug):
    """How many other cards are analysed for one, those included that these need themselves."""
    return sum(1 + needed_by(other) for other in BY_SLUG[slug].needs)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_replay_says_what_a_source_would_have_said_that_day(known, slug):
    with served(FakeMarket(nothing_later(MARKET, AS_OF)), today=AS_OF) as client:
        then = client.get(f"/api/v1/panels/{slug}?ticker=SYN&horizon=22&level=75;-4%&amount=5000").content
    assert outcome_out(known[slug][0])[1] == then
