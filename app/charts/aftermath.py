"""The picture of what followed a day: closes up to it, and the path that the price then took."""

import numpy as np

from app.charts.axis import LINE_HEIGHT, axis_width, box_between, lower_axis, value_axis
from app.charts.chart import Canvas, Chart
from app.charts.end_labels import EndLabel, room_for, write_end_labels
from app.charts.figure import Plot, new_figure, padded
from app.charts.last_close import mark_last_close, mark_no_move
from app.charts.outlook import most_history
from app.charts.style import ACCENT_SOFT, INK
from app.charts.svg import finish
from app.charts.ticks import Dates, Floats, Tick, date_ticks, day_text, round_ticks
from app.text.compact_numbers import price_text


def aftermath(
    dates: Dates, close: Floats, later_dates: Dates, later_close: Floats, *, canvas: Canvas, alt: str, currency: str
) -> Chart:
    """Closes (n,) up to a day, and those (k,) of the days after it; the way from the last of the former is shaded."""
    shown = slice(-most_history(len(later_close), canvas), None)
    dates, close = dates[shown], close[shown]
    end, path = len(later_close), np.concatenate([close[-1:], later_close])
    words = price_text(path[-1]) if canvas.narrow else f"actual\u2002{price_text(path[-1])}"
    label = EndLabel(end, float(path[-1]), words, INK, bold=True)
    plot = _plot(dates, later_dates, np.concatenate([close, later_close]), label, canvas, currency)
    ahead = np.arange(end + 1.0)
    plot.area([*ahead, end, 0], [*path, path[0], path[0]], ACCENT_SOFT, name="way")
    mark_no_move(plot, float(path[0]), end)
    plot.line(np.arange(1.0 - len(close), 1), close, INK, 1.4, name="close")
    plot.line(ahead, path, INK, 2, name="actual")
    plot.dots([0, end], path[[0, -1]], INK)
    write_end_labels(plot, end, [label])
    return finish(plot.figure, alt)


def _plot(dates: Dates, later: Dates, prices: Floats, label: EndLabel, canvas: Canvas, currency: str) -> Plot:
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
    lower_axis(plot, [Tick(tick.at + first, tick.words) for tick in dated], firm=firm, room_right=right)
    mark_last_close(plot, dates[-1])
    return plot
