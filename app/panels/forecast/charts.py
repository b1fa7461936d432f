"""The charts that cards share: the fan from the last close, past forecasts with what happened, and an outcome."""

from collections.abc import Sequence

import numpy as np

from app.charts.chart import Canvas, Chart, DayMark
from app.charts.pictures.fan import FanData, Track, fan
from app.charts.pictures.intervals import PastIntervals, interval_hits
from app.charts.pictures.lookalikes import aftermath
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.scoring import metrics
from app.market.history import PriceHistory
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.outcome import Outcome

_LOW, _HIGH = metrics.BANDS[80]


def draw_fan(
    history: PriceHistory,
    analysis: ForecastAnalysis,
    canvas: Canvas,
    faint: Track | None = None,
    remark: str = "",
    actual: Track | None = None,
    marks: Sequence[DayMark] = (),
) -> Chart:
    """The forecast after the last year of closes; ``remark`` ends the words for who cannot see tracks and marks."""
    forecast = analysis.forecast
    dates = np.array(forecast.dates, dtype="datetime64[D]")
    quantiles = np.array([forecast.quantiles[str(level)] for level in QUANTILES]).T
    alt = (
        f"The next {analysis.horizon} trading days from {forecast.last:.6g}: the middle of the forecast ends at "
        f"{quantiles[-1, MEDIAN]:.6g}, its 80 % band at {quantiles[-1, _LOW]:.6g} to {quantiles[-1, _HIGH]:.6g}"
        f"{remark}."
    )
    data = FanData(history.dates[-250:], history.adj_close[-250:], dates, quantiles, faint, actual, tuple(marks))
    return fan(data, canvas=canvas, alt=alt, currency=analysis.data.currency)


def draw_hits(analysis: ForecastAnalysis, canvas: Canvas) -> Chart:
    """Every forecast of the receipt with the move that followed it, in percent."""
    scored = analysis.receipt.forecasts
    last = np.array([past.last for past in scored])

    inner, outer = (100 * (np.array([past.band(level) for past in scored]).T / last - 1) for level in (80, 95))
    actual = 100 * (np.array([past.actual for past in scored]) / last - 1)
    origins = np.array([past.origin for past in scored], dtype="datetime64[D]")
    alt = (
        f"{len(scored)} past forecasts of {analysis.horizon} trading days: the 80 % band held "
        f"{analysis.receipt.coverage_80:.0%} of the time, the 95 % band {analysis.receipt.coverage_95:.0%}."
    )
    return interval_hits(PastIntervals(origins, inner[0], inner[1], outer[0], outer[1], actual), canvas=canvas, alt=alt)


def draw_outcome(history: PriceHistory, analysis: Analysis, outcome: Outcome, canvas: Canvas) -> Chart:
    """What happened, over the forecast where the card made one: day h over day h, as its score counts."""
    actual = np.array(outcome.actual)
    if isinstance(analysis, ForecastAnalysis):
        days = np.array(analysis.forecast.dates[: len(actual)], dtype="datetime64[D]")
        remark = f"; what happened ended at {actual[-1]:.6g}, {_path_text(outcome)}"
        return draw_fan(history, analysis, canvas, remark=remark, actual=Track(days, actual, "actual"))
    recent = slice(-250, None)
    later = np.array(outcome.dates, dtype="datetime64[D]")
    past = history.dates[recent], history.adj_close[recent]
    alt = f"What the price did after {analysis.as_of}: it ended at {actual[-1]:.6g}, {_path_text(outcome)}."
    return aftermath(*past, later, actual, canvas=canvas, alt=alt, currency=analysis.data.currency)


def _path_text(outcome: Outcome) -> str:
    return f"{outcome.change:+.1%}, having stood between {outcome.lowest:+.1%} and {outcome.highest:+.1%}"
