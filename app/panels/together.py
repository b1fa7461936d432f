"""How several tickers move together: what a worker makes of their histories, and what a comparison says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from app.market.history import PriceHistory, decode
from app.panels.analysis import NONE, Fact, Table
from app.panels.jobs import Run, Say, silent
from app.text.numbers import MINUS, chance, count, plural

# A dotted name, because it imports scipy, which only workers need.
_NUMBERS = "app.forecasting.co_movement"


@dataclass(frozen=True, slots=True)
class Measured:
    """A value and its 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """As a reader sees it: 0.62 (0.55 to 0.68)."""
        value, low, high = (f"{number:.2f}".replace("-", MINUS) for number in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tickers on the ``days`` that both have a close: how their daily moves go together, and a lasting tie if any.

    ``p`` is of the test that their distance comes back over ``weeks``, ``q`` after it is allowed for that all pairs
    were tested; both are None where it cannot be asked. ``half_life`` is in weeks.
    """

    first: str
    second: str
    days: int
    weeks: int
    correlation: Measured | None
    beta: Measured | None
    p: float | None
    q: float | None
    tied: bool
    half_life: float | None


@dataclass(frozen=True, slots=True)
class Together:
    """All pairs of some tickers; ``beta`` is the second's on the first."""

    pairs: tuple[Pair, ...]
    wrong_among_told: float


_TOGETHER = TypeAdapter(Together)


async def request_together(run: Run, histories: Sequence[bytes]) -> bytes:
    """The figures of two or more histories, for ``decode_together``."""
    return await run(f"{__name__}:{analyse.__name__}", *histories)


def decode_together(figures: bytes) -> Together:
    """What was requested."""
    return _TOGETHER.validate_json(figures)


def analyse(*histories: bytes, say: Say = silent) -> bytes:
    """In a worker: the figures of all pairs of ``histories`` as JSON."""
    numbers, pairs = import_module(_NUMBERS), list(combinations(map(decode, histories), 2))
    found = []
    for place, (first, second) in enumerate(pairs, 1):
        say(f"Simulating what chance ties together, pair {place} of {len(pairs)}")
        found.append(_pair(numbers, first, second))
    tested = [place for place, pair in enumerate(found) if pair["p"] is not None]
    rates = numbers.false_discovery_rates(np.array([found[place]["p"] for place in tested]))
    for place, q in zip(tested, rates.tolist(), strict=True):
        found[place] |= {"q": q, "tied": q <= numbers.FALSE_DISCOVERIES}
    return _TOGETHER.dump_json(Together(tuple(Pair(**pair) for pair in found), numbers.FALSE_DISCOVERIES))


def _pair(numbers: Any, first: PriceHistory, second: PriceHistory) -> dict[str, Any]:
    dates, *rows = np.intersect1d(first.dates, second.dates, assume_unique=True, return_indices=True)
    closes = [np.log(one.adj_close[at]) for one, at in zip((first, second), rows, strict=True)]
    weekly = numbers.weekly_rows(dates) if len(dates) else np.array([], dtype=np.intp)
    daily = numbers.daily_together(*closes)
    tie = numbers.tie(*(one[weekly] for one in closes))
    return {
        "first": first.ticker,
        "second": second.ticker,
        "days": len(dates),
        "weeks": len(weekly),
        "correlation": _measured(daily.correlation) if daily else None,
        "beta": _measured(daily.beta) if daily else None,
        "p": tie.p if tie else None,
        "q": None,
        "tied": False,
        "half_life": tie.half_life if tie else None,
    }


def _measured(estimate: Any) -> Measured:
    return Measured(estimate.value, estimate.low, estimate.high)


def together_facts(together: Together) -> tuple[Fact, ...]:
    """Whether any pair has a lasting tie, and what that means."""
    tested = [pair for pair in together.pairs if pair.q is not None]
    tied = [pair for pair in tested if pair.tied]
    if not tested:
        return (Fact("tie", "Lasting tie", "Not tested", "the tickers have too few weeks in common, or are the same"),)
    if not tied:
        least = min(pair.q for pair in tested if pair.q is not None)
        note = (
            f"{plural(len(tested), 'pair was', 'pairs were')} tested, the smallest q is {chance(least)}; who moves "
            "together from day to day can drift apart for good"
        )
        return (Fact("tie", "Lasting tie", "No lasting tie", note),)
    names = ", ".join(f"{pair.first} and {pair.second}" for pair in tied)
    note = (
        "their distance came back in the past by more than chance explains; of ties told like this about "
        f"{count(round(100 * together.wrong_among_told))} in 100 are luck, and true ones break"
    )
    return (Fact("tie", "Lasting tie", names, note),)


def together_tables(together: Together) -> dict[str, Table]:
    """Every pair, and how each ticker moves with the first."""
    first = together.pairs[0].first
    pairs = tuple(
        (
            f"{pair.first} and {pair.second}",
            count(pair.days),
            str(pair.correlation or NONE),
            NONE if pair.q is None else chance(pair.q),
            _tie(pair),
        )
        for pair in together.pairs
    )
    betas = tuple((pair.second, str(pair.beta or NONE)) for pair in together.pairs if pair.first == first)
    headings = ("Pair", "Days in common", "Correlation of daily moves", "q of a tie", "Lasting tie")
    return {
        "pairs": Table(headings, pairs, "In brackets: 95% intervals. Each price counts in its own currency."),
        "betas": Table(("Ticker", f"Beta to {first}"), betas, f"How far it moved, in percent, with 1% of {first}."),
    }


def _tie(pair: Pair) -> str:
    if pair.q is None:
        return "not tested"
    if not pair.tied:
        return "none"
    return "yes" if pair.half_life is None else f"yes, half of a gap went in {plural(round(pair.half_life), 'week')}"
