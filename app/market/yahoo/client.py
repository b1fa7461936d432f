"""yfinance, tamed: a question in, its answer or a truthful error out, and nothing kept between two calls or on disk."""

import logging
import os
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

import pandas as pd
import yfinance as yf
from curl_cffi.requests import exceptions as curl
from yfinance.const import _BASE_URL_
from yfinance.data import YfData
from yfinance.exceptions import YFException
from yfinance.scrapers.history import PriceHistory

from app.errors import SourceBrokenError, SourceSilentError
from app.market.raw_history import RawHistory
from app.market.source import MOST_FOUND, Announced, Deadline, Instrument, LatestPrice
from app.market.yahoo.answers import TITLE, NotAuthorisedError, described, heard_at
from app.market.yahoo.bars import announced_in, found_in, quote_in, quotes_from
from app.market.yahoo.session import YahooSession

# Older than Yahoo's oldest bar. All of it, because an as-of date needs the 2 520 bars before it, whichever day asks.
_EVER = date(1927, 1, 1)
_CHART = f"{_BASE_URL_}/v8/finance/chart/"
_SEARCH = f"{_BASE_URL_}/v1/finance/search"
_SUMMARY = f"{_BASE_URL_}/v10/finance/quoteSummary/"
T = TypeVar("T")
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (curl.DNSError, "its name cannot be resolved"),
    (curl.ProxyError, "the proxy does not let the request through"),
    (curl.SSLError, "no trusted TLS connection comes about"),
)

yf.config.debug.hide_exceptions = False
# A place that cannot exist makes yfinance do without its three databases.
yf.set_tz_cache_location(os.path.join(os.devnull, "none"))
logging.getLogger("yfinance").setLevel(logging.CRITICAL)


def fetch(ticker: str, deadline: Deadline) -> RawHistory:
    """All daily bars of ``ticker``; blocks until ``deadline`` at most.

    Raises ``UnknownTickerError``, ``NoPricesError``, ``SourceRefusedError``, ``SourceBrokenError`` and
    ``SourceSilentError``.
    """
    return _asked(lambda session: _quotes(ticker, session), ticker, deadline)


def search(words: str, deadline: Deadline) -> tuple[Instrument, ...]:
    """Instruments that ``words`` can mean, the likeliest first; blocks and raises like ``fetch``."""
    return _asked(lambda session: _found(words, session), words, deadline)


def newest(ticker: str, deadline: Deadline) -> LatestPrice:
    """The last price of ``ticker``; blocks and raises like ``fetch``."""
    return _asked(lambda session: _quote(ticker, session), ticker, deadline)


def announced(ticker: str, deadline: Deadline) -> Announced:
    """What is announced of ``ticker``, with a cookie and a crumb from the start; blocks and raises like ``fetch``."""
    return _introduced(lambda session: _announced(ticker, session), ticker, deadline)


def _asked(ask: Callable[[YahooSession], T], about: str, deadline: Deadline) -> T:
    # On each call, because filters are the process's and others change them too.
    warnings.filterwarnings("ignore", category=pd.errors.Pandas4Warning)
    try:
        return _conversation(ask, YahooSession(about, deadline, introduced=False), deadline)
    except NotAuthorisedError:
        return _introduced(ask, about, deadline)


def _introduced(ask: Callable[[YahooSession], T], about: str, deadline: Deadline) -> T:
    try:
        return _conversation(ask, YahooSession(about, deadline, introduced=True), deadline)
    except NotAuthorisedError as error:
        raise SourceBrokenError(TITLE, error.description) from None


def _conversation(ask: Callable[[YahooSession], T], opened: YahooSession, deadline: Deadline) -> T:
    with opened as session:
        try:
            return ask(session)
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
    reason = next((reason for kind, reason in _TROUBLES if isinstance(error, kind)), "no connection")
    return SourceSilentError(TITLE, deadline.seconds, reason)


def _quotes(ticker: str, session: YahooSession) -> RawHistory:
    # Given a time zone, it asks for none. Past the end it would drop rows without a word, so the end is in the future.
    yahoo = PriceHistory(_own(session), ticker, "UTC", session)
    end = datetime.now(UTC).date() + timedelta(days=2)
    table = yahoo.history(start=_EVER, end=end, interval="1d", auto_adjust=False, actions=True, keepna=True)
    return quotes_from(ticker, table, yahoo.get_history_metadata(), heard_at(session.last.headers))


def _found(words: str, session: YahooSession) -> tuple[Instrument, ...]:
    # yfinance's own Search asks through the YfData that all threads share, and keeps bad answers for ever. Twice as
    # many as are shown are wanted, because some are options and other things without daily bars.
    wanted = {"q": words, "quotesCount": 2 * MOST_FOUND, "newsCount": 0, "listsCount": 0, "enableFuzzyQuery": False}
    return found_in(_own(session).get(_SEARCH, wanted).json())[:MOST_FOUND]


def _quote(ticker: str, session: YahooSession) -> LatestPrice:
    # A day's single bar is the smallest answer that has the last price, and there is one before the first trade too.
    chart = _own(session).get(_CHART + quote(ticker, safe=""), {"range": "1d", "interval": "1d"}).json()
    return quote_in(ticker, chart)


def _announced(ticker: str, session: YahooSession) -> Announced:
    # What yfinance's Ticker.calendar asks for, which would read the days by the clock of this machine.
    wanted = {"modules": "calendarEvents", "formatted": "false"}
    return announced_in(_own(session).get(_SUMMARY + quote(ticker, safe=""), wanted).json())


def _own(session: YahooSession) -> YfData:
    """What yfinance asks through, which it would share, with its crumb and its way of asking, among all threads."""
    return type.__call__(YfData, session=session)
