import pytest

from app.web.failures import LABELS
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, InlineEngine, market
from tests.support.pages import HEADERS
from tests.support.served import TODAY, served

FORMS = {
    "fragment": "/panels/overview", "json": "/api/v1/panels/overview", "page": "/", "report": "/report",
    "csv": "/forecast.csv", "text": "/summary.txt",
}  # fmt: skip
WAYS = [("GET", form) for form in FORMS] + [("POST", form) for form in FORMS if form != "page"]
WRONG = [
    ("ticker", "AAPL<"),
    ("ticker", "AA PL"),
    ("ticker", "AA\nPL"),
    ("ticker", "AAPL\x00"),
    ("ticker", "ß"),
    ("ticker", "ＡＡＰＬ"),
    ("ticker", "../../etc"),
    ("ticker", ".."),
    ("ticker", "=-."),
    ("ticker", "A" * 16),
    ("ticker", "' OR 1=1"),
    ("horizon", "0"),
    ("horizon", "67"),
    ("horizon", "-1"),
    ("horizon", "abc"),
    ("horizon", "1_0"),
    ("horizon", "٣"),
    ("horizon", "5.5"),
    ("horizon", "1e1"),
    ("horizon", "99999999999999999999"),
    ("as_of", "2018-02-30"),
    ("as_of", "28.06.2018"),
    ("as_of", "2018-06-28T00:00"),
    ("as_of", "20180628"),
    ("as_of", "0000-01-01"),
    ("as_of", "yesterday"),
    ("as_of", "2019-01-01"),
    ("as_of", "9999-12-31"),
    ("level", "abc"),
    ("level", "0"),
    ("level", "-5"),
    ("level", "1,000"),
    ("level", "1e3"),
    ("level", "1;2;3;4;5"),
    ("level", ";"),
    ("level", "380;" + "9" * 20),
    ("by", "2018-02-30"),
    ("by", "tomorrow"),
    ("amount", "-5000"),
    ("amount", "0"),
    ("amount", "5,000"),
    ("amount", "1e5"),
    ("amount", "NaN"),
    ("source", "bloomberg"),
    ("source", "__class__"),
]
FORGIVEN = [
    {"ticker": "syn"},
    {"ticker": " SYN "},
    {"horizon": " 5 "},
    {"horizon": "5.0"},
    {"horizon": ""},
    {"as_of": ""},
    {"as_of": TODAY.isoformat()},
    {"level": "", "by": "", "amount": ""},
    {"level": " 75 ; -5% ;"},
    {"level": "−5%;+5%;5%"},
    {"by": "2016-05-24", "horizon": ""},
    {"source": ""},
    {"source": "SAMPLE"},
]


@pytest.fixture(scope="module")
def silent():
    """A client of an app in which anything that runs is counted."""
    source, engine = FakeMarket(market()), InlineEngine()
    with served(source, engine) as client:
        client.nothing_ran = lambda: source.loads == 0 and engine.calls == []
        yield client


def ids(pair):
    return repr(pair)[:40] if isinstance(pair, str) else None


def ask(client, way, fields):
    """The same fields in the address or, by POST, as a multipart form."""
    method, form = way
    if method == "GET":
        return client.get(FORMS[form], params=fields)
    sent = {name: (None, text) for name, text in fields.items()} or {"horizon": (None, "")}
    return client.post(FORMS[form], files=sent)


def named(way, field):
    """A field as programs know it, and for people as the form calls it."""
    return f"“{field}”" if way[1] in ("json", "csv", "text") else f"“{LABELS[field]}” ({field})"


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize(("field", "text"), WRONG, ids=ids)
def test_a_wrong_field_is_named_and_nothing_runs(silent, way, field, text):
    answer = ask(silent, way, {"ticker": "SYN", field: text})
    assert answer.status_code == 422
    assert named(way, field) in answer.text
    assert silent.nothing_ran()
    assert all(name in answer.headers for name in HEADERS)


@pytest.mark.parametrize("way", [way for way in WAYS if way[1] != "page"], ids=" ".join)
@pytest.mark.parametrize("asked", [{}, {"ticker": ""}, {"ticker": "  "}, {"horizon": "5"}])
def test_a_missing_ticker_is_named(silent, way, asked):
    answer = ask(silent, way, asked)
    assert answer.status_code == 422
    assert named(way, "ticker") in answer.text
    assert silent.nothing_ran()


def test_the_json_of_a_wrong_field_has_found_and_needed(silent):
    error = silent.get(FORMS["json"], params={"ticker": "SYN", "horizon": "67"}).json()
    assert (error["status"], error["field"], error["found"]) == (422, "horizon", "67")
    assert "1 to 66" in error["needed"]


@pytest.mark.parametrize("way", [way for way in WAYS if way[1] != "page"], ids=" ".join)
def test_an_as_of_before_the_data_names_the_first_bar(way):
    with served() as client:
        answer = ask(client, way, {"ticker": "SYN", "as_of": "1999-12-31"})
    assert answer.status_code == 422
    assert named(way, "as_of") in answer.text
    assert "2015-01-05" in answer.text


@pytest.mark.parametrize("asked", FORGIVEN, ids=str)
def test_case_blanks_and_empty_fields_are_forgiven(client, asked):
    answer = client.get(FORMS["json"], params={"ticker": "SYN"} | asked)
    assert answer.status_code == 200
    assert answer.json()["ticker"] == "SYN"
    assert answer.json()["horizon"] == (5 if asked.get("horizon", "").strip() else 22)


@pytest.mark.parametrize("form", FORMS)
def test_a_field_that_is_said_twice_is_named(silent, form):
    answer = silent.get(f"{FORMS[form]}?ticker=SYN&horizon=5&horizon=6")
    assert answer.status_code == 422
    assert f"{named(('GET', form), 'horizon')} has “two values”" in answer.text
    assert silent.nothing_ran()


def test_a_canvas_of_another_name_is_refused(silent):
    answer = silent.get("/panels/overview", params={"ticker": "SYN", "canvas": "huge"})
    assert answer.status_code == 422
    assert silent.nothing_ran()


@pytest.mark.parametrize("ticker", ["M&M.NS", "^GSPC", "BTC-USD", "EURUSD=X", "BRK_B"])
def test_the_signs_of_real_tickers_survive_the_links_of_the_page(client, ticker):
    page = client.get("/", params={"ticker": ticker})
    place = next(slot["hx-get"] for _, slot in elements(page.text, "section") if "hx-get" in slot)
    unknown = client.get(f"/api/v1{place.replace('/live?', '?')}")
    assert (page.status_code, unknown.status_code) == (200, 404)
    assert ticker in unknown.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/panels/nonsense", "/nonsense", "/report/more", "/static/nonsense", "/vendor/nonsense"]
)
def test_an_unknown_place_is_a_small_page(silent, path):
    answer = silent.get(path, params={"ticker": "<script>"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert len(answer.content) < 4000
    assert [a["action"] for _, a in elements(answer.text, "form")] == ["/"]
    assert [a["name"] for _, a in elements(answer.text, "input")] == ["ticker"]
    assert silent.nothing_ran()
    assert "<script>" not in answer.text.replace("<script src", "")


@pytest.mark.parametrize("path", ["/api/v1/panels/nonsense", "/api/v1/nonsense", "/api/v1/panels/overview/more"])
def test_an_unknown_place_of_the_api_is_json(silent, path):
    answer = silent.get(path, params={"ticker": "SYN"})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert silent.nothing_ran()


@pytest.mark.parametrize("path", ["/", "/panels/overview", "/api/v1/panels/overview", "/static/app.css", "/healthz"])
def test_a_method_nobody_serves_is_refused_with_those_that_are(silent, path):
    answer = silent.delete(path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"] or path.startswith("/static")


@pytest.mark.parametrize("host", ["[", "x/api/v1", "a b", "evil.example:99999"])
@pytest.mark.parametrize("path", ["/panels/overview", "/nonsense"])
def test_a_strange_host_header_changes_no_answer(silent, host, path):
    answer = silent.get(path, params={"ticker": "ß"}, headers={"Host": host})
    assert answer.status_code in (400, 404, 422)
    assert not answer.headers["content-type"].startswith("application/json")
    assert "/api/v1//" not in answer.text
