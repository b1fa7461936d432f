"""From prices of the newest day to prices of the last day that is looked at, so that nothing later shows in them."""

from dataclasses import replace

import numpy as np

from app.market.digits import to_digits
from app.market.quotes import Dividend, Floats, Quotes

# Undoing a split or a dividend leaves rounding noise in the last bits. Thirty bits and then nine digits keep apart
# every price a source can print and keep none of that noise, so that a history is the same bytes however later events
# rescaled it. Digits alone would not do: products of cents often end in a half of the last one, where noise decides.
_BITS, _DIGITS = 30, 9


def rebased(quotes: Quotes) -> Quotes:
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
