from datetime import date

import pytest

from app.market.raw_history import Dividend, Split
from app.market.upload.reader import read_quotes


def read(*lines):
    return read_quotes("\n".join(lines).encode(), "SYN", "syn.csv")


def test_splits_and_dividends_beside_the_prices_are_read():
    told = read("Date,Close,Adj Close,Dividends,Stock Splits", "2024-01-02,10,9,0,0", "2024-01-03,5,5,0.5,2")
    assert told.splits == (Split(date(2024, 1, 3), 2.0),)
    assert told.dividends == (Dividend(date(2024, 1, 3), 0.5),)


def test_a_row_that_stands_twice_paid_once():
    told = read("Date,Close,Adj Close,Dividends", "2024-01-02,10,10,0.5", "2024-01-02,10,10,0.5", "2024-01-03,9,9,")
    assert told.dividends == (Dividend(date(2024, 1, 2), 0.5),)


@pytest.mark.parametrize("cell", ["0", "", "-", "none", "-3"])
def test_a_column_without_amounts_is_no_fault(cell):
    told = read("Date,Close,Adj Close,Dividends,Stock Splits", f"2024-01-02,10,10,{cell},{cell}", "2024-01-03,9,9,0,0")
    assert (told.splits, told.dividends) == ((), ())


def test_without_adjusted_closes_no_dividend_can_be_missing_from_them():
    assert read("Date,Close,Dividends", "2024-01-02,10,0", "2024-01-03,9,0.5").dividends == ()
