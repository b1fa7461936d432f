"""What the LSTM was shown, in numbers that a sentence can carry."""

import numpy as np

from app.forecasting import volatility
from app.forecasting.forecast import LogPrices
from app.forecasting.linear import YEAR
from app.forecasting.lstm.inputs import LAGS
from app.panels.analysis import LookedAt


def looked_at(y: LogPrices) -> LookedAt:
    """The volatilities and the volume of the last bars of ``y``."""
    ranges, year = volatility.range_variance(y), volatility.rolling(volatility.squared_returns(y), YEAR)[-1]
    today, week, month = (float(np.sqrt(volatility.rolling(ranges, bars)[-1] / year)) for bars in (1, 5, 22))
    usual = y.volume[-66:].mean()
    return LookedAt(
        today=today,
        week=week,
        month=month,
        year=float(np.sqrt(year)),
        volume=float(y.volume[-5:].mean() / usual) if usual else None,
        since=y.dates[max(0, len(y) - 1 - max(LAGS))].item(),
    )
