"""How numbers and dates read on the page."""

from datetime import date
from typing import Any

MINUS = "−"
NARROW_SPACE = "\u202f"


def price(value: float) -> str:
    """A price with as many decimals as its size deserves: 2,506.85 or 0.000123."""
    decimals = 2 if abs(value) >= 10 else 4 if abs(value) >= 0.1 else 8
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def percent(share: float, decimals: int = 1) -> str:
    """A share as percent: 0.0312 is 3.1 %."""
    return f"{100 * share:.{decimals}f}{NARROW_SPACE}%".replace("-", MINUS)


def signed_percent(share: float, decimals: int = 1) -> str:
    """A change as percent, its sign always shown."""
    # What rounds to nothing has no sign either.
    rounded = round(100 * share, decimals) or 0.0
    sign = "+" if rounded else ""
    return f"{rounded:{sign}.{decimals}f}{NARROW_SPACE}%".replace("-", MINUS)


def ratio(value: float) -> str:
    """A ratio such as 1.02."""
    return f"{value:.2f}"


def day(value: date) -> str:
    """A date for people: 28 Jun 2018."""
    return f"{value.day} {value:%b %Y}"


def count(value: int) -> str:
    """A whole number with thousands separators."""
    return f"{value:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """“1 bar”, “2 bars”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def age(minutes: int) -> str:
    """“5 minutes”, “3 hours”."""
    return plural(minutes, "minute") if minutes < 120 else plural(minutes // 60, "hour")


def on_one_line(text: str) -> str:
    """A text from elsewhere without line ends and other signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


FILTERS: dict[str, Any] = {
    function.__name__: function
    for function in (price, percent, signed_percent, ratio, day, count, plural, age, on_one_line)
}
