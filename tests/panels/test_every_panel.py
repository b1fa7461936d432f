import json
import re

import pytest

from app.panels import BY_SLUG, PANELS
from app.panels.analysis import ForecastAnalysis
from tests.support.cards import SLUGS, elements, outcome_in
from tests.support.fakes import FakeMarket, market
from tests.support.served import served

BARS = 300
# Enough for sixty origins five bars apart.
LONG = 600
FORECASTS = tuple(panel.slug for panel in PANELS if issubclass(panel.analysis, ForecastAnalysis))
LEVELS = ["0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975"]


@pytest.fixture(scope="module")
def client():
    with served(FakeMarket(market(BARS))) as open_client:
        yield open_client


def get_json(client, slug, asked=""):
    answer = client.get(f"/api/v1/panels/{slug}?ticker=SYN{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def strict(text):
    """JSON without NaN and Infinity, which no other language reads."""
    return json.loads(text, parse_constant=pytest.fail)


def test_slugs_are_one_word_and_different():
    assert len(set(SLUGS)) == len(SLUGS)
    assert all(slug.isidentifier() and slug.islower() for slug in SLUGS)


def test_a_card_needs_only_cards_that_come_before_it():
    for place, panel in enumerate(PANELS):
        assert set(panel.needs) <= set(SLUGS[:place])


@pytest.mark.parametrize("horizon", [1, 22, 66])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_card_publishes_whose_it_is_and_from_which_bars(client, slug, horizon):
    published = get_json(client, slug, f"&horizon={horizon}")
    last = market(BARS).dates[-1].item().isoformat()
    assert (published["ticker"], published["as_of"], published["horizon"]) == ("SYN", last, horizon)
    assert (published["data"]["bars"], published["data"]["last_bar"]) == (BARS, last)
    assert len(published["data"]["sha256"]) == 64
    assert "outcome" not in published


@pytest.mark.parametrize("slug", SLUGS)
def test_a_card_is_json_that_every_language_reads(client, slug):
    answer = client.get(f"/api/v1/panels/{slug}?ticker=SYN")
    assert answer.headers["content-type"] == "application/json"
    assert strict(answer.text) == answer.json()


@pytest.mark.parametrize("slug", FORECASTS)
@pytest.mark.parametrize("horizon", [1, 22, 66])
def test_a_forecast_has_seven_ordered_quantiles_for_each_day(client, slug, horizon):
    forecast = get_json(client, slug, f"&horizon={horizon}")["forecast"]
    assert list(forecast["quantiles"]) == LEVELS
    assert len(forecast["dates"]) == horizon
    for day in zip(*forecast["quantiles"].values(), strict=True):
        assert day[0] > 0
        assert list(day) == sorted(day)


@pytest.mark.parametrize("slug", FORECASTS)
def test_a_forecast_starts_at_the_last_close(client, slug):
    forecast = get_json(client, slug)["forecast"]
    assert forecast["last"] == market(BARS).close[-1]
    assert forecast["quantiles"]["0.025"][0] < forecast["last"] < forecast["quantiles"]["0.975"][0]
    assert forecast["quantiles"]["0.5"][0] == pytest.approx(forecast["last"], rel=0.01)


@pytest.mark.parametrize("slug", FORECASTS)
def test_a_receipt_has_a_row_for_every_origin_in_order(slug):
    with served(FakeMarket(market(LONG))) as client:
        receipt = get_json(client, slug)["receipt"]
    rows = receipt["forecasts"]
    assert receipt["origins"] == len(rows) > 0
    assert [row["origin"] for row in rows] == sorted({row["origin"] for row in rows})
    assert all(row["origin"] < row["target"] <= market(LONG).dates[-1].item().isoformat() for row in rows)
    assert all(list(row["quantiles"]) == LEVELS for row in rows)


@pytest.mark.parametrize("canvas", ["wide", "narrow"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_chart_is_an_image_in_the_page_with_words_for_it(client, slug, canvas):
    fragment = client.get(f"/panels/{slug}?ticker=SYN&canvas={canvas}").text
    pictures = [attributes for _, attributes in elements(fragment, "img")]
    assert pictures
    for picture in pictures:
        assert len(picture["alt"]) > 20
        assert picture["src"].startswith("data:image/")
        assert int(picture["width"]) > 0
        assert int(picture["height"]) > 0


@pytest.mark.parametrize("asked", ["", "&as_of=2016-01-29"], ids=["newest", "with an outcome"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_chart_has_its_numbers_in_a_table(client, slug, asked):
    fragment = client.get(f"/panels/{slug}?ticker=SYN{asked}").text
    figures = fragment.split("<figure")[1:]
    assert len(figures) == len(elements(fragment, "img"))
    for figure in figures:
        inside = figure.partition("</figure>")[0]
        (body,) = re.findall(r"<tbody>(.*?)</tbody>", inside, re.DOTALL)
        assert re.search(r"<td>[^<]*\d", body), inside[-400:]
        widths = {row.count("<t") for row in body.split("</tr>") if row.strip()}
        assert widths == {1 + inside.count('<th scope="col"')}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_card_is_one_section_in_its_own_place(client, slug):
    fragment = client.get(f"/panels/{slug}?ticker=SYN").text
    tag, attributes = elements(fragment)[0]
    assert (tag, attributes["id"]) == ("section", f"panel-{slug}")
    assert fragment.strip().endswith("</section>")
    assert "<html" not in fragment
    ids = [attributes["id"] for _, attributes in elements(fragment) if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_card_without_a_past_has_an_empty_outcome(client, slug):
    outcome, _ = outcome_in(client.get(f"/panels/{slug}?ticker=SYN").text, slug)
    assert len(elements(outcome)) == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_as_many_bars_as_a_card_needs_are_enough(slug):
    told = market(BY_SLUG[slug].minimum_bars)
    with served(FakeMarket(told)) as client:
        for horizon in (1, 66):
            assert get_json(client, slug, f"&horizon={horizon}")["data"]["bars"] == len(told.dates)
            assert client.get(f"/panels/{slug}?ticker=SYN&horizon={horizon}").status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_one_bar_fewer_is_refused_with_found_and_needed(slug):
    needed = BY_SLUG[slug].minimum_bars
    with served(FakeMarket(market(needed - 1))) as client:
        fragment, published = (client.get(f"{path}/{slug}?ticker=SYN") for path in ("/panels", "/api/v1/panels"))
    assert (fragment.status_code, published.status_code) == (422, 422)
    assert (published.json()["found"], published.json()["needed"]) == (needed - 1, needed)
    assert f"needs {needed} daily bars; there are {needed - 1}" in fragment.text
    assert elements(fragment.text)[0][1]["id"] == f"panel-{slug}"
