"""The description of the API is complete, is about what is there, and can be read by people."""

import html
import json
import re
import shlex

import jsonschema_rs
import pytest
from starlette.routing import Route

from app.market.sample import SampleSource
from app.panels import PANELS
from app.web.api.agents.tools import TOOLS
from app.web.failures import PROBLEMS, problem_name
from app.web.routes import ENDPOINTS, routes
from tests.support.cards import elements
from tests.support.pages import assert_contained, links
from tests.support.served import served

PEOPLES = {"/", "/report", "/panels", "/panels/{slug}", "/docs", "/robots.txt", "/favicon.ico", "/verify"}
PEOPLES |= {
    "/panels/{slug}/live",
    "/panels/{slug}/{chart}.{ending}",
    "/sample.csv",
    "/search",
    "/live",
    "/mcp",
    "/llms.txt",
    "/how-good",
    "/preview.png",
    "/manifest.webmanifest",
}
PEOPLES |= {
    "/compare",
    "/compare/ranges",
    "/compare/ranges.{ending}",
    "/compare/column",
    "/compare/basket",
    "/compare/together",
}


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
    assert len(elements(page.text, "section")) == len(described["paths"]) + 2


def operations(described):
    return [operation for path in described["paths"].values() for operation in path.values()]


def test_every_operation_has_a_tag_that_is_explained_and_an_example_of_its_answer(described):
    tags = {tag["name"] for tag in described["tags"]}
    assert {tag for operation in operations(described) for tag in operation["tags"]} == tags
    for operation in operations(described):
        (content,) = operation["responses"]["200"]["content"].values()
        assert content["examples"]["excerpt"]["value"], operation["operationId"]


def without_required(schema):
    """The same schema for a part of an answer."""
    if isinstance(schema, dict):
        return {name: without_required(value) for name, value in schema.items() if name != "required"}
    return [without_required(one) for one in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.slug)
def test_a_cards_example_is_a_part_of_an_answer(described, panel):
    operation = described["paths"][f"/api/v1/panels/{panel.slug}"]["get"]
    (content,) = operation["responses"]["200"]["content"].values()
    schema = without_required({**content["schema"], "components": described["components"]})
    closed = {name: {**one, "additionalProperties": False} for name, one in schema["components"]["schemas"].items()}
    published = closed[panel.analysis.__name__]
    excerpt = content["examples"]["excerpt"]["value"]
    jsonschema_rs.validator_for({**published, "components": {"schemas": closed}}).validate(excerpt)


def contains(whole, part):
    """Whether ``part`` is left of ``whole`` where some fields and rows are taken out."""
    if isinstance(part, dict):
        return all(name in whole and contains(whole[name], value) for name, value in part.items())
    if isinstance(part, list):
        return all(any(contains(one, value) for one in whole) for value in part)
    return whole == pytest.approx(part) if isinstance(part, float) else whole == part


@pytest.mark.parametrize("slug", ["overview", "technicals"])
def test_the_example_query_gives_the_example_answer(described, slug):
    operation = described["paths"][f"/api/v1/panels/{slug}"]["get"]
    asked = {one["name"]: one["example"] for one in operation["parameters"] if "example" in one}
    with served(SampleSource()) as client:
        answer = client.get(f"/api/v1/panels/{slug}", params=asked).json()
    assert contains(
        answer, operation["responses"]["200"]["content"]["application/json"]["examples"]["excerpt"]["value"]
    )


def test_every_failure_of_the_api_is_described_as_a_problem_document(described):
    for name, path in described["paths"].items():
        for operation in path.values() if name.startswith("/api/") else ():
            failures = {status: one for status, one in operation["responses"].items() if status >= "400"}
            kinds = {kind for one in failures.values() for kind in one["content"]}
            assert kinds == {"application/problem+json"}
    jsonschema_rs.validator_for(described["components"]["schemas"]["Problem"]).validate(
        described["components"]["schemas"]["Problem"]["examples"][0]
    )


def test_the_docs_begin_with_a_command_that_works_and_a_part_of_what_it_prints():
    with served(SampleSource()) as client:
        begin = client.get("/docs").text.partition("</h1>")[2].strip()
        command, excerpt = (html.unescape(text) for text in re.findall("<pre>(.*?)</pre>", begin, re.DOTALL))
        program, options, address = shlex.split(re.sub("</?code>", "", command))
        printed = client.get(address).json()
    assert begin.startswith("<pre>")
    assert (program, options) == ("curl", "-sL")
    assert address.startswith("http://testserver/api/v1/panels/overview?")
    assert contains(printed, json.loads(excerpt))


def test_every_type_of_problem_leads_to_its_place_in_the_docs(client):
    places = [attributes["id"] for _, attributes in elements(client.get("/docs").text, "dt") if "id" in attributes]
    assert places == [problem_name(kind) for kind in PROBLEMS]
    assert client.get("/api/v1/panels/overview?ticker=NONE").json()["type"] == "/docs#unknown-ticker"


def test_agents_are_told_every_address_every_tool_and_what_answers_do_not_mean(client):
    answer = client.get("/llms.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("# Stock Forecasting Analytics\n\n> ")
    for endpoint in ENDPOINTS:
        (line,) = [
            line for line in answer.text.splitlines() if re.search(rf"^- `[A-Zor ]+ {re.escape(endpoint.path)}`", line)
        ]
        assert len(line.partition("`: ")[2]) > 10, endpoint.path
    for tool in TOOLS:
        assert f"- `{tool.name}`: {tool.description}\n" in answer.text
    assert "not advice" in answer.text
    assert "Never turn a range into a point" in answer.text
