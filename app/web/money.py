"""Prices as money: with the sign, the place and the decimals that their currency has."""

import re
from typing import Any

from babel.numbers import get_currency_precision, get_currency_symbol

from app.panels.analysis import Analysis
from app.web.formats import NARROW_SPACE, price

_LOCALE = "en_US"
# Files and some listings say something else in its place.
_CODE = re.compile("[A-Za-z]{3}")


def money(value: float, analysis: Analysis) -> str:
    """``value`` in the currency of ``analysis``: $2,506.85, ¥2,507, 412.30 GBp; indices and rates are bare."""
    currency = analysis.data.currency
    if not _CODE.fullmatch(currency) or analysis.ticker.startswith("^") or analysis.ticker.endswith("=X"):
        return price(value)
    number, symbol = _number(value, currency), get_currency_symbol(currency, _LOCALE)
    return f"{number}{NARROW_SPACE}{symbol}" if symbol[-1].isalpha() else f"{symbol}{number}"


def _number(value: float, currency: str) -> str:
    decimals = get_currency_precision(currency)
    # What is quoted in yen has a tenth of one where it is cheap, and small prices need all the digits they can get.
    if abs(value) < 10:
        return price(value)
    return f"{value:,.{decimals or int(abs(value) < 1000)}f}"


FILTERS: dict[str, Any] = {money.__name__: money}
