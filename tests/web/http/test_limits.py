from dataclasses import replace

import pytest
from pydantic import ValidationError
from starlette.routing import Route

from app.compute.errors import OverloadedError
from app.panels import PANELS
from app.settings import Settings
from app.web.http.proxies import client_behind
from app.web.routes import routes
from tests.support.cards import elements
from tests.support.fakes import LISTING, FailingEngine, FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS, LINK, REFUSED
from tests.support.served import KEY, served
from tests.support.visitors import Visitor, running

CARD, JSON = "/panels/overview?ticker=SYN", "/api/v1/panels/overview?ticker=SYN"
COSTS = {CARD: 1, JSON: 1, "/report?ticker=SYN": "every card"}
FREE = {"/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/robots.txt", "/favicon.ico", "/verify"}
FREE |= {"/search", "/api/v1/search", "/sample.csv", "/compare", "/llms.txt", "/how-good", "/manifest.webmanifest"}
EURO = market(seed=12, listing=replace(LISTING, ticker="EURO"))
SEVERAL = {"ticker": ["SYN", "EURO"]}
ASKED = {"/compare/together": SEVERAL, "/compare/basket": SEVERAL | {"weight": "60,40"}}
# What its tools cost is in tests/web/api/test_tools.py.
TOOLS = "/mcp"


def scope(*forwarded, peer="10.0.0.1"):
    return {"client": (peer, 1), "headers": [(b"x-forwarded-for", text.encode()) for text in forwarded]}


@pytest.mark.parametrize("rate", ["", "60", "0/minute", "-1/minute", "60/fortnight", "60/minute\n", "OFF", "many"])
def test_a_rate_that_cannot_be_read_ends_the_start(rate):
    with pytest.raises(ValidationError):
        Settings(rate_limit=rate)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_stands_in_the_cards_place_and_runs_nothing(method):
    engine = InlineEngine()
    with served(engine=engine, rate_limit="1/minute") as client:
        answers = [client.request(method, CARD) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert [a["data-retry-after"] for _, a in elements(answers[1].text) if "data-retry-after" in a] == [
        answers[1].headers["retry-after"]
    ]
    assert elements(answers[1].text)[0][1]["id"] == "panel-overview"
    assert [name for name in HEADERS if name not in answers[1].headers] == []
    assert len(engine.calls) == 2


def test_a_refusal_of_the_api_is_json():
    with served(rate_limit="1/minute") as client:
        error = [client.get(JSON) for _ in range(2)][1].json()
    assert error["status"] == 429
    assert "1 cards a minute" in error["detail"]


def test_a_report_counts_as_every_card_and_all_that_works_is_counted():
    with served(rate_limit=f"{len(PANELS) + 1}/minute") as client:
        statuses = [client.get(path).status_code for path in ("/report?ticker=SYN", CARD, CARD, JSON)]
    assert statuses == [200, 200, 429, 429]


def test_what_does_no_work_is_never_counted():
    with served(rate_limit="1/minute") as client:
        asked = ["/?ticker=SYN", "/healthz", "/readyz", "/panels/nonsense", "/panels/overview?ticker=%3C", CARD]
        statuses = [client.get(path).status_code for path in asked * 2]
    assert statuses == [200, 200, 200, 404, 422, 200, 200, 200, 200, 404, 422, 429]


@pytest.mark.parametrize(
    "route", [one for one in routes() if isinstance(one, Route) and one.path != TOOLS], ids=lambda one: one.path
)
def test_every_route_is_limited_or_known_to_be_cheap(route):
    method, path = (
        "GET" if "GET" in route.methods else "POST",
        route.path.format(slug="overview", place="1", chart="price", ending="svg"),
    )
    # Whoever compares runs a card for each ticker, a column two.
    most = 2 if route.path in ASKED else 1
    with served(FakeMarket(market(), EURO), rate_limit=f"{most}/hour") as client:
        params = ASKED.get(route.path, {"ticker": "SYN"})
        statuses = [client.request(method, path, params=params).status_code for _ in range(2)]
    assert statuses == [200, 200 if route.path in FREE else 429]


# Of agents 64 KiB are read, which say what it is that will cost.
POSTED = sorted({one.path for one in routes() if isinstance(one, Route) and "POST" in one.methods} - {"/mcp"})


@pytest.mark.anyio
@pytest.mark.parametrize("path", POSTED)
async def test_no_body_is_read_of_a_client_who_may_run_no_card(path):
    async with running(InlineEngine(), rate_limit="1/hour") as app:
        assert await Visitor(app, "/panels/overview", "ticker=SYN").status() == 200
        visitor = Visitor(
            app, path.format(slug="overview", chart="price", ending="svg"), method="POST", body=bytes(2**20)
        )
        assert await visitor.status() == 429
        assert not visitor.body_was_read


@pytest.mark.parametrize("route", [one for one in routes() if isinstance(one, Route)], ids=lambda one: one.path)
def test_head_computes_nothing(route):
    engine = InlineEngine()
    source = FakeMarket(market())
    with served(source, engine) as client:
        path = route.path.format(slug="overview", place="1", chart="price", ending="svg")
        answer = client.head(path, params={"ticker": "SYN", "source": "sample"})
    cheap = route.path in FREE - {"/search", "/api/v1/search"}
    assert (answer.status_code, answer.content) == (200 if cheap else 405, b"")
    assert (source.loads, engine.calls) == (0, [])


def test_no_limit_is_kept_where_it_is_off():
    with served(rate_limit="off") as client:
        assert {client.get(CARD).status_code for _ in range(80)} == {200}


@pytest.mark.parametrize(
    ("hops", "forwarded", "client"),
    [
        (0, ["1.1.1.1"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, ["1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
        (1, ["6.6.6.6", "1.1.1.1"], "1.1.1.1"),
        (2, ["6.6.6.6, 1.1.1.1, 2.2.2.2"], "1.1.1.1"),
        (2, ["2.2.2.2"], "10.0.0.1"),
        (1, ["1.1.1.1:4711"], "1.1.1.1"),
        (1, ["nonsense"], "10.0.0.1"),
        (1, ["1.1.1.1,"], "10.0.0.1"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["[2001:db8:1:2::9]:443"], "2001:db8:1:2::/64"),
        (1, ["::ffff:1.1.1.1"], "1.1.1.1"),
        (1, ["64:ff9b::101:101"], "1.1.1.1"),
        (1, ["2002:101:101::7"], "1.1.1.1"),
    ],
    ids=str,
)
def test_the_client_is_whom_the_outermost_proxy_of_ours_saw(hops, forwarded, client):
    assert client_behind(scope(*forwarded), hops) == client


@pytest.mark.parametrize("path", [CARD, JSON, "/panels/overview/live?ticker=SYN", "/forecast.csv?ticker=SYN"])
def test_a_refused_run_is_given_back(path):
    engine = FailingEngine(OverloadedError(3))
    with served(engine=engine, rate_limit="5/minute") as client:
        statuses = {client.get(path).status_code for _ in range(12)}
        assert statuses == ({200} if "live" in path else {503})
        engine.forgive()
        assert client.get(CARD).status_code == 200


def test_what_all_visitors_may_run_counts_work_and_not_answers_that_are_there_already():
    def asked(client, address, path=CARD):
        return client.get(path, headers={"X-Forwarded-For": address}).status_code

    with served(rate_limit="2/hour", proxy_hops=1) as client:
        assert {asked(client, f"1.1.1.{number % 50}") for number in range(100)} == {200}
        others = [f"{CARD}&horizon={number}" for number in range(1, 22)]
        statuses = [asked(client, f"2.2.2.{number}", path) for number, path in enumerate(others)]
        assert statuses == [200] * 19 + [429] * 2
        assert {asked(client, f"3.3.3.{number}", path) for number, path in enumerate(others[:19])} == {200}


@pytest.mark.parametrize("path", ["/", "/docs", "/compare?ticker=SYN", "/search?q=s", "/verify", "/openapi.json"])
def test_whatever_costs_time_is_in_some_limit(path):
    with served(rate_limit="60/minute") as client:
        statuses = [client.get(path).status_code for _ in range(601)]
    assert statuses == [200] * 600 + [429]


def test_probes_are_in_no_limit():
    with served(rate_limit="60/minute") as client:
        assert {client.get("/healthz").status_code for _ in range(700)} == {200}


def test_nobody_gets_round_the_limit_by_making_up_addresses():
    with served(rate_limit="2/minute", proxy_hops=1) as client:
        made_up = [{"X-Forwarded-For": f"6.6.6.{number}, 1.1.1.1"} for number in range(3)]
        statuses = [client.get(CARD, headers=headers).status_code for headers in made_up]
        other = client.get(CARD, headers={"X-Forwarded-For": "2.2.2.2"}).status_code
    assert (statuses, other) == ([200, 200, 429], 200)


@pytest.mark.parametrize(
    ("said", "hops"), [({}, 0), ({"space_id": "a/b"}, 1), ({"space_id": "a/b", "proxy_hops": 2}, 2)]
)
def test_a_space_has_one_proxy_unless_it_is_said_otherwise(said, hops):
    assert Settings(**{"secret_key": KEY, **said}).hops == hops


@pytest.mark.parametrize("path", COSTS)
@pytest.mark.parametrize("way", REFUSED)
def test_another_site_cannot_make_a_visitors_browser_run_cards(path, way):
    source, engine = FakeMarket(market()), InlineEngine()
    with served(source, engine) as client:
        answer = client.get(path, headers=REFUSED[way])
    assert answer.status_code == 403
    assert "Another website" in answer.text
    assert (source.loads, engine.calls) == (0, [])


def test_another_sites_form_runs_nothing_but_its_links_work():
    with served() as client:
        assert client.post(CARD, headers=LINK).status_code == 403
        assert {client.get(path, headers=LINK).status_code for path in ["/", "/?ticker=SYN", *COSTS]} == {200}


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", REFUSED["a script's request"] | {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", LINK | {"Sec-Fetch-Site": "same-site"}, 403),
        ("GET", LINK | {"Sec-Purpose": "prefetch;prerender"}, 403),
        ("POST", {"Origin": "https://elsewhere.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Origin": "http://testserver"}, 200),
        ("POST", {"Origin": "https://a.proxy", "Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", LINK | {"Sec-Fetch-Site": "same-site"}, 200),
    ],
)
def test_a_neighbouring_site_a_guess_and_an_old_browser_are_seen_through(client, method, headers, status):
    assert client.request(method, CARD, headers=headers).status_code == status


@pytest.mark.parametrize("path", [CARD, JSON, "/report?ticker=SYN", "/forecast.csv?ticker=SYN", "/verify", "/panels"])
def test_nobody_on_the_way_may_keep_what_came_of_a_posted_file(client, path):
    assert client.post(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_this_site_and_the_address_bar_may_ask(client, site):
    assert client.get(CARD, headers=REFUSED["a script's request"] | {"Sec-Fetch-Site": site}).status_code == 200
