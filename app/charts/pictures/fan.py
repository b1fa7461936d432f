"""The picture of a forecast: recent closes, then a fan that opens at the last of them and ends in its density."""

from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    BAND_50,
    BAND_80,
    BAND_95,
    DASHED,
    DOTTED,
    INK,
    INK_SOFT,
    Canvas,
    Caption,
    Chart,
    Dates,
    DayMark,
    Floats,
)
from app.charts.parts.axis import FutureView, future_view, mark_days, mark_no_move
from app.charts.parts.labels import EndLabel, taken_heights, write_end_labels
from app.charts.svg import finish
from app.text.numbers import in_currency, rounded_money

_BANDS = ((0, 6, BAND_95, 95), (1, 5, BAND_80, 80), (2, 4, BAND_50, 50))
_MEDIAN = 3
_MAX_HISTORY_BARS = 120
_POINTS = 34
_SCORES = np.array([-1.96, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.96])


@dataclass(frozen=True, slots=True)
class Track:
    """One path of prices (k,) over dates (k,), its name, and perhaps the edges of a band around it."""

    dates: Dates
    values: Floats
    label: str
    low: Floats | None = None
    high: Floats | None = None

    def since(self, first: np.datetime64) -> "Track":
        """The track without what lies before the date ``first``."""
        kept = self.dates >= first
        low, high = (None if edge is None else edge[kept] for edge in (self.low, self.high))
        return Track(self.dates[kept], self.values[kept], self.label, low, high)

    def prices(self) -> Floats:
        """Every price (m,) of the path and of its edges."""
        return np.concatenate([line for line in (self.values, self.low, self.high) if line is not None])


@dataclass(frozen=True, slots=True)
class FanData:
    """Closes (n,) at ``dates``, then quantiles (horizon, 7) of prices at the ``future`` dates, and tracks to compare.

    The quantiles are in the order of ``forecasting.QUANTILES``; ``marks`` are days of the future.
    """

    dates: Dates
    close: Floats
    future: Dates
    quantiles: Floats
    faint: Track | None = None
    actual: Track | None = None
    marks: tuple[DayMark, ...] = ()

    def seen_from(self, bars: int) -> "FanData":
        """The last ``bars`` closes, quantiles from the last of them on, and tracks without what lies before the last.

        The future begins with the day of the last close, where every quantile is its price.
        """
        dates, close = self.dates[-bars:], self.close[-bars:]
        future = np.concatenate([dates[-1:], self.future])
        quantiles = np.vstack([np.full(self.quantiles.shape[1], close[-1]), self.quantiles])
        faint, actual = (
            None if track is None or not (track.dates >= dates[-1]).any() else track.since(dates[-1])
            for track in (self.faint, self.actual)
        )
        return FanData(dates, close, future, quantiles, faint, actual, self.marks)

    def prices(self) -> Floats:
        """Every price (m,) that the frame has to hold."""
        tracks = [track.prices() for track in (self.faint, self.actual) if track is not None]
        return np.concatenate([self.close, self.quantiles.ravel(), *tracks])

    def days(self, dates: Dates) -> Floats:
        """Dates as days from the last close; those without trading fall in between."""
        return np.asarray(np.interp(dates.astype(float), self.future.astype(float), np.arange(len(self.future))))


def fan(data: FanData, *, canvas: Canvas, caption: Caption, currency: str) -> Chart:
    """The forecast of ``data`` after as many closes as explain it; the future has more room than these."""
    data = data.seen_from(history_bars(len(data.future), canvas))
    labels = _labels(data, currency)
    view = future_view(data.dates, data.future, data.prices(), labels, canvas=canvas, caption=caption)
    _draw_bands(view, data.quantiles)
    _draw_density(view, data.quantiles[-1])
    _draw_lines(view, data)
    view.mark_last_close(data.dates[-1], data.close, in_currency(float(data.close[-1]), currency, ""))
    days = {mark.words: data.days(np.array([mark.day], "datetime64[D]")) for mark in data.marks}
    mark_days(view.ahead, days, taken_heights(view.ahead, labels))
    write_end_labels(view.ahead, view.labels_at, labels)
    return finish(view.ahead.figure, view.rows(1, view.end))


def _draw_bands(view: FutureView, quantiles: Floats) -> None:
    days, smooth = opened(quantiles)
    for low, high, tone, level in _BANDS:
        edges = np.concatenate([smooth[:, low], smooth[::-1, high]])
        view.ahead.area(np.concatenate([days, days[::-1]]), edges, tone, name=f"band-{level}")
        if level == 80:
            outline = np.concatenate([smooth[::-1, low], smooth[1:, high]])
            view.ahead.line(np.concatenate([days[::-1], days[1:]]), outline, ACCENT, 1.2, name="border-80")


def opened(quantiles: Floats) -> tuple[Floats, Floats]:
    """Days (m,) from the last close on, denser at the start, and the quantiles (m, 7) there.

    ``quantiles`` (horizon + 1, 7) begin at the last close. A band opens with the square root of time, so what is drawn
    between two days has a half-width that changes evenly in that measure, and the first day has a round nose.
    """
    horizon = len(quantiles) - 1
    days = horizon * np.linspace(0, 1, _POINTS) ** 2
    roots = np.sqrt(np.arange(1, horizon + 1.0))[:, None]
    reach = np.log(quantiles[1:] / quantiles[0]) / roots
    between = np.column_stack([np.interp(days, np.arange(1, horizon + 1.0), column) for column in reach.T])
    return days, quantiles[0] * np.exp(between * np.sqrt(days)[:, None])


def _draw_density(view: FutureView, end: Floats) -> None:
    """How likely each price of the last day is: the wider, the likelier; its shades are those of the fan."""
    bottom, top = view.density.y_limits
    prices, likely = density(end)
    inside = (prices >= bottom) & (prices <= top)
    prices, likely = prices[inside], likely[inside]
    for low, high, tone, level in _BANDS:
        kept = (prices >= end[low]) & (prices <= end[high]) if level < 95 else np.full(len(prices), fill_value=True)
        if kept.any():
            x, y = likely[kept], prices[kept]
            view.density.area([0, *x, 0], [y[0], *y, y[-1]], tone, name=f"density-{level}")


def density(end: Floats, points: int = 56) -> tuple[Floats, Floats]:
    """Prices (points,) and how likely each is (points,), 1 at the most likely, from the quantiles (7,) of a day.

    The quantiles are joined as a normal distribution's would be, stretch by stretch, and their corners smoothed.
    """
    scores = np.linspace(-2.4, 2.4, 241)
    inner = np.interp(scores, _SCORES, end)
    tails = [(end[1] - end[0]) / (_SCORES[1] - _SCORES[0]), (end[-1] - end[-2]) / (_SCORES[-1] - _SCORES[-2])]
    spread = inner + np.minimum(scores - _SCORES[0], 0) * tails[0] + np.maximum(scores - _SCORES[-1], 0) * tails[1]
    width = max(float(end[5] - end[1]) / 8, 1e-9 * abs(float(end[_MEDIAN])))
    prices = np.linspace(spread[0], spread[-1], points)
    likely = np.exp(-0.5 * ((prices[:, None] - spread) / width) ** 2) @ np.exp(-0.5 * scores**2)
    return prices, np.asarray(likely / likely.max())


def _draw_lines(view: FutureView, data: FanData) -> None:
    plot, last, end = view.ahead, float(data.close[-1]), view.end
    mark_no_move(plot, last, end)
    if data.faint is not None:
        days = data.days(data.faint.dates)
        for edge in (data.faint.low, data.faint.high):
            if edge is not None:
                plot.line(days, edge, INK_SOFT, 0.8, DOTTED)
        plot.line(days, data.faint.values, INK_SOFT, 1.4, DASHED, name="faint")
    plot.line(np.arange(end + 1), data.quantiles[:, _MEDIAN], ACCENT, 1.6, name="median")
    view.past.line(np.arange(1.0 - len(data.close), 1), data.close, INK, 1.4, name="close")
    plot.dots([0], [last], INK, size=6)
    if data.actual is not None:
        happened = data.days(data.actual.dates)
        plot.line([0, *happened], [last, *data.actual.values], INK, 2, name="actual")
        plot.dots(happened[-1:], data.actual.values[-1:], INK, size=6)


def _labels(data: FanData, currency: str) -> list[EndLabel]:
    """The edges of the bands in words, and the half of all cases between the inner ones."""
    x, end = len(data.quantiles) - 1, data.quantiles[-1]
    last = float(data.close[-1])
    prices = [rounded_money(float(price), currency, last) for price in end]
    edges = ((0, "1 in 40 below"), (1, "1 in 10 below"), (5, "1 in 10 above"), (6, "1 in 40 above"))
    labels = [EndLabel(x, float(end[at]), prices[at], INK, at in (1, 5), note) for at, note in edges]
    labels.append(EndLabel(x, float(end[_MEDIAN]), "half between", INK, note=f"{prices[2]}–{prices[4]}"))
    for track in (data.faint, data.actual):
        if track is not None:
            price = rounded_money(float(track.values[-1]), currency, last)
            labels.append(EndLabel(data.days(track.dates)[-1], float(track.values[-1]), price, INK, True, track.label))
    return labels


def history_bars(horizon: int, canvas: Canvas) -> int:
    """How many closes explain a fan: a day ahead is shown after a month, not half a year."""
    return min(_MAX_HISTORY_BARS, 16 + (1 if canvas.narrow else 2) * horizon)
