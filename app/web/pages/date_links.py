"""Stepping through the past: addresses of the same query a week or a month earlier or later."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.panels.panel import Query
from app.web.http.query import query_string


@dataclass(frozen=True, slots=True)
class Step:
    """A link to the page of another day."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The day that the page looks back from, None for the newest, and the days to go to from it, oldest first."""

    seen: date | None
    steps: tuple[Step, ...]


def replay_of(query: Query, latest: date) -> Replay:
    """The steps from the query's day, none of them past ``latest``, the last day its source can know of."""
    day = min(query.as_of or latest, latest)
    targets = {
        "A month earlier": _months(day, -1),
        "A week earlier": _days(day, -7),
        "A week later": _days(day, 7),
        "A month later": _months(day, 1),
    }
    steps = [_step(words, query, target) for words, target in targets.items() if target and target <= latest]
    newest = [_step("Newest", query, None)] if query.as_of else []
    return Replay(query.as_of, (*steps, *newest))


def _step(words: str, query: Query, day: date | None) -> Step:
    return Step(words, f"/?{query_string(replace(query, as_of=day))}")


def _days(day: date, count: int) -> date | None:
    ordinal = day.toordinal() + count
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _months(day: date, count: int) -> date | None:
    """The same day of another month, or that month's last where it is shorter."""
    months = day.year * 12 + day.month - 1 + count
    if not date.min.year <= months // 12 < date.max.year:
        return None
    first, after = (date(number // 12, number % 12 + 1, 1) for number in (months, months + 1))
    return min(first + timedelta(day.day - 1), after - timedelta(1))
