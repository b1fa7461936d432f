"""Whoever sits behind a proxy that ends TLS says so in the environment, and that is all they have to do."""

import asyncio
import socket
import time

import pytest
import trustme

from app.errors import SourceSilentError
from app.market.yahoo.source import YahooSource
from tests.support.yahoo_payloads import answer, chart, walk
from tests.support.yahoo_stand_in import CERTIFICATES, error_of


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    """An authority that has nothing to do with the stand-in."""
    path = tmp_path_factory.mktemp("another") / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


@pytest.mark.parametrize("name", CERTIFICATES)
def test_any_one_of_the_usual_variables_names_the_certificate_to_trust(source, yahoo, monkeypatch, name):
    certificate = str(yahoo.certificate)
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv(name, certificate)
    yahoo.charts = [answer(chart(walk(5)))]
    assert len(asyncio.run(source.load("AAPL")).dates) == 5


@pytest.mark.parametrize("name", CERTIFICATES)
def test_it_may_be_set_beside_others_that_name_another(source, yahoo, monkeypatch, another, name):
    for other in CERTIFICATES:
        monkeypatch.setenv(other, another)
    monkeypatch.setenv(name, str(yahoo.certificate))
    yahoo.charts = [answer(chart(walk(5)))]
    assert len(asyncio.run(source.load("AAPL")).dates) == 5
    assert len(yahoo.requests) == 1


def test_an_unknown_authority_is_not_trusted(source, yahoo, monkeypatch, another):
    monkeypatch.setenv("SSL_CERT_FILE", another)
    error = error_of(source)
    assert (type(error), yahoo.requests) == (SourceSilentError, [])
    assert "TLS" in error.sentence


def test_a_proxy_that_is_not_there_is_told_at_once(source, yahoo, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{probe.getsockname()[1]}")
    begun = time.monotonic()
    error = error_of(source)
    assert (type(error), error.sentence) == (SourceSilentError, "Yahoo cannot be reached: no connection.")
    assert time.monotonic() - begun < 5


def test_a_name_that_cannot_be_resolved_is_told_at_once(yahoo, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    error = error_of(YahooSource(patience=5))
    assert type(error) is SourceSilentError


def test_a_proxy_that_accepts_and_says_nothing_is_waited_for_no_longer_than_yahoo(yahoo, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{mute.getsockname()[1]}")
        begun = time.monotonic()
        assert type(error_of(YahooSource(patience=1))) is SourceSilentError
        assert time.monotonic() - begun < 3
