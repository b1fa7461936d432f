"""yfinance, tamed: one ticker in, Quotes or a truthful error out, and nothing kept between two calls or on disk."""

import logging
import os
import warnings
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import yfinance as yf
from curl_cffi.requests import exceptions as curl
from yfinance.data import YfData
from yfinance.exceptions import YFException
from yfinance.scrapers.history import PriceHistory

from app.errors import SourceBrokenError, SourceSilentError
from app.market.deadline import Deadline
from app.market.quotes import Quotes
from app.market.yahoo_quotes import quotes_from
from app.market.yahoo_session import YahooSession
from app.market.yahoo_verdict import TITLE, StrangerError, described, heard_at

# Older than Yahoo's oldest bar. All of it, because an as-of date needs the 2 520 bars before it, whichever day asks.
_EVER = date(1927, 1, 1)
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (curl.DNSError, "its name cannot be resolved"),
    (curl.ProxyError, "the proxy does not let the request through"),
    (curl.SSLError, "no trusted TLS connection comes about"),
)

yf.config.debug.hide_exceptions = False
# A place that cannot exist makes yfinance do without its three databases.
yf.set_tz_cache_location(os.path.join(os.devnull, "none"))
logging.getLogger("yfinance").setLevel(logging.CRITICAL)


def fetch(ticker: str, deadline: Deadline) -> Quotes:
    """All daily bars of ``ticker``; blocks until ``deadline`` at most.

    Raises ``UnknownTickerError``, ``NoPricesError``, ``SourceRefusedError``, ``SourceBrokenError`` and
    ``SourceSilentError``.
    """
    # On each call, because filters are the process's and others change them too.
    warnings.filterwarnings("ignore", category=pd.errors.Pandas4Warning)
    try:
        return _conversation(ticker, deadline, introduced=False)
    except StrangerError:
        return _introduced(ticker, deadline)


def _introduced(ticker: str, deadline: Deadline) -> Quotes:
    try:
        return _conversation(ticker, deadline, introduced=True)
    except StrangerError as still:
        raise SourceBrokenError(TITLE, still.words) from None


def _conversation(ticker: str, deadline: Deadline, *, introduced: bool) -> Quotes:
    with YahooSession(ticker, deadline, introduced=introduced) as session:
        try:
            return _quotes(ticker, session)
        except curl.Timeout:
            raise SourceSilentError(TITLE, deadline.seconds) from None
        except curl.RequestException as error:
            raise _meaning(error, deadline) from error
        # What yfinance raises of answers that are a little wrong depends on where it stumbles.
        except (YFException, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise SourceBrokenError(TITLE, described(session.last)) from error


def _meaning(error: curl.RequestException, deadline: Deadline) -> SourceBrokenError | SourceSilentError:
    begun = error.response is not None and error.response.content
    if begun or isinstance(error, curl.HTTPError | curl.TooManyRedirects):
        return SourceBrokenError(TITLE, "an answer that breaks off")
    reason = next((words for kind, words in _TROUBLES if isinstance(error, kind)), "no connection comes about")
    return SourceSilentError(TITLE, deadline.seconds, reason)


def _quotes(ticker: str, session: YahooSession) -> Quotes:
    # yfinance shares one YfData, with its crumb and its way of asking, among all threads; this is one of our own. Given
    # a time zone, it asks for none. Past the end it would drop rows without a word, so the end is in the future.
    own = type.__call__(YfData, session=session)
    yahoo = PriceHistory(own, ticker, "UTC", session)
    end = datetime.now(UTC).date() + timedelta(days=2)
    table = yahoo.history(start=_EVER, end=end, interval="1d", auto_adjust=False, actions=True, keepna=True)
    return quotes_from(ticker, table, yahoo.get_history_metadata(), heard_at(session.last.headers))
