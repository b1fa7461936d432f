"""Axes: gridlines with values, dates or other steps below, and the frame of a picture that goes on after today."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from app.charts.chart import DOTTED, INK, INK_SOFT, LINE, SMALL, Canvas, Caption, Dates, Floats
from app.charts.parts.figure import LINE_HEIGHT, Box, Plot, text_width
from app.charts.parts.labels import EndLabel, height_on, new_sheet, room_for
from app.charts.parts.ticks import Tick, date_ticks, day_text, padded, round_ticks

AXIS_GAP = 12
DATE_HEIGHT = 26


def box_between(canvas: Canvas, height: float, above: float, right: float = 0) -> Box:
    """The room left by words above, values on the right and dates below."""
    return Box(1, above, canvas.width - right - 2, height - above - DATE_HEIGHT)


def axis_width(ticks: Sequence[Tick], *others: str) -> float:
    """Pixels to keep on the right for the widest of the words there."""
    return AXIS_GAP + max(text_width(text, SMALL, bold=True) for text in [*(tick.text for tick in ticks), *others])


def value_axis(plot: Plot, ticks: Sequence[Tick], *, taken: Iterable[float] = ()) -> None:
    """Lines across and their values on the right, except where a ``taken`` height has words of its own."""
    left, right = plot.x_limits
    taken, room = tuple(taken), LINE_HEIGHT * plot.y_per_pixel
    for tick in ticks:
        plot.line((left, right), (tick.at, tick.at), LINE, 1)
        if all(abs(tick.at - height) >= room for height in taken):
            plot.write(right, tick.at, tick.text, INK_SOFT, dx=AXIS_GAP)


def left_width(ticks: Sequence[Tick]) -> float:
    """Pixels to keep on the left for the values of ``left_axis``."""
    return 8 + max(text_width(tick.text, SMALL) for tick in ticks)


def left_axis(plot: Plot, ticks: Sequence[Tick], until: float) -> None:
    """Lines across to ``until``, in units of x, with their values above their left ends."""
    for tick in ticks:
        plot.line((plot.x_limits[0], until), (tick.at, tick.at), LINE, 1)
        plot.write(plot.x_limits[0], tick.at, tick.text, INK_SOFT, dy=9)


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
        plot.write(middle, bottom, tick.text, INK if tick in firm else INK_SOFT, align="center", dy=-15)


def _span(plot: Plot, tick: Tick, room_right: float) -> tuple[float, float]:
    """Where words centred on a tick begin and end, in pixels from the plot's left, pushed in at its edges."""
    width = text_width(tick.text, SMALL)
    start = (tick.at - plot.x_limits[0]) / plot.x_per_pixel - width / 2
    start = max(0.0, min(start, plot.box.width + room_right - width))
    return start, start + width


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


_GAP = 3


@dataclass(frozen=True, slots=True)
class FutureView:
    """Three plots side by side with one scale of prices: days up to the last close, days after it, and a density.

    The last close is day 0 of both; the days after it are drawn wider than those before.
    """

    past: Plot
    ahead: Plot
    density: Plot

    @property
    def end(self) -> int:
        """The last day ahead."""
        return round(self.ahead.x_limits[1])

    @property
    def labels_at(self) -> float:
        """Where labels begin, in days ahead."""
        return self.end + (self.density.box.width + _GAP) * self.ahead.x_per_pixel

    def rows(self, first: float, last: float) -> tuple[float, float]:
        """Pixels from the left edge to two days ahead."""
        return float(self.ahead.across(first)), float(self.ahead.across(last))

    def mark_last_close(self, day: np.datetime64, close: Floats, price: str) -> None:
        """A line down at the last of (n,) closes, with its day and its price where the closes before leave room."""
        plot = self.past
        plot.line((0, 0), plot.y_limits, LINE, 1)
        note = f"{'' if plot.box.width < _ROOM_FOR_WORDS else 'close, '}{day_text(day, year=False)}"
        room = (close.size - 1) / plot.x_per_pixel - 6
        rows = [
            (text, bold) for text, bold in ((price, True), (note, False)) if text_width(text, SMALL, bold=bold) < room
        ]
        nearby = close[-int(room * plot.x_per_pixel) - 2 :]
        below, above = nearby.min() - plot.y_limits[0], plot.y_limits[1] - nearby.max()
        height, up = (nearby.min(), -14.0) if below >= above else (nearby.max(), 14.0 + 16 * (len(rows) - 1))
        for row, (text, bold) in enumerate(rows):
            plot.write(0, height, text, INK if bold else INK_SOFT, bold=bold, align="right", dx=-6, dy=up - 16 * row)


_ROOM_FOR_WORDS = 160


def future_view(
    dates: Dates,
    future: Dates,
    prices: Floats,
    labels: Sequence[EndLabel],
    *,
    canvas: Canvas,
    caption: Caption,
    bulge: float = 0.08,
) -> FutureView:
    """The frame for closes at ``dates`` and days in the ``future``, the first of which is the last of the former.

    It holds all ``prices`` and leaves room for ``labels`` behind the density, which takes ``bulge`` of the width.
    """
    height = height_on(canvas, caption, 330 if canvas.narrow else 350)
    limits = padded(float(prices.min()), float(prices.max()))
    ticks = round_ticks(*limits, 5)
    margin = left_width(ticks)
    split, swell = round(canvas.width * (0.3 if canvas.narrow else 0.42)), round(bulge * canvas.width)
    tall, bars, end = height - 12 - DATE_HEIGHT, max(len(dates) - 1, 1), len(future) - 1
    wide = canvas.width - split - swell - 2 * _GAP - room_for(labels)
    sheet = new_sheet(canvas, height, caption)
    past = Plot(sheet, Box(0, 12, split, tall), (-bars - margin * bars / (split - margin), 0), limits)
    ahead = Plot(sheet, Box(split, 12, wide, tall), (0, end), limits)
    left_axis(past, ticks, wide * past.x_per_pixel)
    before = [Tick(tick.at - bars, tick.text) for tick in date_ticks(dates, split - margin)]
    lower_axis(past, _within(past, before))
    after = _within(ahead, date_ticks(future, wide))
    lower_axis(ahead, after, firm=[Tick(end, day_text(future[-1]))], room_right=canvas.width - split - wide)
    return FutureView(past, ahead, Plot(sheet, Box(split + wide + _GAP, 12, swell, tall), (0, 1), limits))


def _within(plot: Plot, ticks: Iterable[Tick]) -> list[Tick]:
    """The ticks whose words lie between both ends of the plot."""

    def fits(tick: Tick) -> bool:
        half = (text_width(tick.text, SMALL) / 2 + 3) * plot.x_per_pixel
        return plot.x_limits[0] + half <= tick.at <= plot.x_limits[1] - half

    return [tick for tick in ticks if fits(tick)]
