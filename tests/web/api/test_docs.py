"""The description of the API is complete, is about what is there, and can be read by people."""

import jsonschema_rs
import pytest
from starlette.routing import Route

from app.panels import PANELS
from app.web.routes import routes
from tests.support.cards import elements
from tests.support.pages import assert_contained, links

PEOPLES = {"/", "/report", "/panels", "/panels/{slug}", "/docs", "/robots.txt", "/favicon.ico", "/verify"}
PEOPLES |= {"/panels/{slug}/live", "/sample.csv", "/search", "/live"}
PEOPLES |= {"/compare", "/compare/ranges", "/compare/columns/{place}"}


@pytest.fixture(scope="module")
def described(client):
    return client.get("/openapi.json").json()


def test_every_route_is_described_or_known_to_be_for_people(described):
    found = {route.path for route in routes() if isinstance(route, Route)}
    expanded = {path.replace("{slug}", panel.slug) for path in found - PEOPLES for panel in PANELS}
    assert set(described["paths"]) == expanded


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.slug)
def test_every_card_is_described_by_the_dataclass_that_it_publishes(described, panel):
    operations = described["paths"][f"/api/v1/panels/{panel.slug}"]
    assert set(operations) == {"get", "post"}
    schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["allOf"][0] == {"$ref": f"#/components/schemas/{panel.analysis.__name__}"}
    fields = {name for kind in panel.analysis.__mro__ for name in getattr(kind, "__annotations__", ())}
    assert set(described["components"]["schemas"][panel.analysis.__name__]["properties"]) == fields


def test_an_answer_that_is_not_as_described_would_be_noticed(client, described):
    answer = client.get("/api/v1/panels/overview?ticker=SYN&as_of=2016-01-29&horizon=5").json()
    described = {"$ref": "#/components/schemas/OverviewAnalysis", "components": described["components"]}
    check = jsonschema_rs.validator_for(described).is_valid
    assert check(answer)
    assert not check({**answer, "last_close": "81"})
    assert not check({name: value for name, value in answer.items() if name != "data"})


def test_only_the_sources_that_there_are_may_be_named(described):
    query = {one["name"]: one["schema"] for one in described["paths"]["/api/v1/panels/overview"]["get"]["parameters"]}
    assert query["source"]["anyOf"][0] == {"enum": ["sample"]}
    assert query["horizon"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 66}


def test_the_docs_are_a_page_of_ours_with_every_path_and_nothing_from_elsewhere(client, described):
    page = client.get("/docs")
    assert page.status_code == 200
    assert_contained(page.text)
    assert [path for path in described["paths"] if path not in page.text] == []
    assert ("a", "/docs") in links(client.get("/").text)
    assert len(elements(page.text, "section")) == len(described["paths"]) + 1
