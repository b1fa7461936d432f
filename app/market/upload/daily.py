"""Whether rows are daily prices: one a day, a price in nearly each of them, and days apart as trading days are."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.market.calendar import Days, fitting_calendar, is_session
from app.market.raw_history import Floats
from app.market.upload.faults import shown
from app.market.upload.table import Table
from app.market.upload.values.day_order import DateColumn

# Daily bars are at most a long weekend apart; weeks and months would be read as days.
_DAYS_APART = 4


def check_prices(table: Table, column: int, days: Days, close: Floats) -> None:
    """Up to one row in a hundred may be without a price above zero; days without trading are not counted."""
    without = ~(close > 0)
    allowed = max(1, len(close) // 100)
    if without.all() or without.sum() > allowed:
        calendar = fitting_calendar(np.sort(days[~without])) if not without.all() else ""
        rows = [
            row for row in np.flatnonzero(without).tolist() if not calendar or is_session(calendar, days[row].item())
        ]
        if not calendar or len(rows) > allowed:
            raise table.fault(rows[0], column, "a price above zero, in all but one row in a hundred")


def check_daily(table: Table, taken: Mapping[str, int], days: DateColumn, values: Mapping[str, Floats]) -> None:
    """Raises ``BadFileError`` for two prices on a day, and for bars of minutes, weeks or months."""
    distinct = np.unique(days.days)
    if len(distinct) < len(days.days):
        _check_not_intraday(table, taken, days, len(distinct))
        _check_one_row_a_day(table, taken, days.days, values)
    apart = float(np.median(np.diff(distinct).astype(int))) if len(distinct) > 1 else 1
    if apart > _DAYS_APART:
        raise table.fault_at(table.lines[1], taken["date"], f"rows {apart:g} days apart", "daily bars")


def _check_not_intraday(table: Table, taken: Mapping[str, int], days: DateColumn, distinct: int) -> None:
    times: Sequence[object] = table.column(taken["time"]) if "time" in taken else days.seconds.tolist()
    moments = {*zip(days.days.tolist(), times, strict=True)}
    if len(moments) > 1.5 * distinct:
        seconds = days.seconds[days.seconds >= 0]
        steps = abs(np.diff(seconds))
        minutes = float(np.median(steps[steps > 0])) / 60 if (steps > 0).any() else 0
        found = f"bars {minutes:g} minutes apart" if minutes else f"{len(moments) / distinct:.0f} bars a day"
        raise table.fault_at(table.lines[1], taken["date"], found, "daily bars, one row a day")


def _check_one_row_a_day(table: Table, taken: Mapping[str, int], dates: Days, values: Mapping[str, Floats]) -> None:
    priced = np.flatnonzero(np.isfinite(values["close"]))
    order = priced[np.argsort(dates[priced], kind="stable")]
    same_day = dates[order[1:]] == dates[order[:-1]]
    for role in (role for role in taken if role in values):
        ordered = values[role][order]
        equal = (ordered[1:] == ordered[:-1]) | (np.isnan(ordered[1:]) & np.isnan(ordered[:-1]))
        if (same_day & ~equal).any():
            at = int(np.argmax(same_day & ~equal))
            first, second, column = int(order[at]), int(order[at + 1]), taken[role]
            unit = table.grid.unit.lower()
            before = f"{shown(table.rows[first][column])} on that date in {unit} {table.lines[first]}"
            found = f"{shown(table.rows[second][column])} after {before}"
            raise table.fault_at(table.lines[second], column, found, "one row a day")
