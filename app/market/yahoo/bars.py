"""From the table and the metadata that yfinance makes of a chart to raw rows, search results and prices."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from app.errors import NoPricesError
from app.market.cleaning.scales import restored
from app.market.passport import Remark
from app.market.raw_history import Dividend, Listing, RawHistory, Split
from app.market.source import Announced, Instrument, LatestPrice
from app.market.yahoo.answers import GUESSED_ZONE, TITLE, UNKNOWN
from app.market.yahoo.exchanges import adjustment_of, calendar_of

_COLUMNS = ("Open", "High", "Low", "Close", "Adj Close", "Volume")
_NO_ZONES = (GUESSED_ZONE, "Etc/UTC")
_RUNNING = "the session was still running, or hardly over: its price was no close yet"
# Yahoo shows many exchanges with a delay, so that the last trades of a session come in after its end.
_SETTLING = timedelta(minutes=20)


def quotes_from(ticker: str, table: pd.DataFrame, meta: Mapping[str, Any], received: datetime) -> RawHistory:
    """The rows of ``table`` (days in the exchange's time zone), those of a session that runs at ``received`` left out.

    Raises ``NoPricesError`` where no row has a close.
    """
    if not table["Close"].notna().any():
        raise NoPricesError(TITLE, ticker)
    days = np.array([moment.date() for moment in table.index], dtype="datetime64[D]")
    quotes = RawHistory(
        _listing(ticker, meta),
        _splits(table, days),
        days,
        *(table[name].to_numpy(np.float64) for name in _COLUMNS),
        dividends=_dividends(table, days),
    )
    session = _running_session(meta, received)
    return restored(quotes if session is None else _without(quotes, np.datetime64(session)))


def _listing(ticker: str, meta: Mapping[str, Any]) -> Listing:
    exchange, instrument = str(meta["exchangeName"]), str(meta["instrumentType"])
    currency, zone = str(meta["currency"] or UNKNOWN), str(meta["exchangeTimezoneName"])
    return Listing(
        ticker=ticker,
        name=_plain(meta.get("longName") or meta.get("shortName") or ticker) or ticker,
        source="yahoo",
        currency=currency,
        exchange=str(meta.get("fullExchangeName") or exchange),
        time_zone=UNKNOWN if zone.startswith(_NO_ZONES) else zone,
        calendar=calendar_of(exchange, instrument),
        adjustment=adjustment_of(instrument, currency),
        kind=instrument,
    )


def _splits(table: pd.DataFrame, days: np.ndarray) -> tuple[Split, ...]:
    return tuple(Split(day, ratio) for day, ratio in _events(table["Stock Splits"], days))


def _dividends(table: pd.DataFrame, days: np.ndarray) -> tuple[Dividend, ...]:
    return tuple(Dividend(day, amount) for day, amount in _events(table["Dividends"], days))


def _events(column: "pd.Series[float]", days: np.ndarray) -> list[tuple[date, float]]:
    values = column.to_numpy(np.float64)
    real = np.isfinite(values) & (values > 0)
    return list(zip(days[real].tolist(), values[real].tolist(), strict=True))


def _running_session(meta: Mapping[str, Any], received: datetime) -> date | None:
    """The day of the session that had not settled when the answer was made."""
    zone = ZoneInfo(str(meta["exchangeTimezoneName"]))
    regular = (meta.get("currentTradingPeriod") or {}).get("regular")
    if regular is None:
        return received.astimezone(zone).date()
    start, end = (pd.Timestamp(regular[edge]).to_pydatetime() for edge in ("start", "end"))
    day: date = start.astimezone(zone).date()
    return day if received < end + _SETTLING else None


def _without(quotes: RawHistory, session: np.datetime64) -> RawHistory:
    late = quotes.dates >= session
    remarks = tuple(Remark(day, _RUNNING) for day in quotes.dates[late].tolist())
    return replace(quotes.rows(~late), left_out=remarks)


_KINDS = {"EQUITY", "ETF", "INDEX", "CURRENCY", "CRYPTOCURRENCY", "MUTUALFUND", "FUTURE"}
# As app.web.http.query has it: what could not be asked for is not offered.
_ASKABLE = re.compile(r"[A-Z0-9.\-=^&_]{1,15}")
_LONGEST_NAME = 80


def found_in(body: Mapping[str, Any]) -> tuple[Instrument, ...]:
    """The instruments with daily prices in Yahoo's own order, each once."""
    by_ticker: dict[str, Instrument] = {}
    for instrument in _askable(body["quotes"]):
        by_ticker.setdefault(instrument.ticker, instrument)
    return tuple(by_ticker.values())


def _askable(quotes: list[Any]) -> Iterator[Instrument]:
    for quote in quotes:
        if not isinstance(quote, dict) or quote.get("quoteType") not in _KINDS:
            continue
        ticker = str(quote.get("symbol", ""))
        if _ASKABLE.fullmatch(ticker):
            name = quote.get("longname") or quote.get("shortname") or ticker
            yield Instrument(ticker, _plain(name), _plain(quote.get("exchDisp") or quote.get("exchange") or ""))


def _plain(text: Any) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in str(text))
    return " ".join(printable.split())[:_LONGEST_NAME]


def quote_in(ticker: str, body: Mapping[str, Any]) -> LatestPrice:
    """The quote beside a day's chart; raises ``LookupError``, ``TypeError`` or ``ValueError`` where it is not whole."""
    meta = body["chart"]["result"][0]["meta"]
    zone = ZoneInfo(str(meta["exchangeTimezoneName"]))
    session = meta["currentTradingPeriod"]["regular"]
    opens, closes, at = (
        datetime.fromtimestamp(moment, zone) for moment in (session["start"], session["end"], meta["regularMarketTime"])
    )
    before = meta.get("previousClose", meta.get("chartPreviousClose"))
    return LatestPrice(
        ticker=ticker,
        price=_price(meta["regularMarketPrice"]),
        at=at,
        currency=str(meta["currency"] or UNKNOWN),
        close_before=None if before is None else _price(before),
        opens=opens,
        closes=closes,
    )


def announced_in(body: Mapping[str, Any]) -> Announced:
    """The days to come in a summary; raises ``LookupError``, ``TypeError`` or ``ValueError`` where it is not whole."""
    events = body["quoteSummary"]["result"][0]["calendarEvents"]
    earnings, paid = events.get("earnings") or {}, events.get("exDividendDate")
    days = sorted(_day(moment) for moment in earnings.get("earningsDate") or ())
    return Announced(
        report=days[0] if days else None,
        report_until=days[-1] if days else None,
        estimated=bool(earnings.get("isEarningsDateEstimate")) or len(days) > 1,
        ex_dividend=_day(paid) if paid else None,
    )


def _day(moment: Any) -> date:
    return datetime.fromtimestamp(moment["raw"] if isinstance(moment, dict) else moment, UTC).date()


def _price(value: Any) -> float:
    price = float(value)
    if not (math.isfinite(price) and price > 0):
        raise ValueError(f"{value} is no price")
    return price
