"""The two pictures that every forecast card has: the fan from the last close, and past forecasts with what happened."""

import numpy as np

from app.charts.chart import Canvas, Chart
from app.charts.pictures.fan import FanData, Track, fan
from app.charts.pictures.intervals import PastIntervals, interval_hits
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.scoring import metrics
from app.market.history import PriceHistory
from app.panels.analysis import ForecastAnalysis

_LOW, _HIGH = metrics.BANDS[80]


def draw_fan(
    history: PriceHistory,
    analysis: ForecastAnalysis,
    canvas: Canvas,
    faint: Track | None = None,
    remark: str = "",
    actual: Track | None = None,
) -> Chart:
    """The forecast after the last year of closes; ``remark`` ends the words for who cannot see the tracks."""
    forecast = analysis.forecast
    dates = np.array(forecast.dates, dtype="datetime64[D]")
    quantiles = np.array([forecast.quantiles[str(level)] for level in QUANTILES]).T
    alt = (
        f"The next {analysis.horizon} trading days from {forecast.last:.6g}: the middle of the forecast ends at "
        f"{quantiles[-1, MEDIAN]:.6g}, its 80 % band at {quantiles[-1, _LOW]:.6g} to {quantiles[-1, _HIGH]:.6g}"
        f"{remark}."
    )
    data = FanData(history.dates[-250:], history.adj_close[-250:], dates, quantiles, faint, actual)
    return fan(data, canvas=canvas, alt=alt, currency=analysis.data.currency)


def draw_hits(analysis: ForecastAnalysis, canvas: Canvas) -> Chart:
    """Every forecast of the receipt with the move that followed it, in percent."""
    scored = analysis.receipt.forecasts
    last = np.array([one.last for one in scored])

    inner, outer = (100 * (np.array([one.band(level) for one in scored]).T / last - 1) for level in (80, 95))
    actual = 100 * (np.array([one.actual for one in scored]) / last - 1)
    origins = np.array([one.origin for one in scored], dtype="datetime64[D]")
    alt = (
        f"{len(scored)} past forecasts of {analysis.horizon} trading days: the 80 % band held "
        f"{analysis.receipt.coverage_80:.0%} of the time, the 95 % band {analysis.receipt.coverage_95:.0%}."
    )
    return interval_hits(PastIntervals(origins, inner[0], inner[1], outer[0], outer[1], actual), canvas=canvas, alt=alt)
