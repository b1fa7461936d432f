"""What a card says apart from its charts: facts in words, and tables of numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NONE = "–"
"""What stands where there is no value."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a card says, under its own ``key``; ``note`` says what stands behind the value."""

    key: str
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of finished words under ``headings``; the first cell of each names it."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def by_key(facts: Iterable[Fact]) -> Mapping[str, Fact]:
    """The facts in their order, each under its key."""
    return {fact.key: fact for fact in facts}
