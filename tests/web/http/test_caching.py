from datetime import UTC, date, datetime

import pytest

from app.errors import SourceSilentError
from app.market.calendar import EVERY_DAY
from app.web.http.caching import fresh_seconds
from tests.support.fakes import Moody, market
from tests.support.served import served
from tests.support.uploads import ACME, post

CARD, HOUR, MOST = "/api/v1/panels/overview?ticker=SYN", 3600, 900
FRIDAY = date(2024, 6, 28)
CASES = {
    "on Friday night the weekend is ahead": ("2024-06-28T22:00", "XNYS", 24 * HOUR),
    "on Sunday evening it is hours": ("2024-06-30T20:00", "XNYS", 8 * HOUR),
    "on Monday a bar may come at any time": ("2024-07-01T09:00", "XNYS", MOST),
    "in Tokyo Monday begins earlier": ("2024-06-30T14:00", "XTKS", HOUR),
    "a market without weekends goes on": ("2024-06-28T23:30", EVERY_DAY, HOUR / 2),
    "a source that lags is asked again soon": ("2024-07-09T09:00", "XNYS", MOST),
    "minutes before a session it is no shorter": ("2024-07-01T03:58", "XNYS", MOST),
}
ZONES = {"XNYS": "America/New_York", "XTKS": "Asia/Tokyo", EVERY_DAY: "UTC"}


@pytest.mark.parametrize(("now", "calendar", "seconds"), CASES.values(), ids=CASES)
def test_an_answer_is_fresh_until_the_day_of_the_next_session(now, calendar, seconds):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert fresh_seconds(FRIDAY, calendar, ZONES[calendar], moment, MOST) == seconds


def test_the_day_before_a_holiday_is_followed_by_the_day_after_it():
    wednesday = datetime(2024, 7, 4, 3, tzinfo=UTC)
    assert fresh_seconds(date(2024, 7, 3), "XNYS", "America/New_York", wednesday, MOST) == 24 * HOUR


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd"])
def test_a_zone_that_nobody_knows_counts_as_utc(zone):
    assert fresh_seconds(FRIDAY, EVERY_DAY, zone, datetime(2024, 6, 28, 23, tzinfo=UTC), MOST) == HOUR


@pytest.mark.parametrize("told", ["{}", "W/{}", 'W/"no", {}', "*"])
def test_who_has_the_same_bytes_is_told_so(client, told):
    first = client.get(CARD)
    again = client.get(CARD, headers={"If-None-Match": told.format(first.headers["etag"].removeprefix("W/"))})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"] == "public, max-age=900"


def test_other_bytes_have_another_tag(client):
    tags = {client.get(f"{CARD}{more}").headers["etag"] for more in ("", "&horizon=5", "&as_of=2016-01-29")}
    assert len(tags) == 3
    assert client.get(CARD, headers={"If-None-Match": '"other"'}).status_code == 200


def test_old_prices_are_not_kept_to_grow_older():
    source = Moody(market(80))
    with served(source, cache_seconds=0) as client:
        assert client.get(CARD).headers["cache-control"] == "public, max-age=0"
        source.error = SourceSilentError("Yahoo", 15)
        assert client.get(CARD).headers["cache-control"] == "no-store"


def test_nothing_of_a_file_and_no_failure_is_kept_on_the_way(client):
    assert post(client, "/api/v1/panels/overview", ACME).headers["cache-control"] == "no-store"
    for path in ("/api/v1/panels/overview?ticker=NONE", "/panels/overview?horizon=0", "/nonsense"):
        assert client.get(path).headers["cache-control"] == "no-store"
