"""The terms of art that a reader may meet, each with one plain sentence, and which of them a text uses."""

import re
from dataclasses import dataclass
from typing import Any

from app.web.meanings import MEANINGS


@dataclass(frozen=True, slots=True)
class Word:
    """A term and what it means."""

    term: str
    meaning: str


def terms(text: str) -> tuple[Word, ...]:
    """The words whose terms stand in what a reader sees of ``text`` (HTML), in the order of their first use."""
    seen = " ".join(_TAG.sub(" ", text).split())
    first: dict[str, None] = dict.fromkeys(_TERMS[match.lastgroup or ""] for match in _ANY.finditer(seen))
    return tuple(Word(term, MEANINGS[term][1]) for term in first)


_TAG = re.compile(r"<[^>]*>")
_TERMS = {f"t{place}": term for place, term in enumerate(MEANINGS)}
_SAID = (rf"(?P<{name}>\b(?:{MEANINGS[term][0]})(?!\w))" for name, term in _TERMS.items())
_ANY = re.compile("|".join(_SAID), re.IGNORECASE)

FILTERS: dict[str, Any] = {terms.__name__: terms}
