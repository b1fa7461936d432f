from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadBarsError, QueryError
from app.market import history as histories
from app.market import raw_history as answers
from app.market.cleaning.scales import restored
from app.market.history import MAXIMUM_BARS, closes_after, history_until
from app.market.raw_history import ARRAYS
from tests.support.fakes import LATER, adjusted_before, market, quotes, with_dividend, with_split

MARKET = market(340)
AS_OF = MARKET.dates[260].item()
AFTER = MARKET.dates[280].item()
# Two days before the day asked for, all prices halve: a 2:1 split is not adjusted for. Nor is any dividend.
FAULTY = replace(quotes(MARKET.close / np.where(np.arange(340) < 259, 1, 2)), dividends=MARKET.dividends)


def packed_until(told, day=AS_OF):
    return histories.encode(history_until(told, day))


def as_printed(told, precision):
    """The same answer in the numbers that a source really sends."""
    names = ("open", "high", "low", "close", "adj_close")
    return replace(told, **{name: precision(getattr(told, name)) for name in names})


def single(prices):
    return prices.astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("told", [MARKET, FAULTY], ids=["sound", "faulty"])
@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_nothing_later_changes_a_byte_of_the_history(later, told):
    assert packed_until(later(told, AS_OF)) == packed_until(told)


def test_a_changed_past_changes_the_history():
    changed = replace(MARKET, close=MARKET.close + np.where(np.arange(340) == 100, 0.01, 0.0))
    assert packed_until(changed) != packed_until(MARKET)


def test_the_passport_of_a_faulty_market_names_its_faults():
    faults = history_until(FAULTY, AS_OF).passport.jumps
    assert faults[-1].day == FAULTY.dates[259].item()
    assert len(faults) == 5


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    ratios=st.lists(st.sampled_from([2, 3, 4, 5, 7, 10, 20, 0.1]), max_size=2),
    dividends=st.lists(st.floats(0.9, 0.9999), max_size=3),
    seed=st.integers(0, 50),
)
def test_later_splits_and_dividends_leave_no_trace(ratios, dividends, seed):
    told = rescaled = market(120, seed)
    as_of, after = told.dates[80].item(), told.dates[100].item()
    for factor in dividends:
        rescaled = with_dividend(rescaled, after, factor)
    for ratio in ratios:
        rescaled = with_split(rescaled, after, ratio)
    assert packed_until(rescaled, as_of) == packed_until(told, as_of)


@pytest.mark.parametrize("ratio", [3, 7, 0.1])
def test_a_later_split_told_in_single_precision_leaves_no_trace(ratio):
    rescaled = restored(as_printed(with_split(MARKET, AFTER, ratio), single))
    assert packed_until(rescaled) == packed_until(restored(as_printed(MARKET, single)))


def test_a_later_dividend_told_in_single_precision_leaves_no_trace():
    rescaled = restored(as_printed(with_dividend(MARKET, AFTER, 0.98), single))
    assert packed_until(rescaled) == packed_until(restored(as_printed(MARKET, single)))


@pytest.mark.parametrize(("event", "change"), [(with_dividend, 0.98), (adjusted_before, 0.98), (with_split, 3)])
def test_no_later_event_moves_an_adjusted_close_that_ends_in_a_half(event, change):
    # Cents times 0.995, twice, have a tenth digit of just five: rounding noise decides which way the ninth goes.
    halves = replace(MARKET, adj_close=MARKET.close * 0.995 ** ((339 - np.arange(340)) // 63))
    assert packed_until(event(halves, AFTER, change)) == packed_until(halves)


def test_a_gap_in_the_adjusted_closes_lets_no_later_dividend_in():
    gaps = replace(MARKET, adj_close=np.where(np.isin(np.arange(340), [0, 1, 90, 255]), np.nan, MARKET.adj_close))
    assert packed_until(with_dividend(gaps, AFTER, 0.98)) == packed_until(gaps)


def test_the_last_adjusted_close_is_that_days_close():
    history = history_until(MARKET, AS_OF)
    assert history.adj_close[-1] == history.close[-1] == MARKET.close[260]
    assert history.adj_close[0] / history.close[0] == pytest.approx(0.9937**4, rel=1e-5)


def test_a_later_split_is_undone_in_prices_and_volume():
    history = history_until(with_split(MARKET, AFTER, 4), AS_OF)
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(history, name) == pytest.approx(getattr(MARKET, name)[:261], rel=1e-8)


def test_an_earlier_split_stays_adjusted_for():
    split = with_split(MARKET, MARKET.dates[100].item(), 4)
    assert history_until(split, AS_OF).close[50] == pytest.approx(MARKET.close[50] / 4, rel=1e-8)


def test_at_most_2520_bars_are_kept_and_they_are_the_last():
    history = history_until(quotes(np.linspace(50, 90, 3000)), None)
    assert len(history) == history.passport.bars == MAXIMUM_BARS == 2520
    assert history.dates[0] == history.passport.first_bar == quotes(np.ones(3000)).dates[480]


def test_an_as_of_without_a_session_is_the_last_session_before_it():
    friday = next(day for day in MARKET.dates[200:].tolist() if day.weekday() == 4)
    sunday = np.datetime64(friday) + np.timedelta64(2, "D")
    assert packed_until(MARKET, sunday.item()) == packed_until(MARKET, friday)


def test_an_as_of_before_the_first_bar_says_which_that_is():
    with pytest.raises(QueryError) as refused:
        history_until(MARKET, (MARKET.dates[0] - np.timedelta64(1, "D")).item())
    assert refused.value.field == "as_of"
    assert "2015-01-05" in refused.value.sentence


@pytest.mark.parametrize("told", [quotes([]), quotes([np.nan, 0.0, -1.0])], ids=["no rows", "no prices"])
def test_an_answer_without_a_single_bar_is_refused(told):
    with pytest.raises(BadBarsError):
        history_until(told, None)


def test_a_packed_history_is_the_same_history():
    history = history_until(replace(MARKET, open=MARKET.open * 0 - 1), AS_OF)
    again = histories.decode(histories.encode(history))
    assert (again.ticker, again.passport) == (history.ticker, history.passport)
    for field in fields(history)[2:]:
        np.testing.assert_array_equal(getattr(again, field.name), getattr(history, field.name))


def test_a_packed_answer_is_the_same_answer():
    told = with_split(MARKET, AFTER, 4)
    again = answers.decode(answers.encode(told))
    assert (again.listing, again.splits, again.left_out) == (told.listing, told.splits, told.left_out)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(again, name), getattr(told, name))


def test_the_hash_tells_histories_apart_and_equal_ones_not():
    hashes = {history_until(market(100, seed), None).passport.sha256 for seed in (1, 2, 2)}
    assert len(hashes) == 2
    assert all(len(digest) == 64 for digest in hashes)


def test_what_followed_is_in_prices_of_the_day_asked_for():
    told = with_dividend(with_split(MARKET, AFTER, 4), AFTER, 0.98)
    dates, closes, quoted = closes_after(told, AS_OF, 30)
    assert dates == tuple(MARKET.dates[261:291].tolist())
    assert closes[0] == pytest.approx(MARKET.close[260])
    # To whoever held the share on, the dividend is a gain of 1 / 0.98 from its day on.
    assert closes[-1] == pytest.approx(MARKET.adj_close[290] / MARKET.adj_close[260] / 0.98 * MARKET.close[260])
    assert quoted == pytest.approx(np.stack([MARKET.close, MARKET.high, MARKET.low])[:, 261:291])


def test_what_followed_ends_with_the_rows():
    dates, closes, quoted = closes_after(MARKET, MARKET.dates[-3].item(), 22)
    assert (len(dates), len(closes), quoted.shape) == (2, 3, (3, 2))
