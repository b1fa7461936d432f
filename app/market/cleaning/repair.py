"""From rows as they came to rows that can be trusted, with a remark for every row dropped or mended."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import BadBarsError
from app.market.cleaning.scales import in_one_unit
from app.market.passport import Remark
from app.market.raw_history import ARRAYS, Floats, RawHistory

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class Repaired:
    """Rows in order of date, one a day, all prices positive and consistent; and what it took to get there."""

    quotes: RawHistory
    dropped: tuple[Remark, ...]
    repaired: tuple[Remark, ...]


def repair(quotes: RawHistory) -> Repaired:
    """Sort, drop what is no bar, mend what contradicts itself.

    Raises ``BadBarsError`` where one date has two different prices.
    """
    ordered, moved = _in_order(quotes)
    real, empty = _without_empty(ordered)
    single, doubles = _without_doubles(real)
    whole, filled = _filled(single)
    even, rescaled = in_one_unit(whole)
    consistent, mended = _consistent(even)
    remarks = [*quotes.mended, *moved, *filled, *rescaled, *mended]
    return Repaired(consistent, _by_day([*quotes.left_out, *doubles, *empty]), _by_day(remarks))


def _by_day(remarks: list[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda remark: remark.day))


def _remarks(quotes: RawHistory, which: NDArray[np.bool_], what: str) -> list[Remark]:
    return [Remark(day, what) for day in quotes.dates[which].tolist()]


def _remark_on_all(quotes: RawHistory, what: str) -> list[Remark]:
    """One remark for what is true of every day, at the last of them."""
    return [Remark(day, what) for day in quotes.dates[-1:].tolist()]


def _in_order(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    if quotes.dates[:1] > quotes.dates[-1:] and (quotes.dates[1:] <= quotes.dates[:-1]).all():
        turned = Remark(quotes.dates[0].item(), "rows came newest first: turned round")
        return quotes.rows(np.arange(len(quotes.dates))[::-1]), [turned]
    late = quotes.dates < np.maximum.accumulate(quotes.dates)
    moved = _remarks(quotes, late, "row was out of order")
    return (quotes.rows(np.argsort(quotes.dates, kind="stable")) if late.any() else quotes), moved


def _without_doubles(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    again = np.zeros(len(quotes.dates), dtype=bool)
    again[1:] = quotes.dates[1:] == quotes.dates[:-1]
    for name in ARRAYS[1:]:
        column = getattr(quotes, name)
        differs = again[1:] & ~((column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1])))
        if differs.any():
            row = int(np.argmax(differs)) + 1
            found = f"two values of {name} ({column[row - 1]:g} and {column[row]:g})"
            raise BadBarsError(f"Date {quotes.dates[row]}", found, "one row a day")
    return quotes.rows(~again), _remarks(quotes, again, "the same row stood twice")


def _without_empty(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    missing = ~np.isfinite(quotes.close)
    unreal = ~missing & (quotes.close <= 0)
    remarks = _remarks(quotes, missing, "no closing price") + _remarks(quotes, unreal, "closing price not above zero")
    return quotes.rows(~(missing | unreal)), remarks


def _filled(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    columns: dict[str, Any] = {}
    columns["adj_close"], remarks = _adjusted(quotes)
    for name in ("open", "high", "low"):
        column = getattr(quotes, name)
        gone = _gone(column)
        columns[name] = np.where(gone, quotes.close, column)
        # A column that is missing altogether is a fact about the file, not a remark about each of its days.
        if not gone.all():
            remarks += _remarks(quotes, gone, f"no {name}: the close was taken")
    untold = np.isnan(quotes.volume)
    columns["volume"] = np.where(_gone(quotes.volume), 0.0, quotes.volume)
    remarks += _remark_on_all(quotes, "no volume on any day") if untold.all() else _remarks(quotes, untold, "no volume")
    return replace(quotes, **columns), remarks


def _adjusted(quotes: RawHistory) -> tuple[Floats, list[Remark]]:
    gone = _gone(quotes.adj_close)
    if gone.all():
        return quotes.close, _remark_on_all(quotes, "no adjusted close on any day: the closes were taken")
    # The close alone would make a jump of all later dividends, so it is adjusted as much as on the last known day.
    known = np.flatnonzero(~gone)
    last = known[np.maximum(np.searchsorted(known, np.arange(len(gone)), side="right") - 1, 0)]
    close = quotes.close * (quotes.adj_close[last] / quotes.close[last])
    remarks = _remarks(quotes, gone, "no adjusted close: the close was taken, adjusted as on the days beside it")
    return np.where(gone, close, quotes.adj_close), remarks


def _gone(column: Floats) -> NDArray[np.bool_]:
    return ~(np.isfinite(column) & (column > 0))


def _consistent(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    prices = np.stack([getattr(quotes, name) for name in _PRICES])
    high, low = prices.max(axis=0), prices.min(axis=0)
    remarks = _remarks(quotes, high > quotes.high, "high was below another price: raised to it")
    remarks += _remarks(quotes, low < quotes.low, "low was above another price: lowered to it")
    return replace(quotes, high=high, low=low), remarks
