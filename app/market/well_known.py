"""Symbols that many ask for, so that one is found where no source can be asked."""

from functools import cache
from pathlib import Path

from app.market.found import Found

_LIST = Path(__file__).with_suffix(".txt")


@cache
def well_known() -> tuple[Found, ...]:
    """The list in its own order, which has the best known of each kind first."""
    rows = (line.split("|") for line in _LIST.read_text(encoding="utf-8").splitlines())
    return tuple(Found(*row) for row in rows)
