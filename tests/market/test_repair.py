from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from app.errors import BadBarsError
from app.market.cleaning.repair import repair
from app.market.history import history_until
from app.market.passport import MOST_LISTED, Remark
from app.market.upload.reader import read_quotes
from tests.support.fakes import joined, market, quotes

NAN = np.nan
FIVE = [10.0, 11.0, 12.0, 11.0, 10.0]


def remarks(told):
    done = repair(told)
    return [(remark.day, remark.what) for remark in done.dropped], [(one.day, one.what) for one in done.repaired]


def test_sound_rows_are_left_alone():
    told = market(100)
    assert remarks(told) == ([], [])
    np.testing.assert_array_equal(repair(told).quotes.high, told.high)


def test_rows_in_any_order_are_sorted_and_those_moved_are_listed():
    told = quotes(FIVE).rows(np.array([0, 3, 1, 2, 4]))
    dropped, repaired = remarks(told)
    assert (dropped, len(repaired)) == ([], 2)
    assert repair(told).quotes.close.tolist() == FIVE


def test_rows_newest_first_are_turned_round_with_one_remark():
    told = quotes(FIVE).rows(np.arange(5)[::-1])
    dropped, repaired = remarks(told)
    assert (dropped, len(repaired)) == ([], 1)
    assert repair(told).quotes.close.tolist() == FIVE


def test_the_same_row_twice_counts_once():
    told = joined(quotes(FIVE), quotes(FIVE).rows(np.array([2])))
    dropped, _ = remarks(told)
    assert dropped == [(told.dates[2].item(), "the same row stood twice")]
    assert repair(told).quotes.close.tolist() == FIVE


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "adj_close"])
def test_one_date_with_two_prices_is_refused_by_its_date(column):
    other = replace(quotes(FIVE).rows(np.array([2])), **{column: np.array([12.5])})
    with pytest.raises(BadBarsError, match="2015-01-07") as refused:
        repair(joined(quotes(FIVE), other))
    assert "12.5" in refused.value.sentence


def test_a_row_without_numbers_beside_a_whole_one_is_dropped():
    empty = quotes([NAN] * 5).rows(np.array([4]))
    dropped, _ = remarks(joined(quotes(FIVE), empty))
    assert dropped == [(quotes(FIVE).dates[4].item(), "no closing price")]


@pytest.mark.parametrize("worthless", [NAN, 0.0, -3.0, np.inf])
def test_a_row_without_a_real_close_is_dropped_and_listed(worthless):
    told = quotes([10.0, 11.0, worthless, 11.0, 10.0])
    dropped, _ = remarks(told)
    assert [day for day, _ in dropped] == [told.dates[2].item()]
    assert repair(told).quotes.close.tolist() == [10.0, 11.0, 11.0, 10.0]


@pytest.mark.parametrize("column", ["open", "high", "low"])
@pytest.mark.parametrize("worthless", [NAN, 0.0, -3.0])
def test_a_missing_price_is_taken_from_the_close_and_listed(column, worthless):
    told = quotes(FIVE, **{column: np.array([10.0, 11.0, worthless, 11.0, 10.0])})
    dropped, repaired = remarks(told)
    assert (dropped, repaired) == ([], [(told.dates[2].item(), f"no {column}: the close was taken")])
    assert getattr(repair(told).quotes, column).tolist() == FIVE


def test_a_missing_adjusted_close_makes_no_jump():
    told = quotes(FIVE, adj_close=np.array([5.0, 5.5, NAN, 5.5, 5.0]))
    _, repaired = remarks(told)
    assert [day for day, _ in repaired] == [told.dates[2].item()]
    assert repair(told).quotes.adj_close.tolist() == [5.0, 5.5, 6.0, 5.5, 5.0]


def test_prices_that_contradict_each_other_are_mended_and_listed():
    told = quotes(FIVE, high=np.array([10, 11, 9, 11, 10.0]), low=np.array([10, 11, 12, 99, 10.0]))
    mended = repair(told)
    assert {remark.day for remark in mended.repaired} == set(told.dates[[2, 3]].tolist())
    assert (mended.quotes.high >= mended.quotes.close).all()
    assert (mended.quotes.low <= mended.quotes.close).all()


@pytest.mark.parametrize("volume", [NAN, 0.0, -5.0])
def test_no_volume_at_all_is_said_in_the_passport(volume):
    history = history_until(quotes(FIVE, volume=np.full(5, volume)), None)
    assert not history.passport.has_volume
    assert history.volume.tolist() == [0.0] * 5


def test_the_passport_lists_only_what_was_done_to_the_bars_it_covers():
    close = np.linspace(50, 60, 2600)
    close[[10, 2590]] = NAN
    passport = history_until(quotes(close), None).passport
    assert [remark.day for remark in passport.dropped] == [quotes(close).dates[2590].item()]


def test_what_the_source_left_out_is_listed_up_to_the_as_of_day():
    bars = quotes(np.linspace(50, 60, 50))
    noted = replace(bars, left_out=tuple(Remark(day, "left out") for day in bars.dates[[5, 45]].tolist()))
    assert [remark.day for remark in history_until(noted, bars.dates[20].item()).passport.dropped] == [
        bars.dates[5].item()
    ]


PRICES = ("open", "high", "low", "close", "adj_close")
OTHER_UNIT, PARTLY = "in another unit than the days around it", "some of its prices in another unit"


def in_other_unit(told, rows, factor, names=PRICES):
    """The same market whose source told ``names`` of ``rows`` in a unit that is ``factor`` times as small."""
    changed = {name: getattr(told, name).copy() for name in names}
    for column in changed.values():
        column[rows] *= factor
    return replace(told, **changed)


@pytest.mark.parametrize("factor", [100, 0.01, 1000, 0.001])
@pytest.mark.parametrize("rows", [slice(100, 104), slice(0, 0), slice(150, 280)], ids=["days", "none", "months"])
def test_days_in_another_unit_are_brought_back_and_listed(factor, rows):
    told = market(300)
    done = repair(in_other_unit(told, rows, factor))
    for name in PRICES:
        np.testing.assert_allclose(getattr(done.quotes, name), getattr(told, name), rtol=1e-12)
    assert [remark.day for remark in done.repaired if OTHER_UNIT in remark.what] == told.dates[rows].tolist()
    assert len(done.repaired) == len(told.dates[rows])


@pytest.mark.parametrize("names", [("open",), ("high", "low"), ("close",), ("close", "adj_close"), ("adj_close",)])
def test_half_a_row_in_another_unit_is_brought_to_the_other_half(names):
    told = market(300)
    done = repair(in_other_unit(told, [120], 100, names))
    for name in PRICES:
        np.testing.assert_allclose(getattr(done.quotes, name), getattr(told, name), rtol=1e-12)
    ((day, what),) = [(remark.day, remark.what) for remark in done.repaired]
    assert (day, PARTLY in what) == (told.dates[120].item(), True)


def test_two_stretches_in_other_units_are_told_apart():
    told = market(300)
    done = repair(in_other_unit(in_other_unit(told, slice(50, 60), 100), slice(55, 57), 1000))
    np.testing.assert_allclose(done.quotes.close, told.close, rtol=1e-12)


def test_a_change_of_unit_that_lasts_is_left_as_it_is():
    told = in_other_unit(market(300), slice(290, None), 100)
    done = repair(told)
    np.testing.assert_array_equal(done.quotes.close, told.close)
    assert done.repaired == ()


def test_what_comes_after_the_day_decides_nothing():
    told = in_other_unit(market(300), slice(200, 210), 100)
    day = told.dates[205].item()
    assert len(history_until(told, day).passport.jumps) == 1
    assert history_until(told, told.dates[210].item()).passport.jumps == ()


def test_a_price_that_crashes_to_a_hundredth_and_comes_back_in_steps_is_a_market():
    close = 100 * np.exp(np.r_[np.linspace(0, -4.6, 30), np.linspace(-4.6, 0, 60), np.zeros(30)])
    assert repair(quotes(close)).repaired == ()


def filed(between="\n", change=lambda row, cells: cells, days=300):
    """The passport of a file of so many days whose rows are ``change``d."""
    rows = [[str(day), *["100"] * 5, "1000"] for day in np.busday_offset("2021-01-04", np.arange(days))]
    told = between.join(",".join(change(row, cells)) for row, cells in enumerate(rows))
    return history_until(
        read_quotes(f"Date,Open,High,Low,Close,Adj Close,Volume\n{told}\n".encode(), "F", "f"), None
    ).passport


FAULTS = {
    "blank lines": {"between": "\n\n\n"},
    "no close": {"change": lambda row, cells: [*cells[:4], "" if row % 150 == 7 else "100", *cells[5:]]},
    "no open": {"change": lambda row, cells: [cells[0], "" if row else "100", *cells[2:]]},
    "no volume": {"change": lambda row, cells: [*cells[:6], "" if row else "9"]},
    "no adjusted close": {"change": lambda row, cells: [*cells[:5], "" if row else "100", cells[6]]},
    "high below": {"change": lambda row, cells: [*cells[:2], "90", *cells[3:]]},
    "low above": {"change": lambda row, cells: [*cells[:3], "110", *cells[4:]]},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_hundred_remarks_of_a_kind_are_listed_and_the_rest_is_counted(fault):
    passport = filed(**FAULTS[fault], days=2500)
    remarks = passport.dropped + passport.repaired
    assert 1 <= len(remarks) <= 2 * (MOST_LISTED + 1)
    assert len(Counter(remark.what for remark in remarks)) <= 4
    assert len(repr(passport)) < 64_000


def test_the_rest_of_a_kind_is_counted_to_the_last_one():
    passport = filed(**FAULTS["no open"], days=350)
    assert [remark.what for remark in passport.repaired] == [
        *["no open: the close was taken"] * 100,
        "and 249 more like this: no open: the close was taken",
    ]


@pytest.mark.parametrize(
    ("lines", "what"), [(1, "299 blank lines"), (2, "598 blank lines"), (190, "56,810 blank lines")]
)
def test_blank_lines_are_one_remark_however_many_they_are(lines, what):
    passport = filed("\n" * (lines + 1))
    assert [remark.what for remark in passport.dropped] == [what]


def test_blank_lines_after_the_day_asked_for_are_not_told():
    content = b"Date,Close\n2021-01-04,1\n\n2021-01-05,1\n\n\n2021-01-06,1\n"
    quotes = read_quotes(content, "F", "f")
    assert [one.what for one in history_until(quotes, date(2021, 1, 5)).passport.dropped] == [
        "a blank line before its row"
    ]
    assert [one.what for one in history_until(quotes, None).passport.dropped] == ["3 blank lines"]
