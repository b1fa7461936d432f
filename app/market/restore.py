"""Prices that a source keeps in single precision and rescales after each split, as they once were quoted."""

from dataclasses import replace

import numpy as np

from app.market.digits import to_digits
from app.market.quotes import Floats, Quotes

_DIGITS = 6
_DIVIDEND_DIGITS = 5
# Half a unit in the last place of single precision is 6e-8 of a number; rescaling twice adds as much again.
_SINGLE = 1.5e-7
_UNCHANGED = 5e-6
_AS_TOLD = 0.25


def restored(quotes: Quotes) -> Quotes:
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


def _grown(quotes: Quotes) -> Floats:
    """For each row what one of its shares has become by the newest."""
    later = np.ones(len(quotes.dates))
    for split in quotes.splits:
        later[quotes.dates < np.datetime64(split.day)] *= split.ratio
    return later


def _quoted(prices: Floats) -> Floats:
    near = to_digits(prices, _DIGITS)
    return np.where(np.abs(prices - near) <= _SINGLE * np.abs(prices), near, prices)


def _adjusted(quotes: Quotes, later: Floats) -> Floats:
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
