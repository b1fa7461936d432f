"""The fits of Prophet that a card rests on, known before any is made: each is a job of its own, kept by its window."""

from dataclasses import dataclass

from app.forecasting.models.prophet_windows import FitKind, Window, window_at
from app.forecasting.scoring.backtest import refit_origins
from app.market.history import PriceHistory
from app.panels.forecast.convert import log_prices


@dataclass(frozen=True, slots=True)
class PlannedFit:
    """A fit of ``kind`` to be made of a ``window``; ``words`` say what it is for."""

    kind: FitKind
    window: Window
    words: str


def trend_fits(history: PriceHistory, horizon: int) -> tuple[PlannedFit, ...]:
    """Those of the trend, which the forecast and the past ones that it is tested by rest on, oldest window first."""
    windows = _windows(history, horizon)
    past = len(windows) - 1
    tests = (f"Testing on the past, fit {number} of {past}" for number in range(1, past + 1))
    return tuple(
        PlannedFit(FitKind.TREND, window, words)
        for window, words in zip(windows, (*tests, "Fitting the trend"), strict=True)
    )


def all_fits(history: PriceHistory, horizon: int) -> tuple[PlannedFit, ...]:
    """Those of the trend, of stock-standard Prophet on the same days, and of the season."""
    windows = _windows(history, horizon)
    stock = tuple(
        PlannedFit(FitKind.STOCK, window, f"Fitting stock-standard Prophet, {number} of {len(windows)}")
        for number, window in enumerate(windows, 1)
    )
    season = PlannedFit(FitKind.SEASON, windows[-1], "Looking at the seasons")
    return *trend_fits(history, horizon), *stock, season


def _windows(history: PriceHistory, horizon: int) -> tuple[Window, ...]:
    y = log_prices(history)
    return tuple(window_at(y, int(row)) for row in refit_origins(y, horizon))
