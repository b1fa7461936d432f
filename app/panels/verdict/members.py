"""What the verdict's members say: the finished cards' forecasts and receipts, and those of members without a card."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.ensemble.blend import CurrentForecasts, PastForecasts, current_forecasts, past_forecasts
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.forecast import QUANTILES, Floats, LogPrices
from app.panels.analysis import Analysis, ForecastAnalysis


@dataclass(frozen=True, slots=True)
class MemberForecasts:
    """What the members said at the receipt's origins, to be judged by and to be combined, and what they say today.

    ``receipt`` has the same origins as ``past`` and the horizon's last day alone, ``today`` the last bar and all days.
    """

    past: PastForecasts
    receipt: CurrentForecasts
    today: CurrentForecasts


def member_forecasts(y: LogPrices, horizon: int, needed: Mapping[str, Analysis]) -> MemberForecasts:
    """The members at the origins of Prophet's receipt, which are among the LSTM's, and at the last bar."""
    cards = {name: card for name, card in needed.items() if isinstance(card, ForecastAnalysis)}
    dates = [row.origin for row in cards["prophet"].receipt.forecasts]
    past = np.searchsorted(y.dates, np.array(dates, dtype="datetime64[D]")).astype(np.intp)
    last = np.array([len(y) - 1], dtype=np.intp)
    said = [
        _of_card(cards[member.name], y.dates[past])
        if member.name in cards
        else _split(member.forecasts(y, past, last, horizon))
        for member in MEMBERS
    ]
    ends, today = (np.stack(quantiles) for quantiles in zip(*said, strict=True))
    return MemberForecasts(
        past=past_forecasts(y, past, horizon, ends),
        receipt=current_forecasts(y, past, horizon, ends[:, :, None]),
        today=current_forecasts(y, last, horizon, today[:, None]),
    )


def _split(quantiles: Floats) -> tuple[Floats, Floats]:
    """From quantiles (m + 1, horizon, 7) the past ones on the last day (m, 7), and today's (horizon, 7)."""
    return quantiles[:-1, -1], quantiles[-1]


def _of_card(card: ForecastAnalysis, dates: NDArray[np.datetime64]) -> tuple[Floats, Floats]:
    """A card's past quantiles on the horizon's last day (m, 7), and today's (horizon, 7)."""
    ends = np.full((len(dates), len(QUANTILES)), np.nan)
    today = np.array([card.forecast.quantiles[str(level)] for level in QUANTILES]).T / card.forecast.last
    known = {
        row.origin: np.array([row.quantiles[str(level)] for level in QUANTILES]) / row.last
        for row in card.receipt.forecasts
    }
    for place, day in enumerate(dates.tolist()):
        if day in known:
            ends[place] = np.log(known[day])
    return ends, np.log(today)
