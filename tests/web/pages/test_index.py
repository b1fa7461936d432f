from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.panels import IN_PAGE_ORDER, PANELS
from app.web.failures import LABELS
from tests.support.cards import elements
from tests.support.fakes import LISTING, FakeMarket, market
from tests.support.pages import HOSTILE, links
from tests.support.paths import ROOT
from tests.support.served import served


def slots(page):
    return [attributes for tag, attributes in elements(page, "section") if "load" in attributes.get("hx-trigger", "")]


def test_the_page_of_a_ticker_has_a_place_for_every_card(client):
    page = client.get("/?ticker=syn&horizon=5&as_of=2016-01-29").text
    found = slots(page)
    assert [slot["id"] for slot in found] == [f"panel-{panel.slug}" for panel in IN_PAGE_ORDER]
    for slot, slug in zip(found, [panel.slug for panel in IN_PAGE_ORDER], strict=True):
        address = urlsplit(slot["hx-get"])
        assert address.path == f"/panels/{slug}/live"
        assert parse_qs(address.query) == {
            "ticker": ["SYN"], "horizon": ["5"], "as_of": ["2016-01-29"], "source": ["sample"],
        }  # fmt: skip


def test_each_place_tells_what_its_card_answers(client):
    page = client.get("/?ticker=SYN").text
    assert all(panel.question.replace("'", "&#39;") in page for panel in PANELS)


def test_the_front_page_has_a_form_and_no_cards(client):
    page = client.get("/").text
    names = [attributes.get("name") for tag, attributes in elements(page) if tag in ("input", "select")]
    assert slots(page) == []
    assert names[:4] == ["ticker", "horizon", "as_of", "source"]
    assert ("a", "/?ticker=%5EGSPC&as_of=2018-06-29&source=sample") in links(page)
    assert ("a", "/?ticker=AAPL&source=yahoo") in links(page)
    assert "S&amp;P 500 index (^GSPC)" in page


def test_a_wrong_query_leaves_the_form_as_it_was_typed_and_loads_nothing(client):
    page = client.get("/", params={"ticker": "ß", "horizon": "67"})
    typed = {a.get("name"): a.get("value") for _, a in elements(page.text, "input")}
    assert slots(page.text) == []
    assert 'role="alert"' in page.text
    assert (typed["ticker"], typed["horizon"]) == ("ß", "67")


@pytest.mark.parametrize(("field", "text"), [("ticker", "ß"), ("horizon", "99"), ("as_of", "soon"), ("source", "moon")])
def test_a_wrong_field_is_marked_and_told_of_by_the_name_on_its_label(client, field, text):
    page = client.get("/", params={"ticker": "SYN", field: text}).text
    marked = [a for _, a in elements(page) if "aria-invalid" in a]
    assert [(a["name"], a["aria-invalid"], a["aria-describedby"]) for a in marked] == [(field, "true", "fault")]
    assert [a["role"] for _, a in elements(page) if a.get("id") == "fault"] == ["alert"]
    assert f"Change “{LABELS[field]}” and ask again." in page


def test_what_is_said_of_a_field_is_what_stands_on_it(client):
    templates = (ROOT / "templates" / name for name in ("panels/odds.html", "compared/together.html"))
    pages = client.get("/").text, *(template.read_text() for template in templates)
    form = "".join(page.partition("<form")[2].partition("</form>")[0] for page in pages)
    on_labels = {"ticker": 'data-search="{}"', "prices": 'aria-label="{}"'}
    assert all(on_labels.get(name, "<span>{}").format(label) in form for name, label in LABELS.items())


@pytest.mark.parametrize("field", ["ticker", "horizon", "as_of", "source"])
@pytest.mark.parametrize("path", ["/", "/panels/overview", "/report"])
def test_what_is_typed_is_shown_as_text_only(client, path, field):
    page = client.get(path, params={"ticker": "SYN", field: HOSTILE}).text
    scripts = [attributes.get("src", "") for _, attributes in elements(page, "script")]
    assert all(source.startswith(("/static/", "/vendor/")) for source in scripts)
    assert elements(page, "img") == []
    assert "59232267" not in page.replace("&#34;", "").partition("hx-get")[0]


def test_what_a_source_calls_a_ticker_is_shown_as_text_only():
    hostile = dict.fromkeys(("name", "currency", "exchange", "time_zone", "adjustment"), HOSTILE)
    told = market(listing=replace(LISTING, **hostile))
    with served(FakeMarket(told)) as client:
        page = client.get("/panels/overview?ticker=SYN").text
    assert elements(page, "script") == []
    assert all(attributes["src"].startswith("data:image/") for _, attributes in elements(page, "img"))
    assert "&lt;script&gt;" in page
    assert not [a for _, a in elements(page) if any(name.startswith("on") for name in a)]


def test_the_htmx_of_the_page_is_served_and_nothing_else_is_loaded(client):
    page = client.get("/?ticker=SYN").text
    loaded = [address for tag, address in links(page) if tag in ("script", "link", "img")]
    for address in loaded:
        assert client.get(address).status_code == 200, address
    assert [address for address in loaded if "htmx" in address]


def test_the_configuration_of_htmx_needs_no_eval_and_no_inline_style(client):
    (configuration,) = (
        a["content"] for _, a in elements(client.get("/").text, "meta") if a.get("name") == "htmx-config"
    )
    assert '"allowEval":false' in configuration
    assert '"includeIndicatorCSS":false' in configuration
