"""The words of words.ini: which names of columns and months there are, in which languages."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from configparser import ConfigParser
from functools import cache, lru_cache
from pathlib import Path

ROLES = ("date", "time", "open", "high", "low", "close", "price", "adj_close", "volume", "ticker")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LEADING_NUMBER = re.compile(r"^[0-9]+")
_CELL, _WORD = re.compile(r"[^\t\n\r,;|\"0-9]+"), re.compile(r"[^\s,;|\"0-9/-]+")
_LONGEST = 120


def plain(name: str) -> str:
    """A name without case, accents, blanks, punctuation, what stands in brackets, and numbers before it."""
    return _plain(name[:_LONGEST])


@lru_cache(maxsize=4096)
def _plain(short: str) -> str:
    letters = unicodedata.normalize("NFKD", _BRACKETS.sub("", short) or short).casefold()
    return _LEADING_NUMBER.sub("", "".join(letter for letter in letters if letter.isalnum() or _is_vowel(letter)))


def _is_vowel(sign: str) -> bool:
    """Vowels of Thai and Hindi are marks, as accents are, but tell words apart: ม.ค. and มี.ค. are two months."""
    return unicodedata.category(sign) in ("Mn", "Mc") and unicodedata.combining(sign) in (*range(10), *range(84, 130))


@cache
def _languages() -> ConfigParser:
    table = ConfigParser(interpolation=None, delimiters=("=",))
    table.read_string(Path(__file__).with_name("words.ini").read_text(encoding="utf-8"))
    return table


@cache
def names() -> Mapping[str, Mapping[str, int]]:
    """For each role, the plain names of columns that have it, each with its place: of two the earlier one is meant."""
    known: dict[str, dict[str, int]] = {role: {} for role in ROLES}
    for language in _languages().values():
        for role in ROLES:
            for place, word in enumerate(filter(None, language.get(role, "").split(","))):
                known[role].setdefault(plain(word), place)
    return known


@cache
def _names_of_currency() -> frozenset[str]:
    return frozenset(
        plain(word) for language in _languages().values() for word in language.get("currency", "").split(",")
    )


def is_currency(name: str) -> bool:
    """Whether a column called ``name`` says in which currency each row's prices are."""
    return bool(name) and plain(name) in _names_of_currency()


def roles_of(name: str) -> tuple[str, ...]:
    """What a column called ``name`` may be."""
    word = plain(name)
    return tuple(role for role in ROLES if word in names()[role])


@cache
def _speakers() -> Mapping[str, frozenset[str]]:
    """For each plain name of a column, the languages that have it."""
    speakers: dict[str, set[str]] = {}
    for code, language in _languages().items():
        for word in ",".join(language.get(role, "") for role in ROLES).split(","):
            speakers.setdefault(plain(word), set()).add(code)
    return {word: frozenset(codes) for word, codes in speakers.items() if word}


def decimal_sign(header: Iterable[str]) -> str:
    """What all the languages in which most of these names are known put before decimals; empty where they disagree."""
    counts = Counter(language for name in header for language in _speakers().get(plain(name), ()))
    most = [language for language, count in counts.items() if count == max(counts.values())]
    signs = {{"comma": ",", "point": "."}[_languages()[language]["decimal"]] for language in most}
    return signs.pop() if len(signs) == 1 else "." if "en" in most else ""


@cache
def _months() -> tuple[Mapping[str, int], ...]:
    listed = (language.get("months", "").split(",") for language in _languages().values())
    return tuple(
        {plain(word): month for month, words in enumerate(year, 1) for word in words.split()} for year in listed
    )


def month_numbers(words: Collection[str]) -> Mapping[str, int] | None:
    """The number of the month that each plain word names; None where no language knows them all, or two disagree."""
    readings = [{word: months[word] for word in words} for months in _months() if months.keys() >= {*words}]
    return readings[0] if readings and all(reading == readings[0] for reading in readings) else None


@cache
def _all_words() -> frozenset[str]:
    roles = (name for of_role in names().values() for name in of_role)
    return frozenset({*roles, *(word for months in _months() for word in months)})


@lru_cache(maxsize=1024)
def is_month(word: str) -> bool:
    """Whether the plain ``word`` is a month in some language."""
    return any(word in months for months in _months())


def known_words(text: str) -> int:
    """How many words with a letter beyond ASCII in ``text`` are names of columns or months."""
    foreign = {plain(word) for word in {*_CELL.findall(text), *_WORD.findall(text)} if not word.isascii()}
    return sum(word in _all_words() for word in foreign if len(word) > 1 or not word.isascii())
