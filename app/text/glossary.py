"""The terms of art that a reader may meet, each with one plain sentence, and which of them a text uses."""

import re
from dataclasses import dataclass

from app.text.glossary_terms import MEANINGS

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w[\w–-]*|[%=]")


@dataclass(frozen=True, slots=True)
class Word:
    """A term and what it means."""

    term: str
    meaning: str


def terms(text: str) -> tuple[Word, ...]:
    """The words whose terms stand in what a reader sees of ``text`` (HTML), in the order of their first use."""
    said = _words(_TAG.sub(" ", text))
    first: dict[str, None] = {}
    for place, word in enumerate(said):
        for spelling, term in _BY_FIRST_WORD.get(word, ()):
            if term not in first and said[place : place + len(spelling)] == spelling:
                first[term] = None
    return tuple(Word(term, MEANINGS[term][1]) for term in first)


def _words(text: str) -> list[str]:
    # One letter is a term in small only: the P of an index is none.
    return [word if len(word) == 1 else word.lower() for word in _WORD.findall(text)]


# One regular expression of all terms takes twenty milliseconds a card, and cards are rendered anew each time.
_BY_FIRST_WORD: dict[str, list[tuple[list[str], str]]] = {}
for _term, (_spellings, _) in MEANINGS.items():
    for _spelling in map(_words, _spellings):
        _BY_FIRST_WORD.setdefault(_spelling[0], []).append((_spelling, _term))
