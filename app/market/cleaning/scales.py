"""Prices on one scale: in one unit, later splits undone, single precision restored, digits cut."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.market.passport import Remark
from app.market.raw_history import Dividend, Floats, RawHistory

_UNITS = np.log([100.0, 1000.0])
_NEAR_UNIT = 0.25
# More changes than a source makes by mistake are how that price is quoted.
_MOST_CHANGES = 100


def units_in(logs: Floats) -> Floats:
    """For each log ratio (n,) that of the unit it is about, 100 or 1 000 either way; zero where it is about none."""
    apart = np.abs(np.abs(logs)[:, None] - _UNITS)
    return np.where(apart.min(axis=1) < _NEAR_UNIT, np.sign(logs) * _UNITS[apart.argmin(axis=1)], 0.0)


def in_one_unit(quotes: RawHistory) -> tuple[RawHistory, list[Remark]]:
    """The same rows (in order, all prices above zero), those mended that are for a while in another unit.

    Pence come and go as pounds for some days, or in some of a day's four prices. A change that does not go back stays:
    nobody can tell there which unit is right.
    """
    close = quotes.close / np.exp(_excess(quotes.close))
    mended: dict[str, Any] = {"close": close, "adj_close": quotes.adj_close / np.exp(_excess(quotes.adj_close))}
    for name in ("open", "high", "low"):
        column: Floats = getattr(quotes, name)
        mended[name] = column / np.exp(units_in(np.log(column / close)))
    changed = np.any([mended[name] != getattr(quotes, name) for name in mended], axis=0)
    whole = np.all([mended[name] != getattr(quotes, name) for name in ("open", "high", "low", "close")], axis=0)
    return (
        replace(quotes, **mended) if changed.any() else quotes,
        [
            *_marked(quotes, whole, "in another unit than the days around it: brought to theirs"),
            *_marked(quotes, changed & ~whole, "some of its prices in another unit: brought to that of the others"),
        ],
    )


def _marked(quotes: RawHistory, rows: NDArray[np.bool_], what: str) -> list[Remark]:
    return [Remark(day, what) for day in quotes.dates[rows].tolist()]


def _excess(prices: Floats) -> Floats:
    """By how many units, as a logarithm, each of ``prices`` (n,) is above those before and after its stretch."""
    excess = np.zeros(len(prices))
    steps = units_in(np.diff(np.log(prices)))
    changes = np.flatnonzero(steps) + 1
    if not 2 <= len(changes) <= _MOST_CHANGES:
        return excess
    edges, levels = [0, *changes.tolist(), len(prices)], [0.0, *np.cumsum(steps[changes - 1]).tolist()]
    while inner := [at for at in range(1, len(levels) - 1) if abs(levels[at - 1] - levels[at + 1]) < _NEAR_UNIT]:
        # The shortest first: what surrounds it is the rule.
        shortest = min(inner, key=lambda at: edges[at + 1] - edges[at])
        excess[edges[shortest] : edges[shortest + 1]] += levels[shortest] - levels[shortest - 1]
        del edges[shortest : shortest + 2], levels[shortest : shortest + 2]
    return excess


# Undoing a split or a dividend leaves rounding noise in the last bits. Thirty bits and then nine digits keep apart
# every price a source can print and keep none of that noise, so that a history is the same bytes however later events
# rescaled it. Digits alone would not do: products of cents often end in a half of the last one, where noise decides.
_BITS, _DIGITS = 30, 9


def rebased(quotes: RawHistory) -> RawHistory:
    """The same bars in prices of their last day: later splits undone, the last adjusted close equal to the close.

    Splits and dividends after that day are left out.
    """
    last = quotes.dates[-1].item()
    later = quotes.splits_after(last)
    to_last_close = quotes.close[-1] / quotes.adj_close[-1] * later
    return replace(
        quotes,
        splits=tuple(split for split in quotes.splits if split.day <= last),
        dividends=tuple(_rescaled(paid, later) for paid in quotes.dividends if paid.day <= last),
        open=_rounded(quotes.open * later),
        high=_rounded(quotes.high * later),
        low=_rounded(quotes.low * later),
        close=_rounded(quotes.close * later),
        adj_close=_rounded(quotes.adj_close * to_last_close),
        volume=_rounded(quotes.volume / later),
    )


def _rescaled(dividend: Dividend, factor: float) -> Dividend:
    return Dividend(dividend.day, float(_rounded(np.array([dividend.amount * factor]))[0]))


def _rounded(values: Floats) -> Floats:
    """Each value to thirty bits, and these to nine significant digits."""
    mantissa, power = np.frexp(values)
    return to_digits(np.ldexp(np.round(np.ldexp(mantissa, _BITS)), power - _BITS), _DIGITS)


def to_digits(values: Floats, digits: int) -> Floats:
    """Each value to ``digits`` significant digits; zero and NaN stay as they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** (digits - 1 - np.where(np.isfinite(exponent), exponent, 0))
    return np.round(values * scale) / scale


_SINGLE_DIGITS = 6
_DIVIDEND_DIGITS = 5
# Half a unit in the last place of single precision is 6e-8 of a number; rescaling twice adds as much again.
_SINGLE = 1.5e-7
_UNCHANGED = 5e-6
_AS_TOLD = 0.25


def restored(quotes: RawHistory) -> RawHistory:
    """The same rows (in order of date) without the rounding of single precision, which differs after each later event.

    A price that is within that rounding of a six-digit number, once every split is undone, is that number. The
    adjusted close is made anew from closes and dividends, by Yahoo's rule: before a dividend it is smaller by the
    dividend's share of the close before. A step that was not told as a dividend, or is unlike it, stays as it is.
    """
    later = _grown(quotes)
    clean = replace(
        quotes,
        open=_quoted(quotes.open * later) / later,
        high=_quoted(quotes.high * later) / later,
        low=_quoted(quotes.low * later) / later,
        close=_quoted(quotes.close * later) / later,
    )
    return replace(clean, adj_close=_adjusted(clean, later))


def _grown(quotes: RawHistory) -> Floats:
    """For each row what one of its shares has become by the newest."""
    later = np.ones(len(quotes.dates))
    for split in quotes.splits:
        later[quotes.dates < np.datetime64(split.day)] *= split.ratio
    return later


def _quoted(prices: Floats) -> Floats:
    near = to_digits(prices, _SINGLE_DIGITS)
    return np.where(np.abs(prices - near) <= _SINGLE * np.abs(prices), near, prices)


def _adjusted(quotes: RawHistory, later: Floats) -> Floats:
    """The adjusted close (n,); NaN where there is no close, as told where the source told none."""
    known = np.flatnonzero(np.isfinite(quotes.close) & np.isfinite(quotes.adj_close) & (quotes.close > 0))
    if len(known) < 2:
        return quotes.adj_close
    close, ratio, dates = quotes.close[known], (quotes.adj_close / quotes.close)[known], quotes.dates[known]
    step = ratio[:-1] / ratio[1:]
    step[np.abs(step - 1) < _UNCHANGED] = 1.0
    for paid in quotes.dividends:
        row = int(np.searchsorted(dates, np.datetime64(paid.day)))
        if 0 < row < len(dates):
            share = float(to_digits(np.array([paid.amount * later[known[row]]]), _DIVIDEND_DIGITS)[0])
            share /= later[known[row]] * close[row - 1]
            if abs(1 - ratio[row - 1] / ratio[row] - share) < max(_AS_TOLD * share, _UNCHANGED):
                step[row - 1] = 1 - share
    adjusted = quotes.adj_close.copy()
    newest = 1.0 if abs(ratio[-1] - 1) < _UNCHANGED else ratio[-1]
    adjusted[known] = close * np.append(np.cumprod(step[::-1])[::-1], 1.0) * newest
    return adjusted
