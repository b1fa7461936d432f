import numpy as np
import pytest

from app.patterns.recognition import calibration_error, recognition


def certain(classes):
    return np.eye(9)[classes]


def test_scores_are_counted_over_shapes_and_none_is_no_shape():
    rules, network = np.array([0, 0, 1, 1, 3, 3]), np.array([0, 1, 1, 0, 3, 2])
    found = recognition(rules, certain(network))
    assert found.precision == 2 / 4
    assert found.recall == 2 / 4
    assert found.recalls == (0.5, 0.5, None, 0.5, *[None] * 5)
    assert found.balanced_accuracy == 0.5
    assert found.confusion[1].tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_a_network_that_is_right_as_often_as_it_says_is_calibrated():
    sure = np.repeat([0.55, 0.95], [20, 20])
    right = np.concatenate([np.arange(20) < 11, np.arange(20) < 19])
    assert calibration_error(sure, right) == pytest.approx(0)


def test_the_calibration_error_is_the_mean_gap_of_its_bins():
    sure, right = np.repeat([0.61, 0.95], [30, 10]), np.repeat([True, False], [30, 10])
    assert calibration_error(sure, right) == pytest.approx((30 * 0.39 + 10 * 0.95) / 40)


def test_without_a_window_nothing_is_wrong():
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0
