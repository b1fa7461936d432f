"""How numbers are written in pictures: thousands separators, a real minus, few digits; and the names of months."""

import math

from babel.numbers import get_currency_precision

# Not from strftime, whose words follow the locale of the machine.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAGNITUDES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_SPELLED_OUT_BELOW = 1e7


def price_text(price: float, currency: str = "") -> str:
    """A price by itself: two decimals or its ``currency``'s, four significant digits below one, 65.00M if huge."""
    size = abs(price)
    if size >= _SPELLED_OUT_BELOW:
        return compact_text(price, 2)
    if size >= 1 or size == 0:
        return signed(price, decimals_of(currency, size) if size < 100_000 else 0)
    decimals = 3 - math.floor(math.log10(size))
    return signed(price, decimals).rstrip("0")


_CHEAP = {"JPY": 1000}


def decimals_of(currency: str, price: float) -> int:
    """With how many decimals a ``price`` from ten on is quoted: none in won and rupiah, a tenth in yen where cheap.

    ``currency`` is an ISO code or one of Yahoo's for a hundredth; two for anything else.
    """
    # What babel does not know has two.
    return max(get_currency_precision(currency), int(abs(price) < _CHEAP.get(currency, 0)))


def tick_text(value: float, step: float) -> str:
    """A value on an axis whose neighbours are ``step`` away."""
    if value == 0:
        return "0"
    largest = max(abs(value), step)
    if largest >= _SPELLED_OUT_BELOW:
        divisor = next(divisor for divisor, _ in _MAGNITUDES if largest >= divisor)
        return compact_text(value, _decimals(step / divisor))
    return signed(value, _decimals(step))


def compact_text(value: float, decimals: int | None = None) -> str:
    """A large number with K, M, B or T; as few decimals as it takes unless they are given."""
    divisor, letter = next((pair for pair in _MAGNITUDES if abs(value) >= pair[0]), (1.0, ""))
    scaled = value / divisor
    return (f"{scaled:g}" if decimals is None else signed(scaled, decimals)) + letter


def percent_text(percent: float, decimals: int = 1, *, plus: bool = False) -> str:
    """A percentage, with its sign even when it is positive if ``plus``."""
    return f"{'+' if plus and round(percent, decimals) > 0 else ''}{signed(percent, decimals)}%"


def signed(value: float, decimals: int) -> str:
    """A number with a typographic minus, and never a minus zero."""
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def _decimals(step: float) -> int:
    exponent = math.floor(math.log10(step) + 1e-9)
    leading = step / 10.0**exponent
    return max(0, -exponent + (1 if abs(leading - round(leading)) > 1e-6 else 0))
