"""From what Yahoo says beside a chart to the newest price."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.market.quote import Quote


def quote_in(ticker: str, said: Mapping[str, Any]) -> Quote:
    """The quote beside a day's chart; raises ``LookupError``, ``TypeError`` or ``ValueError`` where it is not whole."""
    told = said["chart"]["result"][0]["meta"]
    zone = ZoneInfo(str(told["exchangeTimezoneName"]))
    session = told["currentTradingPeriod"]["regular"]
    opens, closes, at = (
        datetime.fromtimestamp(moment, zone) for moment in (session["start"], session["end"], told["regularMarketTime"])
    )
    before = told.get("previousClose", told.get("chartPreviousClose"))
    return Quote(
        ticker=ticker,
        price=_price(told["regularMarketPrice"]),
        at=at,
        currency=str(told["currency"] or "unknown"),
        close_before=None if before is None else _price(before),
        opens=opens,
        closes=closes,
    )


def _price(value: Any) -> float:
    price = float(value)
    if not (math.isfinite(price) and price > 0):
        raise ValueError(f"{value} is no price")
    return price
