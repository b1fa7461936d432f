"""What the odds publish: chances of prices, shares 0–1, all counted on the paths of the verdict's forecast."""

from dataclasses import astuple, dataclass, replace
from datetime import date

from app.forecasting.scoring.reliability import OddsReceipt
from app.panels.analysis import Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A price, its ``change`` from the last one, and the chances to end there or beyond, to close and to trade there.

    Beyond is above for a price from the last one up, below for a lower one. ``p_trade`` is None without highs and lows.
    """

    level: float
    change: float
    p_end: float
    p_close: float
    p_trade: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRung(Rung):
    """The same with the chance to ``first`` have traded there (closed, without highs and lows) by each day ahead.

    ``distance`` is how many deviations of the whole horizon the price is away, as the receipt counts them.
    """

    first: tuple[float, ...]
    distance: float


@dataclass(frozen=True, slots=True)
class Inverse:
    """The prices below and above the last one that are reached with one ``chance``."""

    chance: float
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class Bracket:
    """Of a ``target`` and a ``stop``, prices on either side of the last one: which is reached first, or neither.

    A day that reached both counts for the stop; ``same_day`` is the share of such cases.
    """

    target: float
    stop: float
    p_target: float
    p_stop: float
    p_neither: float
    same_day: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Changes from the last price by their chance, as shares, or of an amount of money in its currency.

    One end in twenty is worse than ``worst_20th``; half lie between ``low_half`` and ``high_half``. The lowest price on
    the way is ``deepest_half`` or further below the last one in half of all cases, ``deepest_10th`` in one of ten.
    """

    worst_20th: float
    low_half: float
    middle: float
    high_half: float
    deepest_half: float
    deepest_10th: float


@dataclass(frozen=True, slots=True)
class Money:
    """What is gained or lost of an ``amount``, in the ticker's currency; ``at_levels`` are the asked prices'."""

    amount: float
    changes: Spread
    at_levels: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DueDividend:
    """From ``day`` on, an announced date, the price is without a dividend; ``amount`` is what the last one was."""

    day: date
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsAnalysis(Analysis):
    """Chances of prices until the day ``by``, ``days`` trading days ahead.

    ``ladder`` has round prices, lowest first, ``asked`` the visitor's own in their order; without any, ``shown`` are
    the two of the ladder whose curves are drawn. ``simulated`` of the ``paths`` have no past window behind them.
    ``dividends`` is what was paid over the last year, as a share of the price. ``due`` comes off every price here, and
    counts as gained in ``spread``; None where no date inside these days is known, or no earlier dividend.
    """

    last: float
    by: date
    days: int
    ladder: tuple[Rung, ...]
    asked: tuple[AskedRung, ...] | None
    shown: tuple[AskedRung, ...]
    inverse: Inverse
    bracket: Bracket | None
    spread: Spread
    amount: Money | None
    receipt: OddsReceipt
    paths: int
    simulated: int
    dividends: float
    due: DueDividend | None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The ladder with the visitor's own prices in their places, highest first."""
        every = {rung.level: rung for rung in (*self.ladder, *(self.asked or ()))}
        return tuple(every[level] for level in sorted(every, reverse=True))

    @property
    def asked_prices(self) -> tuple[float, ...]:
        """The visitor's prices, or the two of the ladder that are shown."""
        return tuple(rung.level for rung in self.shown)

    @property
    def trades_known(self) -> bool:
        """Whether highs and lows are known, or nothing between closes."""
        return self.ladder[0].p_trade is not None


def in_money(analysis: OddsAnalysis, amount: float) -> OddsAnalysis:
    """The same analysis with what becomes of ``amount``."""
    changes = Spread(*(amount * change for change in astuple(analysis.spread)))
    return replace(
        analysis, amount=Money(amount, changes, tuple(amount * rung.change for rung in analysis.asked or ()))
    )
