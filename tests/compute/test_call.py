import pickle

import pytest
from tblib import pickling_support

from app.compute.call import guarded, resolve
from app.compute.errors import (
    ClientGoneError,
    DiskFullError,
    JobFailedError,
    JobTimeoutError,
    OutOfMemoryError,
    OverloadedError,
    WorkerDiedError,
)
from tests.support.compute.jobs import HERE, echo


def test_both_ways_of_writing_a_name_mean_the_same_function():
    assert resolve(f"{HERE}:echo") is resolve(f"{HERE}.echo") is echo


@pytest.mark.parametrize(
    "name", ["echo", "", "tests.support.compute.jobs:", "no.such.module:echo", "tests.support.compute.jobs:nothing"]
)
def test_a_name_that_means_nothing_is_an_error_and_no_crash(name):
    assert guarded(name).answer is None


def test_the_worker_adds_where_an_error_arose():
    with pytest.raises(ValueError, match="a wrong value") as raised:
        guarded(f"{HERE}:wrong").value()
    assert "in wrong" in raised.value.__notes__[0]


def test_an_error_travels_plainly_even_where_a_library_has_changed_how_errors_are_pickled():
    pickling_support.install()
    assert b"tblib" in pickle.dumps(ValueError("a wrong value"))
    assert b"tblib" not in guarded(f"{HERE}:wrong").error


@pytest.mark.parametrize(
    "error",
    [
        OverloadedError(3),
        JobTimeoutError(30.0),
        WorkerDiedError(2),
        OutOfMemoryError(2),
        DiskFullError(30),
        JobFailedError("OddError"),
        ClientGoneError(),
    ],
)
def test_every_error_pickles_whole_and_ends_in_what_to_do(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), vars(again)) == (type(error), vars(error))
    assert str(error) == f"{error.sentence} {error.hint}"
