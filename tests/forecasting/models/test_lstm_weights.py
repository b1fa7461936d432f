import json
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from app.forecasting.forecast import LogPrices
from app.forecasting.models.lstm.forecaster import NoWeightsError, lstm, lstm_from, newest_sets, uncalibrated
from app.forecasting.models.lstm.network import FOLDER, new_network, read, shipped, write
from tests.support.series import index_bars, random_bars

Y = index_bars(1500)


def test_three_sets_are_shipped_in_less_than_a_megabyte_of_text():
    assert [str(found.card.cut_off) for found in shipped()] == ["2008-12-31", "2018-12-31", "2023-12-31"]
    assert sum(file.stat().st_size for file in FOLDER.glob("*.json")) <= 900_000
    for file in FOLDER.glob("*.json"):
        json.loads(file.read_text("ascii"))


def test_every_network_fits_the_architecture_and_is_finite():
    shapes = [tuple(variable.shape) for variable in new_network().trainable_variables]
    for found in shipped():
        assert len(found.networks) == len(found.card.seeds) == len(set(found.card.seeds))
        for network in found.networks:
            assert [array.shape for array in network] == shapes
            assert all(np.isfinite(array).all() for array in network)


def test_the_model_card_says_what_a_reader_needs():
    for found in shipped():
        card = found.card
        assert card.held_back < card.held_back_gaussian
        assert card.rows > 100_000
        assert card.tickers > 100
        assert set(card.versions) == {"python", "tensorflow", "keras"}
        assert len(card.sha256) == 64


def test_what_is_written_reads_back(tmp_path):
    found = shipped()[0]
    again = read(write(found, tmp_path))
    assert again.card == found.card
    for mine, theirs in zip(again.networks, found.networks, strict=True):
        for left, right in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(left, right)


def test_a_file_that_is_no_weights_is_refused(tmp_path):
    (tmp_path / "bad.json").write_text('{"card": {}, "networks": []}')
    with pytest.raises(ValidationError):
        read(tmp_path / "bad.json")


def test_an_origin_uses_the_newest_weights_that_saw_nothing_after_it():
    days = np.array(["2009-01-02", "2018-12-31", "2019-01-02", "2023-12-31", "2024-01-02"], dtype="datetime64[D]")
    assert newest_sets(days).tolist() == [0, 0, 1, 1, 2]
    y = replace(Y, dates=Y.dates + (np.datetime64("2023-12-29") - Y.dates[1400]))
    origins = np.array([60, 1400, 1450])
    mixed, sets = uncalibrated(y, origins, 5).quantiles, newest_sets(y.dates[origins])
    assert sets.tolist() == [0, 1, 2]
    for row, which in enumerate(sets):
        alone = lstm_from(shipped()[which], y, origins[[row]], 5).quantiles
        np.testing.assert_allclose(mixed[[row]], alone, rtol=1e-9)


def test_an_origin_before_every_cut_off_is_refused():
    with pytest.raises(NoWeightsError, match="found an origin on 2008-12-31; needed one after 2008-12-31"):
        newest_sets(np.array(["2008-12-31"], dtype="datetime64[D]"))


def test_a_forecast_is_the_mean_of_its_networks():
    weights, origins = shipped()[0], np.array([700, 1200])
    parts = [
        lstm_from(type(weights)(weights.card, (network,)), Y, origins, 22).quantiles for network in weights.networks
    ]
    np.testing.assert_allclose(np.mean(parts, axis=0), lstm_from(weights, Y, origins, 22).quantiles, rtol=1e-9)


def test_a_price_without_volume_has_a_forecast_too():
    quiet = LogPrices(Y.dates, Y.open, Y.high, Y.low, Y.close, np.zeros(len(Y)))
    found = lstm(quiet, np.array([1400]), 66).quantiles
    assert np.isfinite(found).all()
    assert (np.diff(found[0, :, [0, 6]], axis=0) > 0).all()


def test_a_calm_market_has_narrower_bands_than_a_stormy_one():
    calm, stormy = (lstm(random_bars(600, volatility=size), np.array([599]), 5).quantiles for size in (0.01, 0.04))
    assert ((stormy[..., 6] - stormy[..., 0]) > 2 * (calm[..., 6] - calm[..., 0])).all()
