"""Prices and volumes as people write them, with a decimal sign that the whole file has settled."""

import re
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.errors import BadFileError
from app.market.raw_history import Floats

Mark = Literal[".", ","]
Fault = Callable[[int, str], BadFileError]

_SMALLEST_PRICE, _LARGEST_PRICE = 1e-12, 1e15
_LARGEST_VOLUME = 1e18
_LONGEST = 64
_MISSING = frozenset(
    [
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "..",
        "null",
        "none",
        "nil",
        "nan",
        "na",
        "n/a",
        "n.a.",
        "#n/a",
        "<na>",
        "nat",
        "n/d",
        "nd",
        "#value!",
        "#div/0!",
        "#ref!",
    ]
) | {"", "not available", "no data", "#n/a n/a"}
_MARK_NAMES: dict[Mark, str] = {".": "point", ",": "comma"}
# Thousands by threes or, as in India, a last group of three and groups of two before it; one separator throughout.
_GROUPS = r"[1-9][0-9]{{0,2}}(?P<separator>[{}'’ \u00a0\u202f\u2009])(?:[0-9]{{2,3}}(?P=separator))*[0-9]{{3}}"
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(rf"[+-]?(?:(?:{_GROUPS.format(',')}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}"),
    ",": re.compile(rf"[+-]?(?:(?:{_GROUPS.format('.')}|[0-9]+)(?:,[0-9]*)?|,[0-9]+){_EXPONENT}"),
}
_SEPARATORS: dict[Mark, str] = {".": ",'’ \u00a0\u202f\u2009", ",": ".'’ \u00a0\u202f\u2009"}
_PLAIN_COLUMN = re.compile(r"(?:[0-9]{1,17}(?:\.[0-9]{0,17})?(?:\n|$))*")
_GROUPED_COLUMN = {
    (mark, sign): re.compile(
        rf"(?:(?:[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+|[0-9]{{1,17}})(?:{re.escape(mark)}[0-9]{{0,17}})?(?:\n|$))*"
    )
    for mark, signs in _SEPARATORS.items()
    for sign in signs
}
_MULTIPLES = {
    **{"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "g": 1e9, "mio": 1e6, "mrd": 1e9, "mln": 1e6, "mld": 1e9, "bn": 1e9},
    **{"tsd": 1e3, "тыс": 1e3, "млн": 1e6, "млрд": 1e9, "mn": 1e6, "bio": 1e12, "mil": 1e3, "rb": 1e3, "jt": 1e6},
    **{"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "만": 1e4, "억": 1e8, "cr": 1e7, "l": 1e5, "lac": 1e5, "百万": 1e6},
}
_COUNTED = re.compile(r"(?P<number>[+-]?[0-9].*?)\s?(?P<multiple>[^\W\d_]+)\.?")
_CURRENCY = re.compile(
    r"(?:(?P<before>[A-Z]{3}|[A-Z]{0,2}[$€£¥₹₩₺₽₫฿₪₴₦]|Rs\.?|kr\.?|Fr\.?|Rp\.?)\s?)?(?P<number>[+-]?[0-9.,].*?)"
    r"(?:\s?(?P<after>[A-Z]{3}|GBp|ZAc|ILa|[pc¢]|[$€£¥₹₩₺₽₫฿₪₴₦]|zł|kr\.?|Kč|Ft|lei|руб\.?|р\.|円|元|원|บาท|₫|đ))?"
)


def is_number(text: str) -> bool:
    """Whether a cell is written as a number, a price with its currency or a volume with its multiple."""
    if len(text) > _LONGEST:
        return False
    bare = text.strip("$€£¥₹% +-")
    return bare[:1].isdigit() and (any(number.fullmatch(bare) for number in _NUMBER.values()) or _has_unit(text))


def _has_unit(text: str) -> bool:
    counted = _COUNTED.fullmatch(text)
    if counted and counted["multiple"].casefold() not in _MULTIPLES:
        counted = None
    match = _with_currency(text) or counted
    return match is not None and any(number.fullmatch(match["number"].strip()) for number in _NUMBER.values())


def _with_currency(text: str) -> re.Match[str] | None:
    return _CURRENCY.fullmatch(text) if len(text) <= _LONGEST else None


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no number."""
    return text.casefold() in _MISSING


def read_prices(texts: Sequence[str], mark: Mark, fault: Fault) -> Floats:
    """The prices of a column, NaN where there is none; raises ``fault`` of the row for what is no number.

    A currency may stand with them, the same throughout.
    """
    prices = _all_plain(texts, mark)
    if prices is None:
        bare = _without_currency(texts, fault)
        plain = _all_plain(bare, mark)
        prices = _numbers(bare, mark, fault) if plain is None else plain
    unreal = np.isfinite(prices) & (prices != 0) & ((abs(prices) < _SMALLEST_PRICE) | (abs(prices) > _LARGEST_PRICE))
    _refuse(unreal, f"a price between {_SMALLEST_PRICE:.12f} and {_LARGEST_PRICE:,.0f}", fault)
    return prices


def _without_currency(texts: Sequence[str], fault: Fault) -> list[str]:
    # Mostly one currency stands behind, or before, all of them.
    first = _with_currency(texts[0])
    before, after = (texts[0][: first.start("number")], texts[0][first.end("number") :]) if first else ("", "")
    if (before or after) and all(text.startswith(before) and text.endswith(after) for text in texts):
        return [text[len(before) : len(text) - len(after)] for text in texts]
    bare, currencies = [], {""}
    for row, text in enumerate(texts):
        # Most have none, and digits at both ends tell that at once.
        match = None if text[:1].isdigit() and text[-1:].isdigit() else _with_currency(text)
        currency = (match["before"] or match["after"] or "") if match else ""
        if currency not in currencies and len(currencies) > 1:
            raise fault(row, f"a price in {max(currencies)}, as above it")
        currencies.add(currency)
        bare.append(match["number"] if match else text)
    return bare


def read_volume(texts: Sequence[str], mark: Mark, fault: Fault) -> Floats:
    """Like ``read_prices`` for volumes, with a multiple behind them such as K, M, Mrd or 万."""
    volume = _all_plain(texts, mark)
    if volume is None:
        pairs = [_counted(text) for text in texts]
        volume = _numbers([number for number, _ in pairs], mark, fault) * [multiple for _, multiple in pairs]
    _refuse((volume < 0) | (volume > _LARGEST_VOLUME), f"a volume from 0 to {_LARGEST_VOLUME:,.0f}", fault)
    return volume


def _counted(text: str) -> tuple[str, float]:
    match = None if len(text) > _LONGEST or text[-1:].isdigit() or is_missing(text) else _COUNTED.fullmatch(text)
    multiple = _MULTIPLES.get(match["multiple"].casefold()) if match else None
    return (match["number"], multiple) if match and multiple else (text, 1.0)


def _all_plain(texts: Sequence[str], mark: Mark) -> Floats | None:
    """The numbers of a column where all of them are written in the commonest ways; None elsewhere."""
    joined = "\n".join(texts)
    if "" in texts:
        return None
    if mark == "." and _PLAIN_COLUMN.fullmatch(joined):
        return np.array(texts, dtype=np.float64)
    separators = {*joined} & {*_SEPARATORS[mark]} or {"," if mark == "." else "."}
    separator = separators.pop()
    if separators or not _GROUPED_COLUMN[mark, separator].fullmatch(joined):
        return None
    return np.array(joined.replace(separator, "").replace(mark, ".").split("\n"), dtype=np.float64)


def _numbers(texts: Sequence[str], mark: Mark, fault: Fault) -> Floats:
    numbers = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        number = _number(text, mark)
        if number is not None:
            numbers[row] = number
        elif not is_missing(text):
            raise fault(row, f"a number with a decimal {_MARK_NAMES[mark]}, or nothing where there is none")
    return numbers


def _number(text: str, mark: Mark) -> float | None:
    if len(text) > _LONGEST or (written := _NUMBER[mark].fullmatch(text)) is None:
        return None
    bare = text.replace(written["separator"], "") if written["separator"] else text
    number = float(bare.replace(mark, "."))
    return number if np.isfinite(number) else None


def _refuse(which: NDArray[np.bool_], needed: str, fault: Fault) -> None:
    if which.any():
        raise fault(int(np.argmax(which)), needed)
