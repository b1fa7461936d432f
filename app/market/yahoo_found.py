"""From Yahoo's answer to a search to what can be asked for here."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.market.found import Found

_KINDS = {"EQUITY", "ETF", "INDEX", "CURRENCY", "CRYPTOCURRENCY", "MUTUALFUND", "FUTURE"}
# As app.web.query has it: what could not be asked for is not offered.
_ASKABLE = re.compile(r"[A-Z0-9.\-=^&_]{1,15}")
_LONGEST_NAME = 80


def found_in(said: Mapping[str, Any]) -> tuple[Found, ...]:
    """The instruments with daily prices in Yahoo's own order, each once."""
    found: dict[str, Found] = {}
    for one in _askable(said["quotes"]):
        found.setdefault(one.ticker, one)
    return tuple(found.values())


def _askable(quotes: list[Any]) -> Iterator[Found]:
    for quote in quotes:
        if not isinstance(quote, dict) or quote.get("quoteType") not in _KINDS:
            continue
        ticker = str(quote.get("symbol", ""))
        if _ASKABLE.fullmatch(ticker):
            name = quote.get("longname") or quote.get("shortname") or ticker
            yield Found(ticker, _plain(name), _plain(quote.get("exchDisp") or quote.get("exchange") or ""))


def _plain(text: Any) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in str(text))
    return " ".join(printable.split())[:_LONGEST_NAME]
