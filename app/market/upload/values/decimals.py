"""What the numbers of a file have before their decimals, a point or a comma, settled by the whole file."""

import re
from collections.abc import Iterable, Sequence

from app.market.upload.values.numbers import Mark

_FIRST_ROWS = 1000
_BLANKS = "'’ \u00a0\u202f\u2009"
_BEFORE = r"^[^\d\n.,+-]{0,5}"
_NO_MORE = r"(?![\w.,]*[0-9])"


def _sure(mark: Mark, other: Mark) -> re.Pattern[str]:
    """Numbers that have ``mark`` before their decimals or the ``other`` between thousands, and nothing else."""
    by, groups = re.escape(mark), re.escape(other)
    decimals = rf"[0-9]*{by}(?:[0-9]{{1,2}}|[0-9]{{4,}})"
    three_decimals = rf"(?:0+|[0-9]{{4,}}){by}[0-9]{{3}}"
    grouped = rf"[0-9]{{1,3}}(?:[{other}{_BLANKS}][0-9]{{2,3}}){{1,7}}{by}[0-9]+"
    twice_grouped = rf"[0-9]{{1,3}}(?:{groups}[0-9]{{2,3}}){{1,7}}{groups}[0-9]{{3}}"
    any_of = "|".join((decimals, three_decimals, grouped, twice_grouped))
    return re.compile(rf"{_BEFORE}[+-]?(?:{any_of}){_NO_MORE}", re.MULTILINE)


_SURE: dict[Mark, re.Pattern[str]] = {".": _sure(".", ","), ",": _sure(",", ".")}
_UNSURE: dict[Mark, re.Pattern[str]] = {
    mark: re.compile(rf"{_BEFORE}[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}{_NO_MORE}", re.MULTILINE)
    for mark in _SURE
}


def _sure_columns(columns: Iterable[str]) -> dict[Mark, int]:
    """In how many columns, a cell a line, a number tells each mark."""
    marks_of_columns = [{mark for mark, pattern in _SURE.items() if pattern.search(column)} for column in columns]
    return {mark: sum(mark in marks for marks in marks_of_columns) for mark in _SURE}


def decimal_mark(
    taken: Sequence[Sequence[str]], others: Sequence[Sequence[str]], delimiter: str, sign: str
) -> tuple[Mark, tuple[int, int] | None]:
    """What the numbers of a file have before their decimals, and a cell that leaves it open, if one does.

    Told by the numbers of the columns ``taken`` that can be read in one way only, else by those of ``others``. Where
    there are none of these, "1.234" has decimals unless the header's language puts another ``sign`` before them, and
    "1,234" has thousands only where that is a point. The cell is the (column, row) of the first that may be either.
    """
    columns = ["\n".join(column) for column in taken]
    sure = _sure_columns("\n".join(column[:_FIRST_ROWS]) for column in taken)
    if not any(sure.values()):
        sure = _sure_columns(columns)
    if not any(sure.values()):
        sure = _sure_columns("\n".join(column) for column in others)
        if all(sure.values()):
            sure = dict.fromkeys(sure, 0)
    if any(sure.values()):
        return (max(sure, key=sure.__getitem__), None)
    unsure: dict[Mark, tuple[int, int]] = {}
    for mark, pattern in _UNSURE.items():
        for number, column in enumerate(columns):
            if match := pattern.search(column):
                unsure.setdefault(mark, (number, column.count("\n", 0, match.start() + 1)))
    if "," in unsure and ("." in unsure or delimiter != "," or sign != "."):
        return ".", unsure[","]
    if "." in unsure and (sign == "," or delimiter == ";"):
        return ".", unsure["."]
    return ".", None
