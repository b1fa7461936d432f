from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from app.evaluation.training import lstm
from app.evaluation.training.lstm import Recipe, train
from app.evaluation.training.samples import fingerprint, is_learned, read_pool, samples
from app.forecasting.conformal import HORIZON_KNOTS
from tests.support.series import altered, index_bars, random_bars, table

CUT_OFF = date(2017, 6, 30)
LOSS = 0.2125
RECIPE = Recipe(every=10, batch=64, seeds=(1,))
PRICES = {f"R{seed}": random_bars(2000, seed) for seed in range(8)} | {"INDEX": index_bars(1500)}
VALIDATION = "R7"


@pytest.fixture(scope="module")
def trained():
    return train(PRICES, CUT_OFF, RECIPE)


def test_a_small_run_reproduces_its_loss(trained):
    assert trained.card.loss == pytest.approx(LOSS, rel=0.01)


def test_a_random_walk_cannot_be_learned_but_costs_little(trained):
    assert 0.97 < trained.card.held_back / trained.card.held_back_gaussian < 1.05


def test_nothing_after_the_cut_off_changes_a_weight(trained):
    origin = {
        ticker: int(np.searchsorted(y.dates, np.datetime64(CUT_OFF), side="right")) - 1 for ticker, y in PRICES.items()
    }
    other = train({ticker: altered(y, origin[ticker], "tripled") for ticker, y in PRICES.items()}, CUT_OFF, RECIPE)
    assert other.card.sha256 == trained.card.sha256
    for mine, theirs in zip(other.networks[0], trained.networks[0], strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_validation_tickers_are_never_learned_from(trained):
    assert [ticker for ticker in PRICES if not is_learned(ticker)] == [VALIDATION]
    other = train(PRICES | {VALIDATION: random_bars(2000, 99, volatility=0.05)}, CUT_OFF, RECIPE)
    assert other.card.tickers == trained.card.tickers == len(PRICES) - 1
    assert other.card.held_back != trained.card.held_back
    for mine, theirs in zip(other.networks[0], trained.networks[0], strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_an_interrupted_training_goes_on_where_it_stopped(trained, tmp_path, monkeypatch):
    fits, fit = [], lstm.fit

    def counted(learned, recipe, seed):
        fits.append(seed)
        if len(fits) == 2:
            raise KeyboardInterrupt
        return fit(learned, recipe, seed)

    monkeypatch.setattr(lstm, "fit", counted)
    with pytest.raises(KeyboardInterrupt):
        train(PRICES, CUT_OFF, RECIPE, tmp_path)
    again = train(PRICES, CUT_OFF, RECIPE, tmp_path)
    assert len(fits) == 3
    assert again.card == trained.card
    for mine, theirs in zip(again.networks[0], trained.networks[0], strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_ticker_of_two_pools_has_the_older_bars_of_the_second(tmp_path):
    whole = table("A", 300)
    whole.iloc[100:].to_csv(tmp_path / "new.csv", index=False)
    halved = whole.iloc[:200].copy()
    halved[["open", "high", "low", "close", "adj_close"]] /= 2
    pd.concat([halved, table("B", 100)]).to_csv(tmp_path / "old.csv", index=False)
    whole.to_csv(tmp_path / "whole.csv", index=False)
    pool, failures = read_pool([tmp_path / "new.csv", tmp_path / "old.csv"])
    expected, _ = read_pool([tmp_path / "whole.csv"])
    assert (list(pool), failures) == (["A", "B"], ())
    for name in ("dates", "open", "high", "low", "close", "volume"):
        actual = getattr(pool["A"], name)
        np.testing.assert_allclose(actual.astype(float), getattr(expected["A"], name).astype(float))


def test_another_seed_gives_other_weights_of_the_same_worth(trained):
    other = train(PRICES, CUT_OFF, replace(RECIPE, seeds=(2,)))
    assert not np.allclose(other.networks[0][0], trained.networks[0][0])
    assert other.card.loss == pytest.approx(trained.card.loss, rel=0.02)


def test_no_sample_has_a_target_after_the_end():
    y, until = index_bars(1500), np.datetime64("2016-03-31")
    found = samples([y], np.datetime64("1900-01-01"), until, 1)
    last = int(np.searchsorted(y.dates, until, side="right")) - 1
    assert len(found) == last - int(HORIZON_KNOTS[-1]) - 253 + 1


def test_the_second_part_of_a_split_begins_after_the_last_target_of_the_first():
    y, border = index_bars(1500), np.datetime64("2016-03-31")
    first = samples([y], np.datetime64("1900-01-01"), border, 1)
    second = samples([y], border, np.datetime64("2018-01-01"), 1)
    whole = samples([y], np.datetime64("1900-01-01"), np.datetime64("2018-01-01"), 1)
    assert len(whole) - len(first) - len(second) == HORIZON_KNOTS[-1]


def test_too_few_bars_are_said_to_be_so():
    with pytest.raises(ValueError, match="found no bar between"):
        samples([random_bars(200)], np.datetime64("1900-01-01"), np.datetime64("2030-01-01"), 1)


def test_a_fingerprint_knows_every_price():
    one, other = random_bars(70), random_bars(70, 1)
    assert fingerprint({"A": one}) != fingerprint({"A": other})
    assert fingerprint({"A": one}) != fingerprint({"B": one})
