"""What a card's work says of itself while it runs, in words for its reader."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Say = Callable[[str], None]


def silent(words: str) -> None:
    """Say nothing."""


_SAY: ContextVar[Say] = ContextVar("say", default=silent)


def say(words: str) -> None:
    """Tell what begins now; nothing but counts may be in it, because it leaves the job on its own way."""
    _SAY.get()(words)


@contextmanager
def saying(to: Say) -> Iterator[None]:
    """Meanwhile what is said goes ``to`` somebody."""
    token = _SAY.set(to)
    try:
        yield
    finally:
        _SAY.reset(token)
