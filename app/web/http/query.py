"""From a request's texts to a checked Query, or a sentence about the field that is wrong."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from app.charts.chart import CANVASES
from app.errors import QueryError
from app.market.upload.columns import Chosen
from app.market.upload.reader import SOURCE
from app.market.upload.source import Upload
from app.panels.panel import DEFAULT_HORIZON, MAXIMUM_HORIZON, Level, Query
from app.web.http.form import COLUMNS

_LONGEST_COLUMN = 200
MOST_LEVELS = 4
_LEVEL = re.compile(r"([+\-−]?)([0-9]{1,12}(?:\.[0-9]{1,10})?)(\s?%)?")
_NEEDED = {
    "ticker": "a symbol such as AAPL or ^GSPC: 1 to 15 of A–Z 0–9 . - = ^ & _",
    "horizon": f"a whole number of trading days from 1 to {MAXIMUM_HORIZON}",
    "as_of": "a date such as 2018-06-29, today at the latest",
    "by": "a date such as 2026-12-18, after the last price",
    "level": f"up to {MOST_LEVELS} prices or changes such as 380; -5%, with a decimal point and no thousands sign",
    "amount": "a number above zero such as 5000",
    "reveal": "1, to show what happened, or 0",
}


def _written_as(pattern: str) -> BeforeValidator:
    """Refuses spellings that pydantic would forgive, such as a time stamp for a date or 1_0 for ten."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError("not in the expected form")
        return text

    return BeforeValidator(check)


class _Fields(BaseModel):
    ticker: Annotated[str, _written_as(r"(?=.*[A-Za-z0-9])[A-Za-z0-9.\-=^&_]{1,15}"), StringConstraints(to_upper=True)]
    horizon: Annotated[int, _written_as(r"[0-9]{1,3}(\.0{1,3})?"), Field(ge=1, le=MAXIMUM_HORIZON)] = DEFAULT_HORIZON
    as_of: Annotated[date | None, _written_as(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")] = None
    by: Annotated[date | None, _written_as(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")] = None
    level: Annotated[tuple[Level, ...], BeforeValidator(lambda text: _levels(text))] = ()
    amount: Annotated[float | None, _written_as(r"[0-9]{1,15}(\.[0-9]{1,4})?"), Field(gt=0)] = None
    reveal: Annotated[bool, _written_as("[01]")] = False


def _levels(text: str) -> tuple[Level, ...]:
    """Each once, in the order they were written; raises ``ValueError`` for what is none, and for too many."""
    levels = dict.fromkeys(_level(part.strip()) for part in text.split(";") if part.strip())
    if not 1 <= len(levels) <= MOST_LEVELS:
        raise ValueError("no level, or too many")
    return tuple(levels)


def _level(text: str) -> Level:
    written = _LEVEL.fullmatch(text)
    if not written or (written[1] and not written[3]):
        raise ValueError("neither a price nor a change")
    level = Level(float(written[2]) * (1 if written[1] in ("", "+") else -1), written[3] is not None)
    if level.number <= 0 and not level.is_change:
        raise ValueError("no price")
    return level


def parse_query(
    texts: Mapping[str, str], sources: Collection[str], default_source: str, today: date, upload: Upload | None = None
) -> Query:
    """The query that ``texts`` (a request's, by name) asks for; raises ``QueryError`` for its first fault.

    A field left empty counts as not there. An ``upload`` is the source whatever ``texts`` names, and has its ticker
    from its file name where there is none.
    """
    filled = {name: text.strip() for name, text in texts.items() if text.strip()}
    if upload is not None:
        upload = _as_chosen(upload, filled)
        filled.setdefault("ticker", upload.ticker)
    try:
        fields = _Fields.model_validate({"ticker": "", **filled})
    except ValidationError as invalid:
        name = str(invalid.errors()[0]["loc"][0])
        raise QueryError(name, filled.get(name, "")[:40], _NEEDED[name]) from None
    if fields.as_of is not None and fields.as_of > today:
        raise QueryError("as_of", filled["as_of"], _NEEDED["as_of"])
    if fields.by is not None and "horizon" in filled:
        raise QueryError("by", filled["by"], "no “horizon” beside it, as both say how far ahead")
    if fields.by is not None and fields.as_of is not None and fields.by <= fields.as_of:
        raise QueryError("by", filled["by"], f"a date after {fields.as_of}, which is the day it is asked on")
    source = SOURCE if upload is not None else parse_source(texts, sources, default_source)
    questions = fields.by, fields.level, fields.amount
    return Query(fields.ticker, fields.horizon, fields.as_of, source, upload, *questions, fields.reveal)


def _as_chosen(upload: Upload, filled: Mapping[str, str]) -> Upload:
    """The file with the ticker and the columns that are said to be meant."""
    date, close, ticker = (filled.get(name, "") for name in COLUMNS)
    for name, text in zip(COLUMNS, (date, close, ticker), strict=True):
        if len(text) > _LONGEST_COLUMN:
            raise QueryError(name, text[:40], f"the name or number of a column, in at most {_LONGEST_COLUMN} signs")
    return upload.choosing(Chosen(date, close, ticker, filled.get("ticker", "")))


def parse_source(texts: Mapping[str, str], sources: Collection[str], default_source: str) -> str:
    """The name of the source that is to be asked."""
    source = (texts.get("source", "").strip() or default_source).lower()
    if source not in sources:
        raise QueryError("source", source[:40], " or ".join(f"“{name}”" for name in sources))
    return source


def parse_canvas(texts: Mapping[str, str]) -> str:
    """The name of the canvas that charts are to be drawn for."""
    canvas = texts.get("canvas", "wide")
    if canvas not in CANVASES:
        raise QueryError("canvas", canvas[:40], " or ".join(f"“{name}”" for name in CANVASES))
    return canvas


def page_url(query: Query, as_of: date | None) -> str:
    """The page of ``query`` as of another day."""
    return f"/?{query_string(replace(query, as_of=as_of, by=None, reveal=False))}"


def earlier_urls(query: Query, seen: date, target: date) -> tuple[tuple[str, str], ...]:
    """What a page ``seen`` a few weeks earlier said of the day ``target``: words and addresses, the latest first."""
    pages = [
        (words, seen - timedelta(weeks=weeks)) for weeks, words in enumerate(("a week", "two weeks", "three weeks"), 1)
    ]
    by_target = replace(query, by=target, reveal=False)
    return tuple((words, f"/?{query_string(replace(by_target, as_of=day))}") for words, day in pages)


def query_string(query: Query) -> str:
    """The query as it stands in a URL, empty fields left out."""
    fields = {
        "ticker": query.ticker,
        "horizon": None if query.by else query.horizon,
        "by": query.by,
        "as_of": query.as_of,
        "source": query.source,
        "level": ";".join(map(str, query.levels)) or None,
        "amount": None if query.amount is None else f"{query.amount:.4f}".rstrip("0").rstrip("."),
        "reveal": "1" if query.reveal else None,
    }
    return urlencode({name: value for name, value in fields.items() if value is not None})
