"""Prices as money: with the sign, the place and the decimals that their currency has."""

import re
from typing import Any

from babel.numbers import get_currency_precision, get_currency_symbol

from app.panels.analysis import Analysis
from app.panels.technicals_analysis import Reading
from app.web.formats import NARROW_SPACE, price

_LOCALE = "en_US"
# Files and some listings say something else in its place.
_CODE = re.compile("[A-Za-z]{3}")
_PRICES = {"vwap_20", "sma_50", "sma_200", "support", "resistance"}


def money(value: float, analysis: Analysis) -> str:
    """``value`` in the currency of ``analysis``: $2,506.85, ¥2,507, 412.30 GBp; indices and rates are bare."""
    return in_currency(value, analysis.data.currency, analysis.ticker)


def shown(reading: Reading, analysis: Analysis) -> str:
    """What ``reading`` of ``analysis`` shows, as money where it is a price."""
    if reading.value is None or reading.name not in _PRICES:
        return reading.shown
    return money(reading.value, analysis)


def in_currency(value: float, currency: str, ticker: str) -> str:
    """A price of ``ticker`` as ``money`` says it."""
    if not _CODE.fullmatch(currency) or ticker.startswith("^") or ticker.endswith("=X"):
        return price(value)
    number, symbol = _number(value, currency), get_currency_symbol(currency, _LOCALE)
    return f"{number}{NARROW_SPACE}{symbol}" if symbol[-1].isalpha() else f"{symbol}{number}"


def _number(value: float, currency: str) -> str:
    decimals = get_currency_precision(currency)
    # What is quoted in yen has a tenth of one where it is cheap, and small prices need all the digits they can get.
    if abs(value) < 10:
        return price(value)
    return f"{value:,.{decimals or int(abs(value) < 1000)}f}"


FILTERS: dict[str, Any] = {function.__name__: function for function in (money, shown, in_currency)}
