"""What the verdict's members say: the finished cards' forecasts and receipts, and two quick forecasters beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.forecasting.backtest import realised
from app.forecasting.combine import NAMES
from app.forecasting.combined import regression, simulation
from app.forecasting.drift import steadiness, steady
from app.forecasting.forecast import QUANTILES, Floats, LogPrices, Origins
from app.panels.analysis import Analysis, ForecastAnalysis


@dataclass(frozen=True, slots=True)
class Said:
    """Log returns' quantiles of every member, in the order of ``NAMES``; NaN where one has none.

    ``origins`` (n,) are past rows and, last, today's; ``ends`` (members, n, 7) are for the horizon's last day,
    ``today`` (members, horizon, 7) for all its days; ``actual`` (n,) is what happened, NaN today.
    ``drift_ends`` (n, 7) and ``drift_today`` (horizon, 7) are of the ticker's own drift, ``steadiness`` (n,) its t.
    """

    origins: Origins
    ends: Floats
    today: Floats
    actual: Floats
    drift_ends: Floats
    drift_today: Floats
    steadiness: Floats


def said(y: LogPrices, horizon: int, needed: Mapping[str, Analysis]) -> Said:
    """The members at the origins of Prophet's receipt, which are among the LSTM's, and at the last bar."""
    cards = {name: card for name, card in needed.items() if isinstance(card, ForecastAnalysis)}
    scored = cards["prophet"].receipt.forecasts
    past = np.searchsorted(y.dates, np.array([one.origin for one in scored], dtype="datetime64[D]"))
    origins = np.append(past, len(y) - 1).astype(np.intp)
    quick = {
        "historical_simulation": simulation(y, origins, horizon).quantiles,
        "linear": regression(y, origins, horizon),
    }
    ends = {name: quantiles[:, -1] for name, quantiles in quick.items()}
    today = {name: quantiles[-1] for name, quantiles in quick.items()}
    for name in ("lstm", "prophet"):
        ends[name], today[name] = _of_card(cards.get(name), y.dates[origins], horizon)
    own = steady(y, origins, horizon).quantiles
    return Said(
        origins=origins,
        ends=np.stack([ends[name] for name in NAMES]),
        today=np.stack([today[name] for name in NAMES]),
        actual=realised(y, origins, horizon)[:, -1],
        drift_ends=own[:, -1],
        drift_today=own[-1],
        steadiness=steadiness(y, origins),
    )


def _of_card(card: ForecastAnalysis | None, dates: np.ndarray, horizon: int) -> tuple[Floats, Floats]:
    """A card's quantiles on the horizon's last day (n, 7), and today's (horizon, 7)."""
    ends = np.full((len(dates), len(QUANTILES)), np.nan)
    if card is None:
        return ends, np.full((horizon, len(QUANTILES)), np.nan)
    today = np.array([card.forecast.quantiles[str(level)] for level in QUANTILES]).T / card.forecast.last
    known = {
        one.origin: np.array([one.quantiles[str(level)] for level in QUANTILES]) / one.last
        for one in card.receipt.forecasts
    }
    for row, day in enumerate(dates.tolist()):
        if day in known:
            ends[row] = np.log(known[day])
    ends[-1] = np.log(today[-1])
    return ends, np.log(today)
