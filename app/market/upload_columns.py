"""Which column of a file is which, by the many names that programs give them."""

import re
from collections.abc import Mapping

from app.errors import BadFileError
from app.market.upload_records import shown
from app.market.upload_table import Table

# The first name that a file has is taken; an empty one is how pandas writes an index.
_NAMES = {
    "date": ("date", "datetime", "timestamp", "tradedate", "tradingdate", "pricedate", "day", "time", ""),
    "open": ("open", "openprice", "openingprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closeprice", "closingprice", "closelast", "price", "last", "lastprice"),
    "adj_close": ("adjclose", "adjustedclose", "closeadj", "closeadjusted", "adjcloseprice", "adjclosingprice"),
    "volume": ("volume", "vol", "tickvolume", "tradedvolume", "sharevolume"),
}


def find_columns(table: Table) -> Mapping[str, int]:
    """The index of each column there is; ``date`` and ``close`` always are (an adjusted close may be the only one).

    Case, blanks, punctuation, numbers ("1. open") and brackets ("Close (EUR)") do not matter. Raises ``BadFileError``.
    """
    plain = [_plain(name) for name in table.header]
    found = {
        role: _only(table, plain, name) for role, names in _NAMES.items() if (name := _first(names, plain)) is not None
    }
    if "close" not in found and "adj_close" in found:
        found["close"] = found["adj_close"]
    for role, needed in (("date", "a column Date"), ("close", "a column Close")):
        if role not in found:
            names = shown(", ".join(table.header))
            raise BadFileError(table.header_line, "1", f"columns named {names}", f"{needed} in the header line")
    return found


def _plain(name: str) -> str:
    bare = re.sub(r"\(.*?\)|\[.*?\]", "", name[:100]).casefold()
    return re.sub(r"[^a-z0-9]", "", bare).lstrip("0123456789")


def _first(names: tuple[str, ...], plain: list[str]) -> str | None:
    return next((name for name in names if name in plain), None)


def _only(table: Table, plain: list[str], name: str) -> int:
    column = plain.index(name)
    if name and plain.count(name) > 1:
        again = plain.index(name, column + 1)
        found = f"{shown(table.header[again])} a second time"
        raise BadFileError(table.header_line, str(again + 1), found, "each column once")
    return column
