import numpy as np

from app.patterns.analogues import BARS, DAYS, MAX_WINDOWS, MIN_WINDOWS, aftermath, analogues, base_rate


def walk(rows=1200, seed=1):
    return np.cumsum(np.random.default_rng(seed).normal(0, 0.01, rows))


def nearest(y, origins=None):
    return analogues(y, np.array([len(y) - 1] if origins is None else origins))


def test_the_first_is_the_most_correlated_window_of_the_past():
    y = walk()
    (found,) = nearest(y)
    now = y[-BARS:]
    likeness = {end: np.corrcoef(now, y[end - BARS + 1 : end + 1])[0, 1] for end in range(BARS - 1, len(y) - DAYS)}
    best = max(likeness, key=likeness.get)
    assert found.ends[0] == best
    np.testing.assert_allclose(found.likeness, [likeness[end] for end in found.ends])


def test_a_copy_of_the_newest_window_is_found_whatever_its_level_and_size():
    y = walk()
    y[300:330] = 5 + 3 * y[-BARS:]
    (found,) = nearest(y)
    assert found.ends[0] == 329
    assert found.likeness[0] > 0.999999


def test_windows_do_not_overlap_and_come_nearest_first():
    (found,) = nearest(walk(3000))
    assert len(found.ends) == MAX_WINDOWS
    assert np.diff(np.sort(found.ends)).min() >= BARS
    assert (np.diff(found.likeness) <= 0).all()


def test_what_followed_was_known_at_the_origin():
    y = walk()
    for found in nearest(y, [400, 777, len(y) - 1]):
        assert found.ends.max() + DAYS <= found.origin


def test_nothing_after_an_origin_changes_what_it_is_told():
    y = walk()
    changed = y.copy()
    changed[778:] = 3 * changed[778:][::-1]
    (before,), (after,) = nearest(y, [777]), nearest(changed, [777])
    np.testing.assert_array_equal(before.ends, after.ends)
    np.testing.assert_array_equal(aftermath(y, before.ends), aftermath(changed, after.ends))
    np.testing.assert_array_equal(base_rate(y, 777), base_rate(changed, 777))


def test_the_base_rate_is_every_aftermath_that_was_known():
    y = walk(200)
    known = base_rate(y, 150)
    np.testing.assert_allclose(known[:, -1], y[DAYS:151] - y[: 151 - DAYS])
    assert known.shape == (151 - DAYS, DAYS)


def test_a_window_that_stands_still_is_like_nothing():
    y = walk()
    y[100:400] = 1.0
    (found,) = nearest(y)
    assert not ((found.ends >= 129) & (found.ends < 400)).any()
    still = np.concatenate([walk(600), np.full(60, 2.0)])
    assert len(nearest(still)[0].ends) == 0


def test_a_short_past_has_few_windows():
    (found,) = nearest(walk(60))
    assert len(found.ends) < MIN_WINDOWS
    assert nearest(walk(60), []) == ()
