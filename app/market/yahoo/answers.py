"""What Yahoo's answer to a request for prices means, where it is not prices."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from app.errors import NoPricesError, SourceBrokenError, SourceRefusedError, UnknownTickerError

TITLE = "Yahoo"
UNKNOWN = "unknown"
GUESSED_ZONE = "Etc/GMT"
"""What the name of a zone begins with that was made of an offset; its sign is the other way round."""
_REFUSALS = (429, 999)
_STRANGERS = (401, 403)
_PATIENCE = 60
_LONGEST = 24 * 3600
_NO_ROWS = ("data doesn't exist", "no data found for this date range")


class Headers(Protocol):
    """The headers of an answer by name, in any case."""

    def get(self, name: str, default: str) -> str | None:
        """The value of the header ``name``."""


class Answer(Protocol):
    """As much of an HTTP response as a verdict needs."""

    status_code: int

    @property
    def headers(self) -> Headers:
        """What came before the body."""

    @property
    def content(self) -> bytes:
        """The body."""

    @property
    def text(self) -> str:
        """The decoded body."""


class NotAuthorisedError(Exception):
    """Yahoo wants a cookie and a crumb first; ``description`` is how it put it."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


def judge(answer: Answer, ticker: str) -> bytes:
    """The body of a chart with rows, as yfinance can read it; raise what other answers mean, whatever their status."""
    body, description = _read_json(answer)
    _judge_error(_error(body), ticker, description)
    chart = _first_chart(body)
    if answer.status_code >= 400 or chart is None:
        raise SourceBrokenError(TITLE, description)
    if not chart.get("timestamp"):
        raise NoPricesError(TITLE, ticker)
    return _completed(body, chart.get("meta"), answer)


def _completed(body: Any, meta: Any, answer: Answer) -> bytes:
    """The body, with a currency and a time zone, without which yfinance gives up, where Yahoo gave none."""
    if not isinstance(meta, dict) or (meta.get("currency") and meta.get("exchangeTimezoneName")):
        return answer.content
    meta["currency"] = meta.get("currency") or UNKNOWN
    if not meta.get("exchangeTimezoneName"):
        hours = round(float(meta.get("gmtoffset") or 0) / 3600)
        meta["exchangeTimezoneName"] = f"{GUESSED_ZONE}{-hours:+d}" if hours else "Etc/UTC"
    return json.dumps(body).encode()


def judge_search(answer: Answer) -> None:
    """Do nothing for a list of instruments, be it empty; raise what any other answer means."""
    body, description = _read_json(answer)
    if answer.status_code >= 400 or not isinstance(body, dict) or not isinstance(body.get("quotes"), list):
        raise SourceBrokenError(TITLE, description)


def judge_summary(answer: Answer, ticker: str) -> None:
    """Do nothing for facts about a ticker; raise what any other answer means."""
    body, description = _read_json(answer)
    _judge_error(_error(body), ticker, description)
    if answer.status_code >= 400 or not isinstance(body, dict) or not body.get("quoteSummary"):
        raise SourceBrokenError(TITLE, description)


def _read_json(answer: Answer) -> tuple[Any, str]:
    """The JSON of an answer, and what it is in a few words; raises what a refusal of any kind means."""
    if answer.status_code in _REFUSALS or "too many requests" in answer.text[:200].lower():
        raise SourceRefusedError(TITLE, retry_after(answer.headers, heard_at(answer.headers)))
    body = _json(answer.text)
    description = _described(answer, body)
    if answer.status_code in _STRANGERS:
        raise NotAuthorisedError(description)
    return body, description


def described(answer: Answer) -> str:
    """What was found instead of prices, in a few words."""
    return _described(answer, _json(answer.text))


def heard_at(headers: Headers) -> datetime:
    """When the answer was made, by Yahoo's clock where it tells."""
    return _date(headers.get("date", "") or "") or datetime.now(UTC)


def retry_after(headers: Headers, now: datetime) -> int:
    """The whole seconds for which Yahoo wants to be left alone: a minute where it does not say, a day at most."""
    value = (headers.get("retry-after", "") or "").strip()
    moment = _date(value)
    seconds = float(value) if value.isdecimal() else (moment - now).total_seconds() if moment else _PATIENCE
    return min(_LONGEST, max(1, math.ceil(seconds)))


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _error(body: Any) -> Mapping[str, Any]:
    """The error that Yahoo reports in a body of any status; empty where it reports none."""
    for part in body.values() if isinstance(body, dict) else ():
        if isinstance(part, dict) and isinstance(part.get("error"), dict):
            return dict(part["error"])
    return {}


def _judge_error(error: Mapping[str, Any], ticker: str, description: str) -> None:
    if not error:
        return
    if str(error.get("description")).lower().startswith(_NO_ROWS):
        raise NoPricesError(TITLE, ticker)
    if error.get("code") == "Not Found":
        raise UnknownTickerError(TITLE, ticker)
    raise SourceBrokenError(TITLE, description)


def _first_chart(body: Any) -> Mapping[str, Any] | None:
    chart = body.get("chart") if isinstance(body, dict) else None
    result = chart.get("result") if isinstance(chart, dict) else None
    first = result[0] if isinstance(result, list) and result else None
    return first if isinstance(first, dict) else None


def _described(answer: Answer, body: Any) -> str:
    text, error = answer.text.strip().lower(), _error(body)
    if error:
        what = f"“{error.get('code')}: {str(error.get('description'))[:80]}”"
    elif body is not None:
        what = "a chart that cannot be read" if _first_chart(body) else "JSON of another kind"
    elif not text:
        what = "an empty page"
    elif "will be right back" in text:
        what = "a maintenance page"
    elif text.startswith("<"):
        what = "a consent page" if "consent" in text else "a web page"
    else:
        what = "JSON that breaks off" if text.startswith("{") else "plain text"
    return f"{what} with status {answer.status_code}" if answer.status_code >= 400 else what
