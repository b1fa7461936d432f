"""Past windows like the newest one, and what followed a day."""

from dataclasses import dataclass

import numpy as np

from app.charts.chart import (
    ACCENT,
    ACCENT_SOFT,
    BAND_50,
    BAND_80,
    DASHED,
    INK,
    INK_SOFT,
    LINE,
    Canvas,
    Chart,
    Dates,
    Floats,
)
from app.charts.parts.axis import axis_width, box_between, lower_axis, mark_last_close, mark_no_move, value_axis
from app.charts.parts.figure import LINE_HEIGHT, Plot, new_figure, padded
from app.charts.parts.labels import EndLabel, LegendEntry, key_rows, room_for, write_end_labels, write_key
from app.charts.parts.ticks import Tick, date_ticks, day_text, round_ticks
from app.charts.pictures.fan import history_bars
from app.charts.svg import finish
from app.text.compact_numbers import price_text


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


_KEY = (
    LegendEntry("now", INK, 1.8),
    LegendEntry("most alike before", BAND_50, 1),
    LegendEntry("after them: middle 80 %", BAND_80),
    LegendEntry("after any day: middle 80 %", INK_SOFT, 1.2, DASHED),
)


def lookalikes(windows: Lookalikes, *, canvas: Canvas, alt: str, currency: str) -> Chart:
    """The windows to the left of the last close, the two fans to its right."""
    limits = padded(float(windows.prices().min()), float(windows.prices().max()))
    ticks, labels = round_ticks(*limits, 5), _labels(windows, canvas, currency)
    right, room = axis_width(ticks, currency), room_for(labels)
    rows, height = key_rows(_KEY, canvas.width - right), 300 if canvas.narrow else 340
    box = box_between(canvas, height, (len(rows) + 1) * LINE_HEIGHT, right)
    first = 1 - len(windows.newest)
    per_pixel = (windows.days - first) / (box.width - room)
    plot = Plot(new_figure(canvas, height), box, (first, windows.days + room * per_pixel), limits)
    value_axis(plot, ticks, unit=currency)
    lower_axis(plot, _days(first, windows.days), room_right=right)
    write_key(plot, rows, above=LINE_HEIGHT)
    _draw(plot, windows)
    write_end_labels(plot, windows.days, labels)
    return finish(plot.figure, alt)


def _days(first: int, last: int) -> list[Tick]:
    marked = [Tick(first, f"{-first} bars ago"), Tick(0, "last close"), Tick(last, f"{last} days on")]
    return [marked[1], marked[2], marked[0]]


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
    plot.line(across.ravel(), np.hstack([windows.past, gap]).ravel(), BAND_50, 0.9, name="past")
    plot.line(after, fan[:, 1], ACCENT, 2, name="median")
    plot.line(before, windows.newest, INK, 1.8, name="now")
    plot.dots([0], windows.newest[-1:], INK)


def _labels(windows: Lookalikes, canvas: Canvas, currency: str) -> list[EndLabel]:
    end, base = windows.fan[-1], windows.base[-1]
    low, median, high = (price_text(price, currency) for price in end)
    middle = median if canvas.narrow else f"median\u2002{median}"
    edges = [EndLabel(windows.days, float(end[at]), words, INK_SOFT) for at, words in ((0, low), (2, high))]
    any_day = [EndLabel(windows.days, float(price), "any day", INK_SOFT) for price in (base[0], base[2])]
    return [EndLabel(windows.days, float(end[1]), middle, ACCENT, bold=True), *edges, *any_day]


def aftermath(
    dates: Dates, close: Floats, later_dates: Dates, later_close: Floats, *, canvas: Canvas, alt: str, currency: str
) -> Chart:
    """Closes (n,) up to a day, and those (k,) of the days after it; the way from the last of the former is shaded."""
    shown = slice(-history_bars(len(later_close), canvas), None)
    dates, close = dates[shown], close[shown]
    end, path = len(later_close), np.concatenate([close[-1:], later_close])
    last = price_text(path[-1], currency)
    text = last if canvas.narrow else f"actual\u2002{last}"
    label = EndLabel(end, float(path[-1]), text, INK, bold=True)
    plot = _plot_aftermath(dates, later_dates, np.concatenate([close, later_close]), label, canvas, currency)
    ahead = np.arange(end + 1.0)
    plot.area([*ahead, end, 0], [*path, path[0], path[0]], ACCENT_SOFT, name="way")
    mark_no_move(plot, float(path[0]), end)
    plot.line(np.arange(1.0 - len(close), 1), close, INK, 1.4, name="close")
    plot.line(ahead, path, INK, 2, name="actual")
    plot.dots([0, end], path[[0, -1]], INK)
    write_end_labels(plot, end, [label])
    return finish(plot.figure, alt)


def _plot_aftermath(dates: Dates, later: Dates, prices: Floats, label: EndLabel, canvas: Canvas, currency: str) -> Plot:
    height = 220 if canvas.narrow else 260
    limits = padded(float(prices.min()), float(prices.max()))
    ticks = round_ticks(*limits, 4)
    right = axis_width(ticks, currency)
    box = box_between(canvas, height, 2 * LINE_HEIGHT, right)
    first, end, room = 1 - len(dates), len(later), room_for([label])
    days_per_pixel = (end - first) / (box.width - room)
    plot = Plot(new_figure(canvas, height), box, (first, end + room * days_per_pixel), limits)
    value_axis(plot, ticks, unit=currency)
    dated = date_ticks(np.concatenate([dates, later]), box.width - room)
    firm = [Tick(end, day_text(later[-1]))]
    lower_axis(plot, [Tick(tick.at + first, tick.text) for tick in dated], firm=firm, room_right=right)
    mark_last_close(plot, dates[-1])
    return plot
