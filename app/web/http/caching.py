"""Cache-Control and ETag: how long an answer stays true, and how a client learns that it still is."""

import hashlib
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from app.market.calendar import sessions_after

_MAX_SECONDS = 24 * 3600


def fresh_seconds(newest: date, calendar: str, time_zone: str, now: datetime, min_seconds: int) -> int:
    """Seconds for which no bar after ``newest`` can come: up to the day of the next session where it is traded.

    From then on one may come at any time, so it is ``min_seconds``; a day at most, because a source may correct itself.
    """
    following = sessions_after(calendar, newest, 1)[0]
    begins = datetime.combine(following, time.min, _zone(time_zone))
    return max(min_seconds, min(_MAX_SECONDS, int((begins - now).total_seconds())))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def validated(request: Request, body: bytes, media_type: str, cache_control: str) -> Response:
    """``body``, or 304 where the client has these very bytes."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # A weak one, because the same answer travels compressed and not.
    headers = {"ETag": f"W/{etag}", "Cache-Control": cache_control}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if request.method in ("GET", "HEAD") and (etag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
