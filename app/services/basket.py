"""A basket of tickers as one series of prices, made of nothing but what each of them had on the as-of day."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from app.errors import BadBarsError
from app.market import history as histories
from app.market.calendar import sessions_between
from app.market.history import PriceHistory, history_until
from app.market.passport import Passport, listed_jumps
from app.market.raw_history import Floats, Listing, RawHistory
from app.panels.outcome import Following
from app.panels.panel import Query
from app.services.loaded_history import HistoryLoader, LoadedHistory
from app.text.numbers import percent

TICKER = "BASKET"
_START = 100.0


async def load_basket(loader: HistoryLoader, queries: Sequence[Query], shares: Sequence[float]) -> LoadedHistory:
    """The basket of the tickers of ``queries``, each with its share (they sum to 1); raises what one of them raises.

    It is worth 100 on its last day and is brought back to its shares each day, so that its past moved like what is
    held today. Each price counts in its own currency.
    """
    members = await asyncio.gather(*map(loader.prepare, queries))
    made = await asyncio.to_thread(_history, [histories.decode(one.history) for one in members], shares)
    history, passport, query = histories.encode(made), made.passport, queries[0]
    seen = query.as_of or loader.today()
    return LoadedHistory(
        history=history,
        key=hashlib.sha256(history).hexdigest(),
        passport=passport,
        newest=min(one.newest for one in members),
        stale=next((one.stale for one in members if one.stale), None),
        following=_following([one.following for one in members], shares, [one.passport for one in members]),
        age_sessions=await asyncio.to_thread(sessions_between, passport.calendar, passport.last_bar, seen),
    )


def _history(members: Sequence[PriceHistory], shares: Sequence[float]) -> PriceHistory:
    dates = reduce(np.intersect1d, [one.dates for one in members])
    if not len(dates):
        raise BadBarsError("The basket", "no day on which all of it has a price", "days in common")
    worth = _worth([one.adj_close[np.isin(one.dates, dates)] for one in members], shares)
    unknown = np.full(len(dates), np.nan)
    close = _START * worth / worth[-1]
    passports = [one.passport for one in members]
    rows = {**dict.fromkeys(("open", "high", "low", "volume"), unknown), "close": close, "adj_close": close}
    history = history_until(RawHistory(_listing(members, shares), (), dates, **rows), None)
    # What no model can mend in one of them is in the basket too.
    jumps = sorted((jump for one in passports for jump in one.jumps), key=lambda jump: jump.day)
    total = sum(one.jump_count for one in passports)
    return replace(history, passport=replace(history.passport, jumps=listed_jumps(jumps), jump_count=total))


def _worth(closes: Sequence[Floats], shares: Sequence[float]) -> Floats:
    """What 1 on the first day is worth on each, with the same ``shares`` after every day."""
    moves = sum(share * (one[1:] / one[:-1] - 1) for one, share in zip(closes, shares, strict=True))
    return np.cumprod(np.append(1.0, 1 + np.asarray(moves)))


def _listing(members: Sequence[PriceHistory], shares: Sequence[float]) -> Listing:
    passports = [one.passport for one in members]

    def all_of(name: str) -> str:
        return " and ".join(dict.fromkeys(str(getattr(one, name)) for one in passports))

    calendars = {one.calendar for one in passports}
    parts = zip(members, shares, strict=True)
    return Listing(
        ticker=TICKER,
        name=", ".join(f"{percent(share, 0)} {one.ticker}" for one, share in parts),
        source=all_of("source"),
        currency="points",
        exchange=all_of("exchange"),
        time_zone=all_of("time_zone"),
        calendar=calendars.pop() if len(calendars) == 1 else "",
        adjustment="100 on the last day, brought back to the same shares each day, dividends counted",
    )


def _following(
    after: Sequence[Following | None], shares: Sequence[float], passports: Sequence[Passport]
) -> Following | None:
    """What came after, on the days that all have; None where it is not known of all from the same day on."""
    known = [one for one in after if one is not None]
    if len(known) < len(after) or len({one.last_bar for one in passports}) > 1:
        return None
    days = sorted(set.intersection(*(set(one.dates) for one in known)))
    rows = [np.array([0, *(one.dates.index(day) + 1 for day in days)]) for one in known]
    worth = _worth([np.array(one.closes)[at] for one, at in zip(known, rows, strict=True)], shares)
    closes = tuple((_START * worth).tolist())
    return Following(tuple(days), closes, (closes[1:],) * 3) if days else None
