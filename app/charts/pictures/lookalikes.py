"""Past windows like the newest one, and what followed a day."""

from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_80,
    BAND_95,
    DASHED,
    INK,
    INK_SOFT,
    LINE,
    Canvas,
    Caption,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import box_between, future_view, left_axis, left_width, lower_axis, mark_no_move
from app.charts.parts.figure import Plot
from app.charts.parts.labels import EndLabel, new_sheet, room_for, write_end_labels
from app.charts.parts.ticks import Tick, padded, round_ticks
from app.charts.pictures.fan import history_bars
from app.charts.svg import finish
from app.text.numbers import in_currency, rounded_money


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Prices: the newest window (w,), past ones brought to its level (k, w), and what came after (days, 3).

    ``fan`` and ``base`` hold the price below which one in ten ended up, half, and nine in ten.
    """

    newest: Floats
    past: Floats
    fan: Floats
    base: Floats

    @property
    def days(self) -> int:
        """How many days come after the last close, which is day 0."""
        return len(self.fan)

    def prices(self) -> Floats:
        """Every price (m,) that the frame has to hold."""
        return np.concatenate([part.ravel() for part in (self.newest, self.past, self.fan, self.base)])


def lookalikes(windows: Lookalikes, *, canvas: Canvas, caption: Caption, currency: str) -> Chart:
    """The windows to the left of the last close, the two fans to its right."""
    limits = padded(float(windows.prices().min()), float(windows.prices().max()))
    ticks, labels = round_ticks(*limits, 5), _labels(windows, currency)
    margin, room = left_width(ticks), room_for(labels)
    height, first = 300, 1 - len(windows.newest)
    box = box_between(canvas, height, 12)
    per_pixel = (windows.days - first) / (box.width - room - margin)
    across = (first - margin * per_pixel, windows.days + room * per_pixel)
    plot = Plot(new_sheet(canvas, height, caption), box, across, limits)
    left_axis(plot, ticks, windows.days)
    days = (0, "last close"), (windows.days, f"{windows.days} days later"), (first, f"{-first} days ago")
    lower_axis(plot, [Tick(day, words) for day, words in days])
    _draw(plot, windows)
    write_end_labels(plot, windows.days, labels)
    return finish(plot.figure, (float(plot.across(1)), float(plot.across(windows.days))))


def _draw(plot: Plot, windows: Lookalikes) -> None:
    before, after = np.arange(1.0 - len(windows.newest), 1), np.arange(windows.days + 1.0)
    fan, base = (np.vstack([np.full(3, windows.newest[-1]), part]) for part in (windows.fan, windows.base))
    plot.line((0, 0), plot.y_limits, LINE, 1)
    edges = np.concatenate([fan[:, 0], fan[::-1, 2]])
    plot.area(np.concatenate([after, after[::-1]]), edges, BAND_80, name="after")
    for column in (0, 2):
        plot.line(after, base[:, column], INK_SOFT, 1.2, DASHED)
    gap = np.full((len(windows.past), 1), np.nan)
    across = np.hstack([np.tile(before, (len(windows.past), 1)), gap])
    plot.line(across.ravel(), np.hstack([windows.past, gap]).ravel(), BAND_95, 0.9, name="past")
    plot.line(after, fan[:, 1], ACCENT, 2, name="median")
    plot.line(before, windows.newest, INK, 1.8, name="now")
    plot.dots([0], windows.newest[-1:], INK)


def _labels(windows: Lookalikes, currency: str) -> list[EndLabel]:
    """The ends of both ranges; that of any day is named in ink, as the dashed line is none of the shade."""
    end, base = windows.fan[-1], windows.base[-1]
    low, median, high = (rounded_money(float(price), currency, float(windows.newest[-1])) for price in end)
    edges = ((0, low, "1 in 10 below", INK), (1, median, "middle", ACCENT), (2, high, "1 in 10 above", INK))
    after = [EndLabel(windows.days, float(end[at]), text, tone, True, note) for at, text, note, tone in edges]
    return after + [EndLabel(windows.days, float(price), "any day", INK_SOFT) for price in (base[0], base[2])]


def aftermath(
    dates: Dates, close: Floats, later: tuple[Dates, Floats], *, canvas: Canvas, caption: Caption, currency: str
) -> Chart:
    """Closes (n,) up to a day, and ``later`` days (k,) with theirs; the way from the last of the former is shaded."""
    later_dates, later_close = later
    shown = slice(-history_bars(len(later_close), canvas), None)
    dates, close = dates[shown], close[shown]
    end, path = len(later_close), np.concatenate([close[-1:], later_close])
    labels = [EndLabel(end, float(path[-1]), in_currency(float(path[-1]), currency, ""), INK, True, "what happened")]
    future = np.concatenate([dates[-1:], later_dates])
    prices = np.concatenate([close, path])
    view = future_view(dates, future, prices, labels, canvas=canvas, caption=caption, bulge=0)
    plot, ahead = view.ahead, np.arange(end + 1.0)
    plot.area([*ahead, end, 0], [*path, path[0], path[0]], ACCENT_SOFT, name="way")
    mark_no_move(plot, float(path[0]), end)
    view.past.line(np.arange(1.0 - len(close), 1), close, INK, 1.4, name="close")
    plot.line(ahead, path, INK, 2, name="actual")
    plot.dots([0, end], path[[0, -1]], INK)
    view.mark_last_close(dates[-1], close, in_currency(float(close[-1]), currency, ""))
    write_end_labels(plot, view.labels_at, labels)
    return finish(plot.figure, view.rows(1, end))
