"""Axes: gridlines with values on the right, dates or other steps below, and the scale of prices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from app.charts.chart import DOTTED, INK, INK_SOFT, LINE, SMALL, Canvas, Floats
from app.charts.parts.figure import LINE_HEIGHT, Box, Limits, Plot, padded, text_width
from app.charts.parts.ticks import Tick, day_text, log_ticks, round_ticks

AXIS_GAP = 12
DATE_HEIGHT = 24


def box_between(canvas: Canvas, height: float, above: float, right: float = 0) -> Box:
    """The room left by words above, values on the right and dates below."""
    return Box(1, above, canvas.width - right - 2, height - above - DATE_HEIGHT)


def axis_width(ticks: Sequence[Tick], *others: str) -> float:
    """Pixels to keep on the right for the widest of the words there."""
    return AXIS_GAP + max(text_width(text, SMALL, bold=True) for text in [*(tick.text for tick in ticks), *others])


def value_axis(plot: Plot, ticks: Sequence[Tick], *, unit: str = "", taken: Iterable[float] = ()) -> None:
    """Lines across and their values on the right, except where a ``taken`` height has words of its own."""
    left, right = plot.x_limits
    taken, room = tuple(taken), LINE_HEIGHT * plot.y_per_pixel
    for tick in ticks:
        plot.line((left, right), (tick.at, tick.at), LINE, 1)
        if all(abs(tick.at - height) >= room for height in taken):
            plot.write(right, tick.at, tick.text, INK_SOFT, dx=AXIS_GAP)
    if unit:
        plot.write(right, plot.y_limits[1], unit, INK_SOFT, dx=AXIS_GAP, dy=LINE_HEIGHT)


def lower_axis(plot: Plot, ticks: Sequence[Tick], *, firm: Sequence[Tick] = (), room_right: float = 0) -> None:
    """Words below the plot; ``firm`` ones come first and in ink, others only where they fit.

    ``room_right`` is how far, in pixels, words may stand out on the right.
    """
    bottom = plot.y_limits[0]
    plot.line(plot.x_limits, (bottom, bottom), LINE, 1)
    occupied: list[tuple[float, float]] = []
    for tick in (*firm, *ticks):
        span = _span(plot, tick, room_right)
        if any(span[0] < end + 10 and start < span[1] + 10 for start, end in occupied):
            continue
        occupied.append(span)
        plot.line((tick.at, tick.at), (bottom, bottom - 4 * plot.y_per_pixel), INK_SOFT if tick in firm else LINE, 1)
        middle = plot.x_limits[0] + (span[0] + span[1]) / 2 * plot.x_per_pixel
        plot.write(middle, bottom, tick.text, INK if tick in firm else INK_SOFT, align="center", dy=-14)


def _span(plot: Plot, tick: Tick, room_right: float) -> tuple[float, float]:
    """Where words centred on a tick begin and end, in pixels from the plot's left, pushed in at its edges."""
    width = text_width(tick.text, SMALL)
    start = (tick.at - plot.x_limits[0]) / plot.x_per_pixel - width / 2
    start = max(0.0, min(start, plot.box.width + room_right - width))
    return start, start + width


def mark_last_close(plot: Plot, day: np.datetime64) -> None:
    """A line down at x = 0, the last close, with its date above."""
    low, high = plot.y_limits
    plot.line((0, 0), (low, high), LINE, 1)
    text = f"last close {day_text(day)}"
    room = (0 - plot.x_limits[0]) / plot.x_per_pixel
    overhang = max(0.0, text_width(text, SMALL) - room)
    plot.write(0, high, text, INK_SOFT, align="right", dx=overhang, dy=LINE_HEIGHT)


def mark_days(plot: Plot, days: Mapping[str, Floats], taken: Floats) -> None:
    """A dotted line at each of some days (1,) to come, with its words near the lower or the upper end, one row each.

    They stand before their line where the last close, at 0, leaves room for them; else behind it, in a row that is not
    ``taken``, at these heights, by the words there.
    """
    low, high = plot.y_limits
    free = _free_rows(plot.box.height, (taken - low) / plot.y_per_pixel)
    for row, (words, at) in enumerate(days.items()):
        plot.line(np.repeat(at, 2), (low, high), INK_SOFT, 1, DOTTED, name=f"ahead-{row}")
        before = at[0] / plot.x_per_pixel > text_width(words, SMALL) + 8
        align, dx = ("right", -4) if before else ("left", 4)
        plot.write(at[0], low, words, INK, align=align, dx=dx, dy=next(free))


def _free_rows(height: float, taken: Floats) -> Iterator[float]:
    """Heights of rows in pixels that are not taken, from both ends to the middle; in the middle even if they are."""
    rows = [LINE_HEIGHT * (row + 0.7) for row in range(int(height / LINE_HEIGHT / 2))]
    for row in chain.from_iterable((row, height - row) for row in rows):
        if (np.abs(taken - row) >= LINE_HEIGHT).all():
            yield row
    yield from rows[::-1]


def mark_no_move(plot: Plot, last: float, until: float) -> None:
    """A dotted line onwards: where the price would be if it never moved."""
    plot.line((0, until), (last, last), INK_SOFT, 1, DOTTED)


_MIN_LOG_RATIO = 4


@dataclass(frozen=True, slots=True)
class PriceScale:
    """The limits and ticks of a price axis, in heights."""

    is_log: bool
    limits: Limits
    ticks: tuple[Tick, ...]

    def heights(self, prices: Floats) -> Floats:
        """Prices as heights on the axis: their logarithms where it is logarithmic."""
        return np.asarray(np.log(prices)) if self.is_log else prices


def price_scale(prices: Floats, most_ticks: int) -> PriceScale:
    """Logarithmic once the highest price is four times the lowest; a picture with such an axis says so."""
    low, high = float(prices.min()), float(prices.max())
    if low > 0 and high > _MIN_LOG_RATIO * low:
        return PriceScale(True, padded(float(np.log(low)), float(np.log(high))), log_ticks(low, high, most_ticks))
    limits = padded(low, high)
    return PriceScale(False, limits, round_ticks(*limits, most_ticks))
