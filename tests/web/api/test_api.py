"""Everything the API's own description allows and forbids, tried on an app whose engine only pretends to work."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.main import create_app
from app.market.history import decode
from app.panels import PANELS
from app.settings import Settings
from app.web.api.document import document
from app.web.api.schemas import fields
from app.web.http.form import COLUMNS
from app.web.routes import routes
from tests.support.fakes import LISTING, FakeMarket, InlineEngine, market
from tests.support.served import TODAY
from tests.support.uploads import csv_of

CASES = 500
TOLD = market(bars=900)
FILE = csv_of(market(260, seed=5)).decode()


class EveryTicker(FakeMarket):
    """Has the same prices for whatever it is asked."""

    async def load(self, ticker):
        return replace(TOLD, listing=replace(LISTING, ticker=ticker))


class PretendingEngine(InlineEngine):
    """Gives what the first job of a card gave to every later one, dated like its history: ask for the longest first."""

    def __init__(self):
        super().__init__()
        self.first = {}

    async def run(self, function, *payload):
        key = function, payload[0]
        if key not in self.first:
            self.first[key] = await super().run(function, *payload)
        if function.endswith(":fit"):
            return self.first[key]
        return re.sub(rb'"as_of":"[^"]+"', self.date_of(payload[2]), self.first[key], count=1)

    @staticmethod
    def date_of(history):
        return f'"as_of":"{decode(history).passport.last_bar}"'.encode()


# What no schema can say: from when on there are enough prices, when today is, what prices look like, that a price to
# ask about is near the last one and a day after it and instead of the horizon, and which columns a file has.
schemathesis.openapi.format("date", st.dates(date(2016, 6, 1), TODAY).map(str))
schemathesis.openapi.format("binary", st.just(FILE))
schemathesis.openapi.media_type("text/csv", st.just(FILE))
app = create_app(
    Settings(source="sample", rate_limit="off"), {"sample": EveryTicker(TOLD)}, PretendingEngine(), today=lambda: TODAY
)


UNSAYABLE = {"by", "level", *COLUMNS}
KNOWN = {*fields(("sample",)), "prices"} - UNSAYABLE


def sayable(described):
    for operation in (operation for path in described["paths"].values() for operation in path.values()):
        operation["parameters"] = [one for one in operation.get("parameters", []) if one["name"] not in UNSAYABLE]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            properties = content["schema"]["properties"]
            content["schema"]["properties"] = {name: properties[name] for name in properties if name not in UNSAYABLE}
    return described


@schemathesis.hook
def filter_case(context, case):
    """Nor can any say that fields which nobody knows are ignored, as long as they are no longer than others."""
    fields_sent = case.body if isinstance(case.body, dict) else {}
    unknown = fields_sent.keys() - KNOWN
    return not unknown & UNSAYABLE and all(len(json.dumps(fields_sent[name], default=repr)) < 500 for name in unknown)


schema = schemathesis.openapi.from_dict(sayable(document(routes(), ("sample",))))
schema.app = app


@pytest.fixture(scope="module", autouse=True)
def running():
    with TestClient(app) as client:
        for panel in PANELS:
            assert client.get(f"/api/v1/panels/{panel.slug}?ticker=SYN&horizon=66").status_code == 200
        yield


def keeps_to_its_description(operation):
    """The test of one ``operation``, under a name of its own: equal names are one test to who runs them in parallel."""

    @pytest.mark.slow
    @schema.include(path=operation.path, method=operation.method.upper()).parametrize()
    @settings(max_examples=CASES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def keeps(case):
        case.call_and_validate()

    return keeps


OPERATIONS = [found.ok() for found in schema.get_all_operations()]
for described in OPERATIONS:
    name = re.sub(r"\W+", "_", described.label).strip("_").lower()
    globals()[f"test_{name}_keeps_to_its_description"] = keeps_to_its_description(described)


def test_every_operation_is_tried_by_itself():
    tried = [name for name in globals() if re.fullmatch("test_.+_keeps_to_its_description", name)]
    assert len(tried) == len(OPERATIONS) > 20
