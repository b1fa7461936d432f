import gzip
import zlib

import numpy as np
import pandas as pd
import pytest

from app.evaluation.price_files import read_prices
from tests.support.paths import ROOT
from tests.support.series import random_bars, table

SHARED = ROOT.parent / "shared" / "data"


def write(bars, path):
    bars.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["prices.csv", "prices.csv.gz"])
def test_a_file_gives_each_ticker_its_adjusted_log_prices(tmp_path, name):
    found = read_prices(write(pd.concat([table("B", seed=1), table("A")]), tmp_path / name))
    assert (list(found.prices), found.failures) == (["A", "B"], ())
    expected = random_bars(300)
    np.testing.assert_array_equal(found.prices["A"].dates, expected.dates)
    for column in ("open", "high", "low", "close"):
        np.testing.assert_allclose(getattr(found.prices["A"], column), getattr(expected, column) - np.log(2))


def test_a_folder_is_read_file_by_file_and_names_tickers_without_a_column(tmp_path):
    write(table("A"), tmp_path / "one.csv")
    write(table("B").drop(columns="ticker"), tmp_path / "^B-2.csv.gz")
    assert list(read_prices(tmp_path).prices) == ["A", "^B-2"]


def test_without_an_adjusted_close_the_close_counts(tmp_path):
    found = read_prices(write(table("A").drop(columns=["adj_close", "volume"]), tmp_path / "a.csv")).prices["A"]
    np.testing.assert_allclose(found.close, random_bars(300).close)
    assert (found.volume == 0).all()


def test_a_ticker_whose_adjusted_closes_are_all_blank_has_none(tmp_path):
    blank = table("A").assign(adj_close=None)
    found = read_prices(write(pd.concat([blank, table("B")]), tmp_path / "a.csv")).prices
    np.testing.assert_allclose(found["A"].close - found["B"].close, np.log(2))


def test_a_parquet_file_is_read_like_any_other(tmp_path):
    pytest.importorskip("pyarrow")
    table("A").to_parquet(tmp_path / "a.parquet")
    np.testing.assert_allclose(read_prices(tmp_path).prices["A"].close, random_bars(300).close - np.log(2))


def test_a_column_may_say_what_kind_of_instrument_each_ticker_is(tmp_path):
    files = read_prices(
        write(pd.concat([table("A").assign(kind="etf"), table("B.T").assign(kind="stock")]), tmp_path / "a.csv")
    )
    assert files.groups == {"A": "US funds", "B.T": "Japanese stocks"}
    assert read_prices(write(table("A"), tmp_path / "a.csv")).groups == {"A": "others"}


def test_rows_may_come_in_any_order_and_names_in_any_spelling(tmp_path):
    spelt = table("A").iloc[::-1].rename(columns={"adj_close": "Adj Close", "date": "Date", "open": "Open"})
    found = read_prices(write(spelt, tmp_path / "a.csv")).prices["A"]
    assert (np.diff(found.dates).astype(int) > 0).all()


@pytest.mark.parametrize("ticker", ["NA", "NAN", "TRUE", "007"])
def test_a_ticker_that_looks_like_something_else_stays_a_ticker(tmp_path, ticker):
    assert list(read_prices(write(table(ticker), tmp_path / "a.csv")).prices) == [ticker]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("close", "oops", "without four positive prices, first on 2010-01-14"),
        ("low", "-1", "without four positive prices"),
        ("adj_close", "0", "without four positive prices"),
        ("date", "soon", "1 dates that are none"),
        ("date", "2010-01-15", "found 2010-01-15 twice"),
    ],
)
def test_a_bad_ticker_is_named_with_its_fault_and_the_others_survive(tmp_path, column, value, said):
    bad = table("BAD").astype({column: object})
    bad.loc[8, column] = value
    found = read_prices(write(pd.concat([bad, table("GOOD")]), tmp_path / "a.csv"))
    assert list(found.prices) == ["GOOD"]
    assert [failure.ticker for failure in found.failures] == ["BAD"]
    assert said in found.failures[0].reason


def test_a_ticker_of_few_bars_says_how_many_it_needs(tmp_path):
    assert read_prices(write(table("A", 59), tmp_path / "a.csv")).failures[0].reason == "found 59 bars; needed 60"


def test_a_row_without_any_price_is_no_bar(tmp_path):
    bars = table("A")
    bars.loc[5, ["open", "high", "low", "close", "adj_close"]] = np.nan
    assert len(read_prices(write(bars, tmp_path / "a.csv")).prices["A"]) == 299


def test_files_that_cannot_be_read_are_listed_and_survived(tmp_path):
    write(table("A"), tmp_path / "good.csv")
    write(table("B").drop(columns="close"), tmp_path / "headless.csv")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"date,open\n" * 99)[:40])
    (tmp_path / "empty.csv").touch()
    found = read_prices(tmp_path)
    assert list(found.prices) == ["A"]
    assert [failure.ticker for failure in found.failures] == ["cut.csv.gz", "empty.csv", "headless.csv"]
    assert "no column close" in found.failures[2].reason


def test_the_same_ticker_in_two_files_counts_once(tmp_path):
    for name in ("a.csv", "b.csv"):
        write(table("A"), tmp_path / name)
    found = read_prices(tmp_path)
    assert (list(found.prices), found.failures[0].reason) == (["A"], "found again in b.csv; needed once")


def test_one_ticker_in_so_many_is_drawn_whatever_others_there_are(tmp_path):
    names = [f"T{number}" for number in range(40)]
    path = write(pd.concat([table(name, 60) for name in names]), tmp_path / "a.csv")
    drawn = list(read_prices(path, 4).prices)
    assert drawn == sorted(name for name in names if zlib.crc32(name.encode()) % 4 == 0)
    fewer = write(pd.concat([table(name, 60) for name in names[::2]]), tmp_path / "fewer.csv")
    assert list(read_prices(fewer, 4).prices) == [name for name in drawn if name in names[::2]]


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_nothing_to_read_is_an_error_that_says_where(tmp_path, name):
    with pytest.raises(FileNotFoundError, match="found no"):
        read_prices(tmp_path / name)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared prices are not here")
def test_the_shared_prices_are_all_readable():
    for name, tickers in (("us_stocks.csv.gz", 42), ("non_us_stock.csv.gz", 9)):
        found = read_prices(SHARED / name)
        assert len(found.prices) == tickers
        assert not found.failures
