"""A day as people and programs write it in a cell; what it leaves open, the column settles."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from app.market.upload.words import is_month, plain

FIRST_YEAR, LAST_YEAR = 1800, 2199
NEEDED = f"a date such as 2018-06-29, of a year from {FIRST_YEAR} to {LAST_YEAR}"
DAY_SECONDS = 86_400
# Exchanges were closed for four months and a half in 1914.
_LONGEST_REST = 200
REPUBLIC_OF_CHINA = 1911
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925, "民國": REPUBLIC_OF_CHINA}
_LONGEST = 90
_CLOCK = (
    r"(?:(?:T|,?\s+)(?:(?P<half>오전|오후|上午|下午|午前|午後)\s*)?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?\s?(?P<noon>[AaPp]\.?\s?[Mm]\.?)?"
    r"(?:\s?(?P<zone>[A-Za-z]{1,5}(?![0-9])|(?:GMT|UTC)?[+-][0-9]{2}(?::?[0-9]{2})?))?(?:\s\([^()]*\))?)?"
)
_WEEKDAY = r"(?:[^\W\d_]{1,10}\.?,?\s+)?"
_WEEKDAY_AFTER = r"(?:\s?\([^\W\d_]{1,9}\)|\s[^\W\d_]{2,9})?"
_NUMERIC = re.compile(
    _WEEKDAY + r"(?P<a>[0-9]{1,4})\s?(?P<mark>[-/.])\s?(?P<b>[0-9]{1,2})\s?(?P=mark)\s?(?P<c>[0-9]{1,4})\.?"
    r"(?:\s?г\.?)?" + _WEEKDAY_AFTER + _CLOCK
)
_IDEOGRAPHIC = re.compile(
    r"(?P<era>令和|平成|昭和|民國|[RHS](?=[0-9]))?\s?(?P<a>[0-9]{1,4})\s?[年년/.]\s?(?P<b>[0-9]{1,2})\s?[月월/.]\s?"
    r"(?P<c>[0-9]{1,2})\s?[日일号]?" + _WEEKDAY_AFTER + _CLOCK
)
_WORD = r"(?P<word>[^\W\d_][^\d\s/,'’()-]*)"
_NAMED = re.compile(
    _WEEKDAY
    + r"(?P<a>[0-9]{1,4})(?:[.ºª°]|st|nd|rd|th|er)?[\s/,.-]{0,2}(?:de\s|d['’]|of\s)?"
    + _WORD
    + r"[\s/,.-]{0,2}(?:del?\s|['’])?(?P<c>[0-9]{1,4})(?:\s?[гр]\.?)?"
    + _CLOCK
)
_NAME_FIRST = re.compile(
    _WEEKDAY + _WORD + r"[\s.-]{0,2}(?P<a>[0-9]{1,2})(?:st|nd|rd|th)?[\s,'’-]{1,3}(?P<c>[0-9]{2,4})" + _CLOCK
)
# As C and Unix write a moment: the year behind the time of day.
_YEAR_AT_THE_END = re.compile(
    r"(?P<before>[^\W\d_]{3,9} [^\W\d_]{3,9} +[0-9]{1,2}) (?P<clock>[0-9:]{5,8}(?: [A-Z]{3,4}| [+-][0-9]{4})?)"
    r" (?P<year>[0-9]{4})"
)
_COMPACT = re.compile(r"(?P<day>[0-9]{8})[T ](?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?[0-9]{2})?Z?")
_IN_JSON = re.compile(r"/Date\((?P<stamp>[0-9]{9,13})(?:[+-][0-9]{4})?\)/")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_ISO_COLUMN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\n[0-9]{4}-[0-9]{2}-[0-9]{2})*")
_DIGITS = re.compile(r"(?P<whole>[0-9]{5,19})(?:\.(?P<part>[0-9]{1,12}))?")
_STAMPS = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
_SPREADSHEET_DAYS = (10_000, 73_050)


class Written(NamedTuple):
    """A day as it was written: numbers ``a``, ``b``, ``c`` in that order, of a ``form``.

    Forms: "year first", "year last", "two digits", "name" (``b`` is a word), "name first", "spreadsheet" (``a`` is a
    day number), "stamp" (``a`` is in seconds since 1970). ``seconds`` is the time of day, None without one or where the
    zone is the market's own.
    """

    form: str
    a: int
    b: int | str
    c: int
    mark: str
    seconds: int | None


def may_be_day(text: str) -> bool:
    """Whether a cell is written as a day or as a time stamp is; five digits may be anything."""
    written = written_day(text)
    return written is not None and written.form != "spreadsheet" and not (len(text) == 6 and text.isdigit())


def written_days(cells: Sequence[str]) -> list[Written | None]:
    """What is written in each cell of a column, None where that is no day.

    Time stamps of different lengths, as those before 2001 have, are believed where all follow each other.
    """
    if _ISO_COLUMN.fullmatch("\n".join(cells)):
        # The commonest way by far.
        return [Written("year first", int(day[:4]), int(day[5:7]), int(day[8:]), "-", None) for day in cells]
    written = [written_day(cell) for cell in cells]
    forms = Counter(day.form for day in written if day is not None)
    if 0 < forms["spreadsheet"] < forms.total() / 2:
        # Among days written otherwise, five digits are a count below the table.
        written = [None if day is not None and day.form == "spreadsheet" else day for day in written]
    if not forms["stamp"]:
        return written
    whole = {row: int(cell) for row, cell in enumerate(cells) if _WHOLE.fullmatch(cell)}
    lengths = Counter(len(cells[row]) for row in whole)
    unit = _STAMPS.get(len(str(max(map(abs, whole.values()), default=0))))
    if len(lengths) > 1 and unit:
        follow = _follow([*whole.values()], _LONGEST_REST * DAY_SECONDS * unit)
        usual = lengths.most_common(1)[0][0]
        for row, number in whole.items():
            sure = follow or len(cells[row]) == usual
            written[row] = Written("stamp", number // unit, 0, 0, cells[row], None) if sure else None
    return written


def _follow(numbers: Sequence[int], most: int) -> bool:
    """Whether each is later than the one before it, or each earlier, and by no more than ``most``."""
    steps = [after - before for before, after in pairwise(numbers)]
    return all(0 <= step <= most for step in steps) or all(-most <= step <= 0 for step in steps)


def written_day(text: str) -> Written | None:
    """What is written in a cell, None where that is no day."""
    if len(text) > _LONGEST:
        return None
    if match := _NUMERIC.fullmatch(text):
        a, b, c, mark = match["a"], int(match["b"]), match["c"], match["mark"]
        form = (
            "year first" if len(a) > 2 and len(c) <= 2 else "year last" if len(c) == 4 and len(a) <= 2 else "two digits"
        )
        odd = len(c) == 3 or (len(a) > 2 and len(c) > 2)
        return None if odd else Written(form, int(a), b, int(c), mark, _seconds(match))
    if match := _DIGITS.fullmatch(text):
        return _from_digits(match["whole"], float(f"0.{match['part'] or 0}"))
    if match := _COMPACT.fullmatch(text):
        day = _from_digits(match["day"], 0)
        return day and day._replace(seconds=3600 * int(match["hour"]) + 60 * int(match["minute"]))
    if match := _NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text):
        word = plain(match["word"])
        form = "name" if match.start("a") < match.start("word") else "name first"
        return Written(form, int(match["a"]), word, int(match["c"]), "", _seconds(match)) if is_month(word) else None
    if match := _IDEOGRAPHIC.fullmatch(text):
        a, b, c = int(match["a"]), int(match["b"]), int(match["c"])
        return Written("year first", a + _ERAS.get(match["era"] or "", 0), b, c, "年", _seconds(match))
    if match := _YEAR_AT_THE_END.fullmatch(text):
        return written_day(f"{match['before']} {match['year']} {match['clock']}")
    match = _IN_JSON.fullmatch(text)
    return _from_digits(match["stamp"], 0) if match else None


def _seconds(match: re.Match[str]) -> int | None:
    if match["hour"] is None or re.search("[+-](?!0+:?0*$)", match["zone"] or ""):
        return None
    hour, noon = int(match["hour"]), (match["noon"] or match["half"] or "").lower()
    if noon[:1] in ("p", "오", "下", "午") and noon not in ("오전", "午前"):
        hour = hour % 12 + 12
    elif noon:
        hour %= 12
    return 3600 * hour + 60 * int(match["minute"]) + int(match["second"] or 0)


def _from_digits(whole: str, part: float) -> Written | None:
    number, length = int(whole), len(whole)
    if length == 5 and _SPREADSHEET_DAYS[0] <= number < _SPREADSHEET_DAYS[1]:
        return Written("spreadsheet", number, 0, 0, "", round(part * DAY_SECONDS) or None)
    if length == 6 and not part:
        return Written("two digits", number // 10_000, number // 100 % 100, number % 100, "", None)
    if length == 8 and not part:
        if FIRST_YEAR <= number // 10_000 <= LAST_YEAR and number // 100 % 100 in range(1, 13):
            return Written("year first", number // 10_000, number // 100 % 100, number % 100, "", None)
        if FIRST_YEAR <= number % 10_000 <= LAST_YEAR:
            return Written("year last", number // 10**6, number // 10_000 % 100, number % 10_000, "", None)
    # A fraction is of seconds; nobody writes one of milliseconds.
    if length in _STAMPS and (not part or length == 10):
        return Written("stamp", number // _STAMPS[length], 0, 0, whole, None)
    return None
