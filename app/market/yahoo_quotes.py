"""From the table and the metadata that yfinance makes of a chart to Quotes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from app.errors import NoPricesError
from app.market.exchanges import adjustment_of, calendar_of
from app.market.passport import Remark
from app.market.quotes import Dividend, Listing, Quotes, Split
from app.market.restore import restored
from app.market.yahoo_verdict import TITLE

_COLUMNS = ("Open", "High", "Low", "Close", "Adj Close", "Volume")
_RUNNING = "the session was still running, or hardly over: its price was no close yet"
# Yahoo shows many exchanges with a delay, so that the last trades of a session come in after its end.
_SETTLING = timedelta(minutes=20)


def quotes_from(ticker: str, table: pd.DataFrame, told: Mapping[str, Any], heard: datetime) -> Quotes:
    """The rows of ``table`` (days in the exchange's time zone), those of a session that runs at ``heard`` left out.

    Raises ``NoPricesError`` where no row has a close.
    """
    if not table["Close"].notna().any():
        raise NoPricesError(TITLE, ticker)
    days = np.array([moment.date() for moment in table.index], dtype="datetime64[D]")
    quotes = Quotes(
        _listing(ticker, told),
        _splits(table, days),
        days,
        *(table[name].to_numpy(np.float64) for name in _COLUMNS),
        dividends=_dividends(table, days),
    )
    session = _running_session(told, heard)
    return restored(quotes if session is None else _without(quotes, np.datetime64(session)))


def _listing(ticker: str, told: Mapping[str, Any]) -> Listing:
    exchange, instrument = str(told["exchangeName"]), str(told["instrumentType"])
    currency = str(told["currency"] or "unknown")
    return Listing(
        ticker=ticker,
        name=str(told.get("longName") or told.get("shortName") or ticker),
        source="yahoo",
        currency=currency,
        exchange=str(told.get("fullExchangeName") or exchange),
        time_zone=str(told["exchangeTimezoneName"]),
        calendar=calendar_of(exchange, instrument),
        adjustment=adjustment_of(instrument, currency),
    )


def _splits(table: pd.DataFrame, days: np.ndarray) -> tuple[Split, ...]:
    return tuple(Split(day, ratio) for day, ratio in _events(table["Stock Splits"], days))


def _dividends(table: pd.DataFrame, days: np.ndarray) -> tuple[Dividend, ...]:
    return tuple(Dividend(day, amount) for day, amount in _events(table["Dividends"], days))


def _events(column: "pd.Series[float]", days: np.ndarray) -> list[tuple[date, float]]:
    values = column.to_numpy(np.float64)
    real = np.isfinite(values) & (values > 0)
    return list(zip(days[real].tolist(), values[real].tolist(), strict=True))


def _running_session(told: Mapping[str, Any], heard: datetime) -> date | None:
    """The day of the session that had not settled when the answer was made."""
    zone = ZoneInfo(str(told["exchangeTimezoneName"]))
    regular = (told.get("currentTradingPeriod") or {}).get("regular")
    if regular is None:
        return heard.astimezone(zone).date()
    start, end = (pd.Timestamp(regular[edge]).to_pydatetime() for edge in ("start", "end"))
    day: date = start.astimezone(zone).date()
    return day if heard < end + _SETTLING else None


def _without(quotes: Quotes, session: np.datetime64) -> Quotes:
    late = quotes.dates >= session
    remarks = tuple(Remark(day, _RUNNING) for day in quotes.dates[late].tolist())
    return replace(quotes.rows(~late), left_out=remarks)
