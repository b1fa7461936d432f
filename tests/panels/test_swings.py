import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.panels.technicals.levels import CONFIRMED_AFTER, Swings, levels, swings
from tests.support.series import index_bars, random_bars, still

K = CONFIRMED_AFTER
SERIES = {"index": index_bars(600), "walk": random_bars(400), "still": still(random_bars(300), slice(100, 180))}
EVERY_SERIES = pytest.mark.parametrize("y", SERIES.values(), ids=SERIES)


def brute_force(high, low):
    """Every bar looked at by itself."""
    found = []
    for row in range(K, len(high) - K):
        before, after = range(row - K, row), range(row + 1, row + K + 1)
        if all(high[row] > high[i] for i in before) and all(high[row] >= high[i] for i in after):
            found.append((row, high[row]))
        if all(low[row] < low[i] for i in before) and all(low[row] <= low[i] for i in after):
            found.append((row, low[row]))
    return found


def pairs(found):
    return list(zip(found.rows.tolist(), found.prices.tolist(), strict=True))


@EVERY_SERIES
def test_swings_are_the_bars_that_reach_beyond_all_around_them(y):
    assert pairs(swings(y.high, y.low)) == brute_force(y.high, y.low)


@EVERY_SERIES
def test_later_bars_change_no_swing_and_only_confirm_new_ones(y):
    whole = pairs(swings(y.high, y.low))
    for bars in range(0, len(y.high), 7):
        assert pairs(swings(y.high[:bars], y.low[:bars])) == [pair for pair in whole if pair[0] + K < bars]


def test_a_turn_at_the_end_is_no_swing_until_the_fifth_bar_after_it_has_closed():
    top = np.concatenate([np.arange(20.0), 18 - np.arange(5.0)])
    assert pairs(swings(top[:-1], top[:-1] - 1)) == []
    assert pairs(swings(top, top - 1)) == [(19, 19.0)]


def test_a_plateau_is_one_swing_and_a_price_that_stands_still_none():
    plateau = np.concatenate([np.arange(9.0), [9.0] * 4, 8 - np.arange(9.0)])
    assert pairs(swings(plateau, plateau)) == [(9, 9.0)]
    assert pairs(swings(np.full(50, 7.0), np.full(50, 7.0))) == []


def cuts_of(prices, tolerance):
    """Cut at gaps, the widest first, wherever the stretch around a gap still reaches farther than the tolerance."""
    rising = np.sort(prices)
    edges = {0, len(rising)}
    for cut in sorted(range(1, len(rising)), key=lambda cut: (rising[cut - 1] - rising[cut], cut)):
        first, end = max(edge for edge in edges if edge < cut), min(edge for edge in edges if edge > cut)
        if rising[end - 1] - rising[first] > tolerance:
            edges.add(cut)
    return [rising[a:b].tolist() for a, b in zip(sorted(edges)[:-1], sorted(edges)[1:], strict=True)]


@given(some.lists(some.integers(1, 500), min_size=1, max_size=40), some.integers(0, 60))
def test_levels_divide_all_swings_into_groups_no_wider_than_the_tolerance(prices, tolerance):
    turned = Swings(np.arange(len(prices)), np.array(prices, float))
    found = levels(turned, tolerance)
    groups = [sorted(prices[row] for row in level.rows) for level in found]
    assert groups == cuts_of(np.array(prices, float), tolerance)
    assert [level.price for level in found] == pytest.approx([np.mean(group) for group in groups])
    assert all(max(group) - min(group) <= tolerance for group in groups)


def test_a_wave_turns_at_two_levels_as_often_as_it_turns():
    wave = 100 + 10 * np.sin(np.arange(130) * 2 * np.pi / 20)
    found = levels(swings(wave + 1, wave - 1), tolerance=2.0)
    assert [(round(level.price), len(level.rows)) for level in found] == [(89, 6), (111, 6)]


def test_without_swings_there_are_no_levels():
    assert levels(swings(np.arange(8.0), np.arange(8.0)), 1.0) == ()
