"""Everything a stranger can write comes back as text and never as markup."""

import base64
import re
from dataclasses import replace
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest

from tests.support.cards import elements
from tests.support.fakes import LISTING, FakeMarket, market
from tests.support.pages import PAYLOADS, assert_contained
from tests.support.paths import ROOT
from tests.support.served import served
from tests.support.uploads import ACME, post

FORMS = ["/panels/overview", "/report", "/panels"]
FIRST_ROW = ACME.splitlines()[1]
FILES = {
    "a header": lambda payload: ACME.replace(b"Volume", payload.encode(), 1),
    "a needed header": lambda payload: ACME.replace(b"Close", payload.encode()),
    "a date": lambda payload: ACME.replace(FIRST_ROW.split(b",")[0], payload.encode()),
    "a number": lambda payload: ACME.replace(FIRST_ROW.split(b",")[4], payload.encode()),
    "a quoted cell": lambda payload: ACME.replace(FIRST_ROW, FIRST_ROW + b',"' + payload.encode() + b'"'),
}


OF_DRAWINGS = {"viewbox", "class", "role", "aria-label", "aria-hidden", "preserveaspectratio"}
"""What the templates' own small drawings have; a hostile one has something that runs."""


def assert_harmless(document):
    """No element that no template has, and pictures that are pictures only."""
    assert_contained(document)
    assert {name for _, drawing in elements(document, "svg") for name in drawing} <= OF_DRAWINGS
    for _, picture in elements(document, "img"):
        head, _, content = picture["src"].partition(",")
        assert head.startswith("data:image/svg+xml")
        drawn = base64.b64decode(content) if "base64" in head else unquote_to_bytes(content)
        for element in ElementTree.fromstring(drawn).iter():  # noqa: S314
            assert element.tag.rpartition("}")[2] not in ("script", "foreignObject", "image", "a")
            assert not [name for name in element.attrib if name.startswith("on")]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", FILES)
@pytest.mark.parametrize("form", FORMS)
def test_a_files_headers_and_cells_come_back_as_text(client, form, place, payload):
    answer = post(client, form, FILES[place](payload))
    assert answer.status_code in (200, 422)
    assert payload not in answer.text or payload.startswith("{")
    assert_harmless(answer.text)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("form", FORMS)
def test_a_files_name_comes_back_as_text(client, form, payload):
    answer = post(client, form, name=payload.replace('"', "'") + ".csv", ticker="SYN")
    assert answer.status_code == 200
    assert_harmless(answer.text)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["ticker", "horizon", "as_of", "source", "canvas", "prices", "x<y"])
@pytest.mark.parametrize("path", ["/", "/report", "/panels/overview", "/panels/nonsense", "/nonsense"])
def test_an_address_comes_back_as_text(client, path, field, payload):
    answer = client.get(path, params={"ticker": "SYN", field: payload})
    assert_harmless(answer.text)
    assert payload not in answer.text or payload.startswith("{")


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("form", FORMS[:2])
def test_a_markets_words_come_back_as_text(form, payload):
    words = dict.fromkeys(("name", "exchange", "currency", "adjustment", "time_zone"), payload)
    with served(FakeMarket(market(80, listing=replace(LISTING, **words)))) as client:
        answer = client.get(form, params={"ticker": "SYN"})
    assert answer.status_code == 200
    assert_harmless(answer.text)


def test_a_template_that_lets_markup_through_would_be_noticed():
    with pytest.raises(AssertionError):
        assert_harmless("<section><svg onload=alert(1)></section>")


def test_no_template_switches_the_escaping_off():
    for template in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape", template.read_text()), template.name
