"""Tickers found by a part of their symbol or name."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument that a source has; ``exchange`` may be empty where nobody says."""

    ticker: str
    name: str
    exchange: str


def matching(known: Iterable[Instrument], words: str) -> tuple[Instrument, ...]:
    """Those of ``known`` that ``words`` can mean, the likeliest first, ``MOST_FOUND`` at most.

    A symbol comes before its own beginnings, those before words of names, and those before what stands in the middle.
    """
    sought = _folded(words)
    if not sought:
        return ()
    ranked = [(rank, instrument) for instrument in known if (rank := _rank(instrument, sought)) is not None]
    return tuple(instrument for _, instrument in sorted(ranked, key=lambda pair: pair[0])[:MOST_FOUND])


def _rank(instrument: Instrument, sought: str) -> int | None:
    ticker, name = _folded(instrument.ticker), _folded(instrument.name)
    fits = (
        ticker == sought,
        # An index is typed without its caret by most.
        ticker.lstrip("^").startswith(sought) or ticker.startswith(sought),
        name.startswith(sought),
        f" {sought}" in name,
        sought in f"{ticker} {name}",
    )
    return fits.index(True) if any(fits) else None


def _folded(text: str) -> str:
    """Small letters without accents and apostrophes, and any blanks or commas as one blank."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[\s,]+", " ", re.sub(r"['’]", "", bare)).strip().casefold()


_LIST = Path(__file__).with_name("instruments.txt")


@cache
def well_known() -> tuple[Instrument, ...]:
    """The list in its own order, which has the best known of each kind first."""
    rows = (line.split("|") for line in _LIST.read_text(encoding="utf-8").splitlines())
    return tuple(Instrument(*row) for row in rows)
