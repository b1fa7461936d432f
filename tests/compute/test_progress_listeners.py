from contextvars import copy_context

import pytest

from app.compute.progress import LISTENER, ProgressListeners, report


@pytest.fixture
def audience():
    return ProgressListeners()


class Listener:
    """Attends a computation in a context of its own, as each task has one."""

    def __init__(self, audience, key="sum"):
        self.heard = []
        self._context = copy_context()
        self._context.run(LISTENER.set, self.heard.append)
        self._seat = audience.attending(key)
        self._context.run(self._seat.__enter__)

    def leave(self):
        self._context.run(self._seat.__exit__, None, None, None)


def say(audience, words, key="sum"):
    """What the computation itself does, in the context of its own task."""
    context = copy_context()
    context.run(audience.speak, key)
    context.run(report, words)


def test_all_who_attend_hear_and_the_others_do_not(audience):
    first, second, stranger = Listener(audience), Listener(audience), Listener(audience, "product")
    say(audience, "adding")
    assert (first.heard, second.heard, stranger.heard) == (["adding"], ["adding"], [])


def test_who_comes_late_hears_the_last_words(audience):
    early = Listener(audience)
    say(audience, "adding")
    say(audience, "carrying")
    late = Listener(audience)
    assert (early.heard, late.heard) == (["adding", "carrying"], ["carrying"])


def test_who_has_left_hears_no_more_and_takes_nobody_along(audience):
    first, second = Listener(audience), Listener(audience)
    first.leave()
    say(audience, "adding")
    assert (first.heard, second.heard) == ([], ["adding"])


def test_the_last_who_leaves_closes_the_room(audience):
    listeners = [Listener(audience), Listener(audience)]
    say(audience, "adding")
    for one in listeners:
        one.leave()
    assert len(audience) == 0
    assert Listener(audience).heard == []
