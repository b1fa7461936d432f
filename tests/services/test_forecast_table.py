import csv
import io
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.forecast.convert import PublishedForecast
from app.services.results import COMMAS, SEMICOLONS, cell, delimited, forecast_table

DANGEROUS = ["=CMD", "-X", "+1", "@A", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|' /C calc'!A0", '=HYPERLINK("x")']
PLAIN = ["^GSPC", "AAPL", "M&M.NS", "2018-06-29", "BRK-B", ""]


def table_of(ticker="SYN", member="one", price=12.5, currency="USD"):
    forecast = PublishedForecast(price, (date(2018, 7, 2),), {"0.025": (price - 1,), "0.9": (-0.5,)})
    data = SimpleNamespace(currency=currency)
    analysis = SimpleNamespace(ticker=ticker, as_of=date(2018, 6, 29), forecast=forecast, data=data)
    return forecast_table({member: analysis})


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert cell(text) == f"'{text}"
    (row,) = csv.DictReader(io.StringIO(table_of(ticker=text), newline=""))
    assert row["ticker"] == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_what_no_spreadsheet_would_run_stays_as_it_is(text):
    assert cell(text) == text


@given(st.text(max_size=20))
def test_no_text_becomes_a_formula_or_another_cell(text):
    (row,) = csv.DictReader(io.StringIO(table_of(ticker=text, member=text), newline=""))
    assert not row["ticker"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert row["ticker"].endswith(text)
    assert row["p90"] == "-0.5"


def test_text_is_quoted_and_numbers_are_not():
    header, row = table_of().splitlines()
    assert header == '"ticker","as_of","last","member","day","date","p2_5","p90"'
    assert row == '"SYN","2018-06-29",12.5,"one",1,"2018-07-02",11.5,-0.5'


@pytest.mark.parametrize(
    ("price", "currency", "ticker", "written"),
    [
        (2718.3701171875 / 3, "USD", "SYN", "906.12"),
        (9.123456789, "USD", "SYN", "9.1235"),
        (70512.6, "KRW", "SYN", "70513.0"),
        (0.000012345678, "USD", "SYN", "1.235e-05"),
        (1.0512345, "USD", "EURUSD=X", "1.0512"),
    ],
)
def test_prices_have_the_decimals_that_they_are_quoted_with(price, currency, ticker, written):
    (row,) = csv.DictReader(io.StringIO(table_of(ticker, price=price, currency=currency)))
    assert row["last"] == written


def test_semicolons_and_decimal_commas_change_no_text_and_are_undone():
    table = table_of(ticker='A,B;C"D.E')
    changed = delimited(table, SEMICOLONS)
    (row,) = csv.DictReader(io.StringIO(changed), delimiter=";")
    assert (row["ticker"], row["last"], row["p90"]) == ('A,B;C"D.E', "12,5", "-0,5")
    assert delimited(changed, COMMAS) == table


def test_without_a_forecast_there_is_a_header_alone():
    assert forecast_table({}) == '"ticker","as_of","last","member","day","date"\n'
