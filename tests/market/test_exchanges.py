from datetime import date

import pytest

from app.market.calendar import CURRENCIES, EVERY_DAY, SUNDAYS, WEEKDAYS, sessions_after
from app.market.yahoo.exchanges import CALENDARS, adjustment_of, calendar_of


@pytest.mark.parametrize("calendar", sorted(set(CALENDARS.values()) - {SUNDAYS}))
def test_every_calendar_has_a_holiday_of_its_own_in_half_a_year(calendar):
    after = date(2025, 12, 12)
    assert sessions_after(calendar, after, 130) != sessions_after(WEEKDAYS, after, 130)


@pytest.mark.parametrize(
    ("exchange", "instrument", "calendar"),
    [
        ("NMS", "EQUITY", "XNAS"),
        ("NYQ", "EQUITY", "XNYS"),
        ("PCX", "ETF", "XNYS"),
        ("SNP", "INDEX", "XNYS"),
        ("NSI", "EQUITY", "XNSE"),
        ("LSE", "EQUITY", "XLON"),
        ("CCY", "CURRENCY", CURRENCIES),
        ("SAU", "EQUITY", "XSAU"),
        ("TLV", "EQUITY", "XTAE"),
        ("KUW", "EQUITY", SUNDAYS),
        ("KSC", "EQUITY", "XKRX"),
        ("JKT", "EQUITY", "XIDX"),
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
