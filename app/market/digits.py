"""Numbers to as many significant digits as they deserve."""

import numpy as np

from app.market.quotes import Floats


def to_digits(values: Floats, digits: int) -> Floats:
    """Each value to ``digits`` significant digits; zero and NaN stay as they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** (digits - 1 - np.where(np.isfinite(exponent), exponent, 0))
    return np.round(values * scale) / scale
