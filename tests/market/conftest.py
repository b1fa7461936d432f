"""The stand-in for all tests of a worker, and the environment of somebody behind a proxy that ends TLS."""

import importlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.market.yahoo import source as yahoo_source
from app.market.yahoo.source import CLIENT, YahooSource
from tests.support.yahoo_stand_in import CERTIFICATES, Yahoo


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory):
    # Before any test looks at its watch; and before the environment names the stand-in's certificate.
    importlib.import_module(CLIENT)
    yahoo = Yahoo(tmp_path_factory.mktemp("yahoo"))
    yield yahoo
    yahoo.close()


@pytest.fixture
def yahoo(stand_in, monkeypatch):
    stand_in.begin()
    for name in ("ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "https_proxy", *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", stand_in.proxy)
    monkeypatch.setenv("SSL_CERT_FILE", str(stand_in.certificate))
    pools = []

    def made(*arguments, **options):
        pools.append(ThreadPoolExecutor(*arguments, **options))
        return pools[-1]

    monkeypatch.setattr(yahoo_source, "ThreadPoolExecutor", made)
    yield stand_in
    # A card waits for no announcement, so a test can be over before its last conversation is.
    stand_in.over.set()
    for pool in pools:
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def source(yahoo):
    return YahooSource(patience=10)
