"""How numbers, prices and dates are written for a reader."""

import re
import unicodedata
from datetime import date
from typing import Protocol

from babel.numbers import get_currency_name, get_currency_symbol

from app.text.compact_numbers import MONTHS, decimals_of, percent_text, price_text

MINUS = "−"
NARROW_SPACE = "\u202f"
_LOCALE = "en_US"
# Files and some listings say something else in its place.
_CURRENCY_CODE = re.compile("[A-Za-z]{3}")
# Yahoo's codes for parts of a currency, which no standard has: what stands behind a price, and the name.
_PARTS = {
    "GBp": ("p", "pence"),
    "ZAc": ("c", "South African cents"),
    "ILA": (f"{NARROW_SPACE}agorot", "agorot"),
    "KWF": (f"{NARROW_SPACE}fils", "Kuwaiti fils"),
}


class Listing(Protocol):
    """What is known of prices: the ``currency`` they are in."""

    @property
    def currency(self) -> str:
        """An ISO code, or other words where there is none."""


class Priced(Protocol):
    """What has prices of a ``ticker``; ``data`` tells their currency."""

    @property
    def ticker(self) -> str:
        """As the source of the prices spells it."""

    @property
    def data(self) -> Listing:
        """What is known of the prices."""


def price(value: float) -> str:
    """A price with as many decimals as its size deserves: 2,506.85 or 0.000123."""
    return f"{value:,.{_decimals(value)}f}".replace("-", MINUS)


def _decimals(value: float) -> int:
    return 2 if abs(value) >= 10 else 4 if abs(value) >= 0.1 else 8


def percent(share: float, decimals: int = 1) -> str:
    """A share as percent: 0.0312 is 3.1%."""
    return percent_text(100 * share, decimals)


def chance(share: float, decimals: int = 0) -> str:
    """A probability as percent, with a decimal more where it is near an end; never 0 nor 100."""
    if share < 0.001:
        return "below 0.1%"
    if share > 0.999:
        return "above 99.9%"
    return percent(share, decimals if 0.01 <= share <= 0.99 else max(decimals, 1))


def signed_percent(share: float, decimals: int = 1) -> str:
    """A change as percent, its sign always shown."""
    return percent_text(100 * share, decimals, plus=True)


def ratio(value: float) -> str:
    """A ratio such as 1.02."""
    return f"{value:.2f}"


def in_hundred(chance: float) -> str:
    """A chance as cases of a hundred, never none and never all: “24 in 100”, “less than 1 in 100”."""
    cases = round(100 * chance)
    if cases < 1:
        return "less than 1 in 100"
    return "more than 99 in 100" if cases > 99 else f"{cases} in 100"


def compared(ratio: float) -> str:
    """A ratio of two errors as a comparison: “4% less”, “the same”, “2.4 times as much”."""
    if ratio >= 2:
        return f"{ratio:.1f} times as much"
    share = percent(abs(ratio - 1), 0)
    return "the same" if round(100 * abs(ratio - 1)) == 0 else f"{share} {'more' if ratio > 1 else 'less'}"


def day(value: date) -> str:
    """A date for people: 28 Jun 2018."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


def plural(number: int, singular: str, many: str | None = None) -> str:
    """A count with its noun: “1 bar”, “2 bars”; ``many`` is the plural where it takes more than an s."""
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


def age(minutes: int) -> str:
    """An age in minutes, from two hours on in hours: “5 minutes”, “3 hours”."""
    return plural(minutes, "minute") if minutes < 120 else plural(minutes // 60, "hour")


_ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"


def on_one_line(text: str) -> str:
    """A text from elsewhere without line ends and other signs that cannot be seen, but for those of ``isolated``."""
    return " ".join("".join(sign if sign.isprintable() or sign in _ISOLATES else " " for sign in text).split())


def isolated(name: str) -> str:
    """A name from elsewhere that leaves the words around it in their order, also where it runs from right to left."""
    backwards = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if backwards else name


def money(value: float, priced: Priced) -> str:
    """``value`` in the currency of ``priced``: $2,506.85, ₩70,500, 412.30p; indices and rates are bare."""
    return in_currency(value, priced.data.currency, priced.ticker)


def rounded(value: float, priced: Priced, like: float | None = None) -> str:
    """``rounded_money`` in the currency of ``priced``, for a headline: $304 and ₩70,500."""
    return rounded_money(value, unit(priced), like)


def month(value: date) -> str:
    """The short name of its month: Jun."""
    return MONTHS[value.month - 1]


def in_currency(value: float, currency: str, ticker: str) -> str:
    """A price of ``ticker`` in ``currency``: $2,506.85, ¥2,507, 412.30 GBp; indices and rates are bare."""
    number = f"{value:,.{price_decimals(value, currency, ticker)}f}".replace("-", MINUS)
    return _with_sign(number, currency) if _in_money(currency, ticker) else number


def price_decimals(value: float, currency: str, ticker: str) -> int:
    """With how many decimals a price of ``ticker`` that is about ``value`` is written."""
    # Small prices need all the digits they can get.
    quoted = _in_money(currency, ticker) and abs(value) >= 10
    return decimals_of(currency, value) if quoted else _decimals(value)


def _in_money(currency: str, ticker: str) -> bool:
    """Whether its prices are in a currency: indices and rates are not."""
    return bool(_CURRENCY_CODE.fullmatch(currency)) and not ticker.startswith("^") and not ticker.endswith("=X")


def rounded_money(value: float, currency: str, like: float | None = None) -> str:
    """A price in a few digits: $403, $9.42, ₩70,500, 65.00M; bare where ``currency`` is no code.

    It is rounded as a price ``like`` it is, so that the ends of a range are written alike.
    """
    if 100 <= round(abs(value if like is None else like), 4) < 1e7:
        number = f"{value:,.0f}"
    else:
        number = price_text(value, currency)
    return _with_sign(number, currency) if _CURRENCY_CODE.fullmatch(currency) else number


def unit(priced: Priced) -> str:
    """The currency code for rounded prices of ``priced``; empty for indices and rates, which are in points."""
    return priced.data.currency if _in_money(priced.data.currency, priced.ticker) else ""


def unit_name(priced: Priced) -> str:
    """What its prices are in, in words: US dollars, pence, points; empty where nobody tells."""
    currency = priced.data.currency
    if priced.ticker.startswith("^"):
        return "points"
    if not unit(priced):
        return ""
    return _PARTS[currency][1] if currency in _PARTS else get_currency_name(currency, 2, _LOCALE)


def _with_sign(number: str, currency: str) -> str:
    if currency in _PARTS:
        return number + _PARTS[currency][0]
    symbol = get_currency_symbol(currency, _LOCALE)
    return f"{number}{NARROW_SPACE}{symbol}" if symbol[-1].isalpha() else f"{symbol}{number}"


def currency_name(currency: str) -> str:
    """What prices are in, for a sentence: USD, pence, a currency that nobody told."""
    return "an unknown currency" if currency == "unknown" else _PARTS.get(currency, ("", currency))[1]
