import holidays
import pytest

from app.market.calendar import EVERY_DAY, WEEKDAYS
from app.market.yahoo.exchanges import CALENDARS, adjustment_of, calendar_of


def test_every_calendar_is_one_that_holidays_has():
    known = holidays.list_supported_financial()
    assert set(CALENDARS.values()) <= known.keys() | {code for codes in known.values() for code in codes}


@pytest.mark.parametrize(
    ("exchange", "instrument", "calendar"),
    [
        ("NMS", "EQUITY", "XNAS"),
        ("NYQ", "EQUITY", "XNYS"),
        ("PCX", "ETF", "XNYS"),
        ("SNP", "INDEX", "XNYS"),
        ("NSI", "EQUITY", "XNSE"),
        ("LSE", "EQUITY", "XLON"),
        ("CCY", "CURRENCY", WEEKDAYS),
        ("CCC", "CRYPTOCURRENCY", EVERY_DAY),
        ("XXX", "EQUITY", WEEKDAYS),
    ],
)
def test_an_exchange_has_its_own_days(exchange, instrument, calendar):
    assert calendar_of(exchange, instrument) == calendar


@pytest.mark.parametrize(("currency", "unit"), [("GBp", "pence"), ("ZAc", "cents"), ("ILA", "agorot")])
def test_hundredths_are_said_to_be_hundredths(currency, unit):
    assert f"prices are in {unit}, a hundredth of" in adjustment_of("EQUITY", currency)


def test_what_cannot_be_adjusted_is_said_not_to_be():
    assert adjustment_of("CURRENCY", "USD").startswith("none")
    assert "dividends too" in adjustment_of("EQUITY", "USD")
