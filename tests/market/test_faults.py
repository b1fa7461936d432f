from dataclasses import replace

import numpy as np
import pytest

from app.market.history import history_until
from tests.support.fakes import market, quotes

MARKET = market(300)
CALM = quotes(80 + 0.2 * np.sin(np.arange(300)))
ROW = 120
PRICES = ("open", "high", "low", "close", "adj_close")


def scaled_from(told, row, factor, volume=1.0):
    """The same prices in another unit from ``row`` on."""
    unit, trades = (np.where(np.arange(300) >= row, number, 1.0) for number in (factor, volume))
    return replace(told, volume=told.volume * trades, **{name: getattr(told, name) * unit for name in PRICES})


def jumps_of(told, as_of=None):
    return history_until(told, as_of).passport.jumps


@pytest.mark.parametrize("told", [MARKET, CALM, quotes([10.0]), quotes([10.0, 10.0])])
def test_a_market_that_behaves_has_no_suspicious_jump(told):
    assert jumps_of(told) == ()


@pytest.mark.parametrize("factor", [100, 1 / 100])
def test_two_units_of_one_currency_are_recognised(factor):
    (jump,) = jumps_of(scaled_from(CALM, ROW, factor))
    assert jump.day == CALM.dates[ROW].item()
    assert jump.change == pytest.approx(factor * CALM.close[ROW] / CALM.close[ROW - 1] - 1)
    assert "100-fold" in jump.guess
    assert jump.unbelievable


@pytest.mark.parametrize("ratio", [2, 3, 4, 5, 7, 10, 20])
def test_a_split_nobody_adjusted_for_is_recognised(ratio):
    (jump,) = jumps_of(scaled_from(CALM, ROW, 1 / ratio, volume=ratio))
    assert jump.day == CALM.dates[ROW].item()
    assert f"{ratio}-fold" in jump.guess
    assert "split" in jump.guess


def test_a_crash_on_a_day_of_wide_range_and_many_trades_is_no_fault():
    crashed = scaled_from(CALM, ROW, 0.5, volume=9)
    crashed.high[ROW] = CALM.close[ROW]
    assert jumps_of(crashed) == ()


def test_the_passport_names_a_jump_of_the_past_and_none_of_the_future():
    broken = scaled_from(CALM, ROW, 100)
    assert len(jumps_of(broken, CALM.dates[ROW].item())) == 1
    assert jumps_of(broken, CALM.dates[ROW - 1].item()) == ()
