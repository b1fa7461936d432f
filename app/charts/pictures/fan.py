"""The picture of a forecast: recent closes, then a fan that opens at the last of them."""

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
    Chart,
    Dates,
    DayMark,
    Floats,
)
from app.charts.parts.axis import (
    axis_width,
    box_between,
    lower_axis,
    mark_days,
    mark_last_close,
    mark_no_move,
    value_axis,
)
from app.charts.parts.figure import LINE_HEIGHT, Plot, new_figure, padded
from app.charts.parts.labels import EndLabel, end_heights, room_for, write_end_labels
from app.charts.parts.ticks import Tick, date_ticks, day_text, round_ticks
from app.charts.svg import finish
from app.text.compact_numbers import price_text

_BANDS = ((0, 6, BAND_95, 95), (1, 5, BAND_80, 80), (2, 4, BAND_50, 50))
_MEDIAN = 3
_MAX_HISTORY_BARS = 120


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


def fan(data: FanData, *, canvas: Canvas, alt: str, currency: str) -> Chart:
    """The forecast of ``data`` after as many closes as leave it a fair share of the width."""
    picture = _opened(data, canvas)
    labels = _labels(picture, canvas, currency)
    plot = _plot(picture, canvas, labels, currency)
    _draw_bands(plot, picture)
    _draw_lines(plot, picture)
    days = {mark.words: picture.days(np.array([mark.day], "datetime64[D]")) for mark in data.marks}
    mark_days(plot, days, end_heights(plot, labels))
    write_end_labels(plot, picture.horizon, labels)
    return finish(plot.figure, alt)


@dataclass(frozen=True, slots=True)
class _OpenedFan:
    """What is drawn: days are counted from the last close, which is day 0 and where every quantile starts."""

    dates: Dates
    close: Floats
    quantiles: Floats
    faint: Track | None
    actual: Track | None

    @property
    def first(self) -> int:
        """The day of the oldest close shown, zero or below."""
        return 1 - len(self.close)

    @property
    def horizon(self) -> int:
        """The last day of the fan."""
        return len(self.quantiles) - 1

    def days(self, dates: Dates) -> Floats:
        """Dates as days; those without trading fall in between."""
        known = np.arange(self.first, self.horizon + 1.0)
        return np.asarray(np.interp(dates.astype(float), self.dates.astype(float), known))

    def range(self) -> tuple[float, float]:
        """The lowest and highest price that the frame has to hold."""
        tracks = [track.prices() for track in (self.faint, self.actual) if track is not None]
        prices = np.concatenate([self.close, self.quantiles.ravel(), *tracks])
        return float(prices.min()), float(prices.max())


def _plot(picture: _OpenedFan, canvas: Canvas, labels: list[EndLabel], currency: str) -> Plot:
    height = 300 if canvas.narrow else 360
    limits = padded(*picture.range())
    ticks = round_ticks(*limits, 5 if canvas.narrow else 6)
    right = axis_width(ticks, currency)
    box = box_between(canvas, height, 2 * LINE_HEIGHT, right)
    room = room_for(labels)
    days_per_pixel = (picture.horizon - picture.first) / (box.width - room)
    plot = Plot(new_figure(canvas, height), box, (picture.first, picture.horizon + room * days_per_pixel), limits)
    value_axis(plot, ticks, unit=currency)
    dated = [Tick(tick.at + picture.first, tick.text) for tick in date_ticks(picture.dates, box.width - room)]
    lower_axis(plot, dated, firm=[Tick(picture.horizon, day_text(picture.dates[-1]))], room_right=right)
    mark_last_close(plot, picture.dates[-picture.horizon - 1])
    return plot


def _draw_bands(plot: Plot, picture: _OpenedFan) -> None:
    days = np.arange(picture.horizon + 1.0)
    for low, high, tone, level in _BANDS:
        edges = np.concatenate([picture.quantiles[:, low], picture.quantiles[::-1, high]])
        plot.area(np.concatenate([days, days[::-1]]), edges, tone, name=f"band-{level}")


def _draw_lines(plot: Plot, picture: _OpenedFan) -> None:
    last = float(picture.close[-1])
    days = np.arange(picture.horizon + 1.0)
    mark_no_move(plot, last, picture.horizon)
    if picture.faint is not None:
        _draw_faint(plot, picture, picture.faint)
    plot.line(days, picture.quantiles[:, _MEDIAN], ACCENT, 2, name="median")
    plot.line(np.arange(picture.first, 1), picture.close, INK, 1.4, name="close")
    plot.dots([0], [last], INK, size=5)
    if picture.actual is not None:
        happened = picture.days(picture.actual.dates)
        plot.line([0, *happened], [last, *picture.actual.values], INK, 2, name="actual")
        plot.dots(happened[-1:], picture.actual.values[-1:], INK, size=5)


def _draw_faint(plot: Plot, picture: _OpenedFan, faint: Track) -> None:
    days = picture.days(faint.dates)
    for edge in (faint.low, faint.high):
        if edge is not None:
            plot.line(days, edge, INK_SOFT, 0.8, DOTTED)
    plot.line(days, faint.values, INK_SOFT, 1.4, DASHED, name="faint")


def _labels(picture: _OpenedFan, canvas: Canvas, currency: str) -> list[EndLabel]:
    end, x = picture.quantiles[-1], picture.horizon
    names = {edge: f"{level} %" for low, high, _, level in _BANDS for edge in (low, high)}
    labels = []
    for edge, price in enumerate(end):
        name, tone = (names[edge], INK_SOFT) if edge in names else ("median", ACCENT)
        short = name if edge in names else price_text(price, currency)
        text = short if canvas.narrow else f"{name}\u2002{price_text(price, currency)}"
        labels.append(EndLabel(x, price, text, tone, bold=edge == _MEDIAN))
    for track, tone, bold in ((picture.faint, INK_SOFT, False), (picture.actual, INK, True)):
        if track is not None:
            text = track.label if canvas.narrow else f"{track.label}\u2002{price_text(track.values[-1], currency)}"
            labels.append(EndLabel(picture.days(track.dates)[-1], track.values[-1], text, tone, bold))
    return labels


def history_bars(horizon: int, canvas: Canvas) -> int:
    """How many closes leave the fan a fair share of the width: a day ahead is shown after a month, not half a year."""
    return min(_MAX_HISTORY_BARS, 12 + (2 if canvas.narrow else 4) * horizon)


def _opened(data: FanData, canvas: Canvas) -> _OpenedFan:
    """Quantiles (horizon, 7) with the last close put before them; tracks where they can be seen."""
    shown = slice(-history_bars(len(data.future), canvas), None)
    dates, close = data.dates[shown], data.close[shown]
    quantiles = np.vstack([np.full(data.quantiles.shape[1], close[-1]), data.quantiles])
    faint, actual = (
        None if track is None or not (track.dates >= dates[0]).any() else track.since(dates[0])
        for track in (data.faint, data.actual)
    )
    return _OpenedFan(np.concatenate([dates, data.future]), close, quantiles, faint, actual)
