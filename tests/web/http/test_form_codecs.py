"""A form is read as UTF-8 whatever codec its client names, and reading one never holds up another visitor."""

import asyncio
import encodings
import gc
import pkgutil
import time
from encodings.aliases import aliases

import httpx2
import pytest
from starlette.routing import Route

from app.main import create_app
from app.settings import Settings
from app.web.pages.verify import MAXIMUM_BYTES
from app.web.routes import routes
from tests.support.fakes import FakeMarket, InlineEngine, market
from tests.support.served import living, served

CODECS = sorted({name for _, name, _ in pkgutil.iter_modules(encodings.__path__)} | {*aliases, *aliases.values()})
# What agents post is JSON.
POSTED = sorted({one.path for one in routes() if isinstance(one, Route) and "POST" in one.methods} - {"/mcp"})
TEXTS = {
    "a surrogate": rb"\ud800",
    "punycode": b"a-" + b"b" * 800,
    "not UTF-8": b"\xff\xfe+2AA-",
    "UTF-8": "é".encode(),
}
LONGEST_WAIT = 0.05


def form(field, value, charset):
    body = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--b--\r\n' % (field.encode(), value)
    return {"content": body, "headers": {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}}


def test_every_endpoint_that_reads_a_form_is_known():
    assert len(POSTED) == 9
    assert {"punycode", "raw_unicode_escape", "utf_7"} < set(CODECS)


@pytest.mark.parametrize("path", POSTED)
def test_no_codec_that_a_client_names_is_used(client, path):
    path, field = (
        path.format(slug="overview", chart="price", ending="svg"),
        "receipt" if path == "/verify" else "ticker",
    )
    for said, text in TEXTS.items():
        plain = client.post(path, **form(field, text, "utf-8"))
        assert plain.status_code in ((400,) if said == "not UTF-8" else (404, 422)), said
        for codec in CODECS:
            answer = client.post(path, **form(field, text, codec))
            assert (answer.status_code, answer.text) == (plain.status_code, plain.text), (said, codec)


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("kind", ["name", "filename"])
def test_no_codec_makes_a_name_of_no_valid_text(client, path, kind):
    named = 'name="prices"; filename="' if kind == "filename" else 'name="'
    body = f'--b\r\nContent-Disposition: form-data; {named}\\ud800"\r\n\r\nx\r\n--b--\r\n'
    for codec in ("raw_unicode_escape", "unicode_escape", "utf_7"):
        headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={codec}"}
        answer = client.post(path.format(slug="overview", chart="price", ending="svg"), content=body, headers=headers)
        assert answer.status_code in (200, 404, 422)
        answer.text.encode()


def test_a_form_in_an_address_may_hold_the_same_text_as_one_in_parts(client):
    said = {"ticker": "É", "horizon": "5"}
    answers = [client.post("/api/v1/panels/overview", **way) for way in ({"data": said}, {"files": {}, "data": said})]
    raw = client.post(
        "/api/v1/panels/overview",
        content="ticker=É&horizon=5".encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert {answer.json()["found"] for answer in (*answers, raw)} == {"É"}


HEAVY = {
    **{f"punycode, {kilobytes} kB": form("receipt", b"a" * kilobytes * 1000, "punycode") for kilobytes in (100, 255)},
    "escapes": {
        "content": b"receipt=" + b"%41" * ((MAXIMUM_BYTES - 8) // 3),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
    "percent signs": {
        "content": b"receipt=" + b"%" * (MAXIMUM_BYTES - 8),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
    "markup": form("receipt", b"<" * 255_000, "utf-8"),
    "lines": form("receipt", b"\n" * 255_000, "utf-8"),
    "marks": form("receipt", b"-----BEGIN RECEIPT-----\n" * 10_000, "utf-8"),
    "fields": form("receipt", b"-----BEGIN RECEIPT-----\n" + b"a: b\n" * 50_000, "utf-8"),
    "too much": form("receipt", b"a" * MAXIMUM_BYTES, "punycode"),
    "much too much": form("receipt", b"a" * 2 * 2**20, "punycode"),
}


async def held_up(app, request):
    """The status of what ``request`` posts to /verify, and the longest that a health probe waited meanwhile.

    Counted is the processor time of this thread: what other programs take, nobody is held up by here.
    """
    longest, over = 0.0, False

    async def probe():
        nonlocal longest
        while not over:
            begun = time.thread_time()
            await asyncio.sleep(0)
            assert (await client.get("/healthz")).status_code == 200
            longest = max(longest, time.thread_time() - begun)

    transport = httpx2.ASGITransport(app)
    async with living(app), httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/verify")
        probing = asyncio.create_task(probe())
        await asyncio.sleep(0)
        status = (await client.post("/verify", **request)).status_code
        over = True
        await probing
    return status, longest


@pytest.mark.parametrize("request_", HEAVY.values(), ids=HEAVY)
def test_no_receipt_holds_up_another_visitor(request_):
    app = create_app(Settings(), {"sample": FakeMarket(market())}, InlineEngine())
    gc.collect()
    gc.disable()
    try:
        status, longest = min((asyncio.run(held_up(app, request_)) for _ in range(3)), key=lambda seen: seen[1])
    finally:
        gc.enable()
    assert status in (400, 413, 422)
    assert (status == 413) == (len(request_["content"]) > MAXIMUM_BYTES)
    assert 0 < longest < LONGEST_WAIT


def test_a_receipt_counts_for_the_client_who_posts_it_but_the_empty_page_does_not():
    with served(rate_limit="2/minute") as client:
        asked = [client.get("/verify") for _ in range(5)]
        posted = [client.post("/verify", data={"receipt": "x"}) for _ in range(3)]
        linked = client.get("/verify?receipt=x")
    assert [answer.status_code for answer in asked] == [200] * 5
    assert [answer.status_code for answer in posted] == [422, 422, 429]
    assert linked.status_code == 429
    assert "retry-after" in posted[-1].headers


def test_another_sites_page_cannot_post_a_receipt(client):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}
    assert client.post("/verify", data={"receipt": "x"}, headers=headers).status_code == 403
    assert client.get("/verify?receipt=x", headers=headers).status_code == 403
