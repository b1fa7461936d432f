"""One conversation with Yahoo: no request outlives the deadline, and every answer is judged as it comes."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from curl_cffi.requests import Response, Session
from curl_cffi.requests.exceptions import CertificateVerifyError
from curl_cffi.requests.session import HttpMethod

from app.market.source import Deadline
from app.market.yahoo.answers import judge, judge_search, judge_summary

_INTRODUCTIONS = ("https://fc.yahoo.com", "https://guce.yahoo.com/consent")
_CRUMB = "/v1/test/getcrumb"
_CHART = "/v8/finance/chart/"
_SEARCH = "/v1/finance/search"
_SUMMARY = "/v10/finance/quoteSummary/"
_CERTIFICATES = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


class SkippedError(OSError):
    """A request that was not sent; yfinance takes it for a passing trouble and goes on without the answer."""


class YahooSession(Session[Response]):
    """What yfinance sends its requests through, in the manner of a browser.

    Prices need no cookie and no crumb, so the requests for them are left out unless ``introduced``; and as a bad answer
    raises here, yfinance does not ask the same thing again in other ways. ``last`` is the last answer that came.
    """

    def __init__(self, ticker: str, deadline: Deadline, *, introduced: bool) -> None:
        super().__init__(impersonate="chrome")
        self._ticker, self._deadline, self._introduced = ticker, deadline, introduced
        self.last = Response()

    def request(self, method: HttpMethod, url: str, *args: Any, **options: Any) -> Response:
        """Send it unless it can be left out; raise what is found in an answer that should be a chart or a list."""
        if not self._introduced and (url.startswith(_INTRODUCTIONS) or url.endswith(_CRUMB)):
            raise SkippedError(url)
        self.last = self._sent(method, url, *args, **options)
        # Elsewhere are introductions and the page that asks about cookies, which yfinance answers to get on.
        path = urlsplit(self.last.url).path
        if path.startswith(_CHART):
            self.last.content = judge(self.last, self._ticker)
        elif path == _SEARCH:
            judge_search(self.last)
        elif path.startswith(_SUMMARY):
            judge_summary(self.last, self._ticker)
        return self.last

    def _sent(self, method: HttpMethod, url: str, *args: Any, **options: Any) -> Response:
        bundles = _trusted()
        while True:
            options |= {"timeout": self._deadline.left(), "verify": bundles.pop(0)}
            try:
                return super().request(method, url, *args, **options)
            except CertificateVerifyError:
                if not bundles:
                    raise


def _trusted() -> list[str | None]:
    """The files of certificates to try in turn: those that the environment names, or else the library's own.

    Whoever is behind a proxy that ends TLS sets one of these variables, while another may still name the system's file.
    """
    return list(dict.fromkeys(_named())) or [None]


def _named() -> Iterator[str]:
    for name in _CERTIFICATES:
        path = os.environ.get(name, "")
        if os.path.isfile(path):
            yield path
