from contextvars import copy_context

import pytest

from app.compute.progress import LISTENER, ProgressListeners, report


@pytest.fixture
def listeners():
    return ProgressListeners()


class Listener:
    """Is subscribed to a computation in a context of its own, as each task has one."""

    def __init__(self, listeners, key="sum"):
        self.heard = []
        self._context = copy_context()
        self._context.run(LISTENER.set, self.heard.append)
        self._subscription = listeners.subscribed(key)
        self._context.run(self._subscription.__enter__)

    def leave(self):
        self._context.run(self._subscription.__exit__, None, None, None)


def say(listeners, words, key="sum"):
    """What the computation itself does, in the context of its own task."""
    context = copy_context()
    context.run(listeners.publish_to, key)
    context.run(report, words)


def test_all_who_are_subscribed_hear_and_the_others_do_not(listeners):
    first, second, stranger = Listener(listeners), Listener(listeners), Listener(listeners, "product")
    say(listeners, "adding")
    assert (first.heard, second.heard, stranger.heard) == (["adding"], ["adding"], [])


def test_who_comes_late_hears_the_last_words(listeners):
    early = Listener(listeners)
    say(listeners, "adding")
    say(listeners, "carrying")
    late = Listener(listeners)
    assert (early.heard, late.heard) == (["adding", "carrying"], ["carrying"])


def test_who_has_left_hears_no_more_and_takes_nobody_along(listeners):
    first, second = Listener(listeners), Listener(listeners)
    first.leave()
    say(listeners, "adding")
    assert (first.heard, second.heard) == ([], ["adding"])


def test_the_last_who_leaves_ends_the_topic(listeners):
    both = [Listener(listeners), Listener(listeners)]
    say(listeners, "adding")
    for listener in both:
        listener.leave()
    assert len(listeners) == 0
    assert Listener(listeners).heard == []
