import pytest

from app.settings import Settings
from tests.support.pages import HEADERS
from tests.support.served import KEY, served

ANSWERED = ["me-my.hf.space", "ME-MY.HF.SPACE:443", "localhost:7860", "127.0.0.1", "[::1]:7860", "localhost."]
STRANGE = [
    "evil.example",
    "me-my.hf.space.evil.example",
    "evil.example:7860",
    "localhost@evil.example",
    "",
    "[::2]",
    "me-my.hf.space:80@evil.example",
    "me-my.hf.space:x",
    "me-my.hf.space/",
    "me-my.hf.space..",
]
PATHS = ["/", "/panels/overview?ticker=SYN", "/api/v1/panels/overview?ticker=SYN", "/static/app.css", "/nonsense"]


@pytest.fixture(scope="module")
def space():
    with served(space_id="me/my", space_host="me-my.hf.space") as client:
        yield client


@pytest.mark.parametrize("host", ANSWERED)
def test_a_space_answers_to_its_name_and_to_this_machines(space, host):
    assert space.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
@pytest.mark.parametrize("path", PATHS)
def test_other_names_are_refused_in_the_form_of_the_path(space, path, host):
    answer = space.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "host name is not configured" in answer.text
    assert answer.headers["content-type"].startswith("application/problem+json" if "/api/" in path else "text/html")
    assert [name for name in HEADERS if name not in answer.headers] == []
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_under_any_name(space, path):
    assert space.get(path, headers={"Host": "10.1.2.3:7860"}).status_code == 200


@pytest.mark.parametrize(
    ("said", "hosts"),
    [
        ({}, ("*",)),
        ({"app_env": "production"}, ("localhost", "127.0.0.1", "[::1]")),
        ({"allowed_hosts": "Stock.example.org, *.example.net"}, ("stock.example.org", "*.example.net")),
        ({"app_env": "production", "allowed_hosts": "*"}, ("*",)),
    ],
    ids=str,
)
def test_the_names_are_those_listed_or_in_production_the_machines_own(said, hosts):
    assert Settings(**{"secret_key": KEY, **said}).hosts == hosts


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("a.example.net", 200),
        ("b.a.example.net", 200),
        ("example.net", 400),
        ("xexample.net", 400),
        (".example.net", 400),
    ],
)
def test_a_star_is_every_name_below(host, status):
    with served(allowed_hosts="*.example.net") as client:
        assert client.get("/", headers={"Host": host}).status_code == status
