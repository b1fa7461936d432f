"""What followed past days that read like today, against what followed any day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.forecasting.forecast import LogPrices
from app.forecasting.metrics import coverage
from app.panels.risk import moves_over
from app.panels.technicals_analysis import Record

_LEAST_APART = 5

Days = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Past:
    """The prices that followed: ``y`` (n,), looked at ``days`` bars ahead."""

    y: LogPrices
    days: int

    def after(self, condition: str, alike: Days, known: Days) -> Record | None:
        """How often the price stood higher after the days ``alike`` (n,), and after all that are ``known`` (n,).

        None where fewer than five windows stand apart, or where every day was alike.
        """
        up = moves_over(self.y, self.days) > 0
        known = known[: len(up)]
        alike = alike[: len(up)] & known
        apart = _apart(np.flatnonzero(alike), self.days)
        if apart < _LEAST_APART or alike.sum() == known.sum():
            return None
        share, base_rate = float(up[alike].mean()), float(up[known].mean())
        plausible = coverage(share * apart, apart)
        return Record(
            condition=condition,
            days=self.days,
            windows=int(alike.sum()),
            apart=apart,
            share_up=share,
            interval=(plausible.low, plausible.high),
            base_rate=base_rate,
            beyond_chance=not plausible.low <= base_rate <= plausible.high,
        )


def _apart(rows: NDArray[np.intp], days: int) -> int:
    """How many windows of ``days`` that start at some of the rising ``rows`` fit one after the other."""
    count, free = 0, -1
    for row in rows.tolist():
        if row >= free:
            count, free = count + 1, row + days
    return count
