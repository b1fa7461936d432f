"""The charts that cards share: the fan from the last close, past forecasts with what happened, and an outcome."""

from collections.abc import Sequence

import numpy as np

from app.charts.chart import Canvas, Caption, Chart, DayMark, beside_column
from app.charts.pictures.fan import FanData, Track, fan
from app.charts.pictures.intervals import PastIntervals, interval_hits
from app.charts.pictures.lookalikes import aftermath
from app.forecasting.forecast import MEDIAN, QUANTILES
from app.forecasting.scoring import metrics
from app.market.history import PriceHistory
from app.panels.analysis import Analysis, ForecastAnalysis
from app.panels.forecast.content import SHOWN_FORECASTS, range_ends
from app.panels.outcome import Outcome
from app.text.compact_numbers import percent_text
from app.text.numbers import day, plural, rounded, unit, unit_name

_LOW, _HIGH = metrics.BANDS[80]
_SOURCES = {"yahoo": "Yahoo Finance", "sample": "the sample in the arch package", "upload": "a file of one's own"}


def captioned(analysis: Analysis, title: str, about: str, alt: str = "") -> Caption:
    """The words of a chart of ``analysis``: the finding, whose prices and what ``about`` them, and their source."""
    origin = _SOURCES.get(analysis.data.source, analysis.data.source)
    source = f"Source: {origin}, prices to {day(analysis.as_of)} · Stock Forecasting Analytics"
    return Caption(title, f"{analysis.ticker}: {about}.", source, alt)


def in_unit(analysis: Analysis) -> str:
    """What the prices are in, to stand behind a noun: “ in US dollars”, or nothing."""
    name = unit_name(analysis)
    return f" in {name}" if name else ""


def draw_fan(
    history: PriceHistory,
    analysis: ForecastAnalysis,
    canvas: Canvas,
    faint: Track | None = None,
    remark: str = "",
    actual: Track | None = None,
    marks: Sequence[DayMark] = (),
    title: str = "",
) -> Chart:
    """The forecast after the last closes; ``remark`` ends the words for who cannot see tracks and marks.

    Its ``title`` is the range, or where half of the cases end, where no other is given.
    """
    forecast = analysis.forecast
    dates = np.array(forecast.dates, dtype="datetime64[D]")
    quantiles = np.array([forecast.quantiles[str(level)] for level in QUANTILES]).T
    alt = (
        f"The next {analysis.horizon} trading days from {forecast.last:.6g}: the middle of the forecast ends at "
        f"{quantiles[-1, MEDIAN]:.6g}, its 80% range at {quantiles[-1, _LOW]:.6g} to {quantiles[-1, _HIGH]:.6g}"
        f"{remark}."
    )
    about = f"closing prices{in_unit(analysis)}; the days ahead are drawn wider"
    finding = title or _finding(analysis, canvas)
    data = FanData(history.dates[-250:], history.adj_close[-250:], dates, quantiles, faint, actual, tuple(marks))
    caption = captioned(analysis, finding, about, alt)
    return fan(data, canvas=beside_column(canvas), caption=caption, currency=unit(analysis))


def _finding(analysis: ForecastAnalysis, canvas: Canvas) -> str:
    """The range of the last day; on a page, whose heading has that already, where half of the cases end."""
    until = day(analysis.forecast.dates[-1])
    if canvas.raster:
        return f"By {until}, {analysis.ticker} will probably stand {range_words(analysis)}"
    return f"An even chance: {range_words(analysis, 50)} on {until}"


def range_words(analysis: ForecastAnalysis, level: int = 80) -> str:
    """The range of ``level`` percent (50, 80 or 95) of the last day: “between $304 and $403”."""
    low, high = range_ends(analysis, level)
    return f"between {low} and {high}"


def draw_hits(analysis: ForecastAnalysis, canvas: Canvas) -> Chart:
    """Every forecast of the receipt with the move that followed it, in percent."""
    scored = analysis.receipt.forecasts
    last = np.array([past.last for past in scored])
    inner, outer = (100 * (np.array([past.band(level) for past in scored]).T / last - 1) for level in (80, 95))
    actual = 100 * (np.array([past.actual for past in scored]) / last - 1)
    origins = np.array([past.origin for past in scored], dtype="datetime64[D]")
    held = int(((actual >= inner[0]) & (actual <= inner[1])).sum())
    ahead = plural(analysis.horizon, "trading day")
    about = f"change over {ahead}; dots: what happened, hollow ones outside the bar, crosses beyond the pale one"
    alt = (
        f"{len(scored)} past forecasts of {ahead}: the 80% range held {analysis.receipt.coverage_80:.0%} of the time, "
        f"the 95% range {analysis.receipt.coverage_95:.0%}."
    )
    caption = captioned(analysis, f"{held} of {len(scored)} such ranges held in the past", about, alt)
    past_ones = PastIntervals(origins, inner[0], inner[1], outer[0], outer[1], actual)
    return interval_hits(past_ones, rows=SHOWN_FORECASTS, canvas=canvas, caption=caption)


def draw_outcome(history: PriceHistory, analysis: Analysis, outcome: Outcome, canvas: Canvas) -> Chart:
    """What happened, over the forecast where the card made one: day h over day h, as its score counts."""
    actual = np.array(outcome.actual)
    end = rounded(float(actual[-1]), analysis, float(history.adj_close[-1]))
    change = percent_text(100 * outcome.change, plus=True)
    title = f"On {day(outcome.dates[-1])}, {analysis.ticker} stood at {end}, {change}"
    if isinstance(analysis, ForecastAnalysis):
        days = np.array(analysis.forecast.dates[: len(actual)], dtype="datetime64[D]")
        remark = f"; what happened ended at {actual[-1]:.6g}, {_path_text(outcome)}"
        inside = outcome.score is not None and outcome.score.end_inside_80
        finding = f"{title}: {'inside' if inside else 'outside'} the range"
        return draw_fan(history, analysis, canvas, None, remark, Track(days, actual, "what happened"), title=finding)
    later = np.array(outcome.dates, dtype="datetime64[D]")
    past = history.dates[-250:], history.adj_close[-250:]
    alt = f"What the price did after {analysis.as_of}: it ended at {actual[-1]:.6g}, {_path_text(outcome)}."
    about = f"closing prices{in_unit(analysis)}; shaded: after {day(analysis.as_of)}, drawn wider"
    caption = captioned(analysis, title, about, alt)
    return aftermath(*past, (later, actual), canvas=canvas, caption=caption, currency=unit(analysis))


def _path_text(outcome: Outcome) -> str:
    return f"{outcome.change:+.1%}, having stood between {outcome.lowest:+.1%} and {outcome.highest:+.1%}"
