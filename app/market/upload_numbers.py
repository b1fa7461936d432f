"""Numbers as people and programs write them: a decimal point or comma, and what separates thousands."""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.market.quotes import Floats
from app.market.upload_table import Table

Mark = Literal[".", ","]

_SMALLEST_PRICE, _LARGEST_PRICE = 1e-12, 1e15
_LARGEST_VOLUME = 1e18
_LONGEST = 64
_CURRENCIES = "$€£¥₹ "
_MULTIPLES = {"K": 1e3, "M": 1e6, "B": 1e9}
_MARK_NAMES: dict[Mark, str] = {".": "point", ",": "comma"}
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_PLAIN: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)" + _EXPONENT),
    ",": re.compile(r"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)" + _EXPONENT),
}
# Thousands by threes or, as in India, a last group of three and groups of two before it; one separator throughout.
_GROUPED = r"[+-]?[1-9][0-9]{{0,2}}(?P<separator>[{}'’ \u00a0\u202f])(?:[0-9]{{2,3}}(?P=separator))*[0-9]{{3}}"
_WITH_THOUSANDS: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(_GROUPED.format(",") + r"(?:\.[0-9]*)?" + _EXPONENT),
    ",": re.compile(_GROUPED.format(".") + r"(?:,[0-9]*)?" + _EXPONENT),
}


def decimal_mark(table: Table, columns: Sequence[int]) -> Mark:
    """What the numbers of a file have before their decimals, told by the first that can be read in one way only.

    Where there is none of these, a point; raises ``BadFileError`` where a comma may be either, as in "1,234" between
    semicolons or beside "1.234".
    """
    unsure: dict[str, tuple[int, int]] = {}
    for row, cells in enumerate(table.rows):
        for column in columns:
            text = cells[column].strip(_CURRENCIES)
            used = "," if "," in text else "."
            fitting = [mark for mark in _PLAIN if used in text and _number(text, mark) is not None]
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                unsure.setdefault(used, (row, column))
    if "," in unsure and ("." in unsure or table.delimiter != ","):
        needed = "decimals after a point and no separator of thousands, since this may mean two numbers"
        raise table.fault(*unsure[","], needed)
    return "."


def read_prices(table: Table, column: int, mark: Mark) -> Floats:
    """The prices of a column, NaN where a cell is empty; raises ``BadFileError`` for what is no price."""
    prices = _numbers(table, column, [cells[column].strip(_CURRENCIES) for cells in table.rows], mark)
    _refuse(table, column, prices <= 0, "a price above zero")
    unreal = (prices < _SMALLEST_PRICE) | (prices > _LARGEST_PRICE)
    _refuse(table, column, unreal, f"a price between {_SMALLEST_PRICE:.12f} and {_LARGEST_PRICE:,.0f}")
    return prices


def read_volume(table: Table, column: int, mark: Mark) -> Floats:
    """Like ``read_prices`` for volumes, where zero, a lone dash and a closing K, M or B are good too."""
    written = [cells[column].upper() for cells in table.rows]
    multiples = [_MULTIPLES.get(text[-1:], 1.0) for text in written]
    bare = [text[:-1] if text == "-" or (text[1:] and text[-1] in _MULTIPLES) else text for text in written]
    volume: Floats = _numbers(table, column, bare, mark) * np.array(multiples)
    _refuse(table, column, (volume < 0) | (volume > _LARGEST_VOLUME), f"a volume from 0 to {_LARGEST_VOLUME:,.0f}")
    return volume


def _numbers(table: Table, column: int, texts: list[str], mark: Mark) -> Floats:
    numbers = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if text:
            number = _number(text, mark)
            if number is None:
                name = _MARK_NAMES[mark]
                raise table.fault(row, column, f"a number with a decimal {name}, or nothing where there is none")
            numbers[row] = number
    return numbers


def _number(text: str, mark: Mark) -> float | None:
    if len(text) > _LONGEST:
        return None
    if _PLAIN[mark].fullmatch(text):
        return float(text.replace(mark, "."))
    written = _WITH_THOUSANDS[mark].fullmatch(text)
    return float(text.replace(written["separator"], "").replace(mark, ".")) if written else None


def _refuse(table: Table, column: int, which: NDArray[np.bool_], needed: str) -> None:
    if which.any():
        raise table.fault(int(np.argmax(which)), column, needed)
