import gzip

import pytest

from tests.support.fakes import WaitingEngine
from tests.support.served import served

PAGES = ("/?ticker=SYN", "/panels/overview?ticker=SYN", "/report?ticker=SYN")
PATHS = (*PAGES, "/static/app.css", "/vendor/htmx-4.min.js")


def sent(client, path, encoding):
    with client.stream("GET", path, headers={"Accept-Encoding": encoding}) as answer:
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", PATHS)
def test_what_is_large_travels_compressed_to_who_can_read_it(client, path):
    packed_headers, packed = sent(client, path, "gzip")
    plain_headers, plain = sent(client, path, "identity")
    assert packed_headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_headers
    assert packed_headers["vary"] == plain_headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed) == plain
    assert len(packed) < 0.6 * len(plain)


def test_compressed_or_not_an_answer_has_the_same_weak_tag(client):
    tags = {sent(client, "/api/v1/panels/overview?ticker=SYN", how)[0]["etag"] for how in ("gzip", "identity")}
    assert len(tags) == 1
    assert tags.pop().startswith('W/"')


def test_what_is_small_is_left_as_it_is():
    with served(engine=WaitingEngine()) as client:
        assert "content-encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers
