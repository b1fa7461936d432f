"""Files as people have them: read exactly, or refused with a sentence, and never read as something else."""

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.errors import AppError
from app.market.upload.reader import read_quotes
from tests.market.upload.layouts import (
    ABOVE,
    BELOW,
    CODE_PAGES,
    DATE_FORMS,
    DELIMITERS,
    EXTRA,
    LANGUAGES,
    WORDS,
    Layout,
    file_of,
    prices,
)

ROLES = ("date", "open", "high", "low", "close", "volume")
NUMBERS = [
    (".", ""),
    (".", ","),
    (",", ""),
    (",", "."),
    (",", " "),
    (",", "\u00a0"),
    (".", "'"),
    (",", "\u202f"),
    (".", " "),
]


@st.composite
def layouts(draw):
    language = draw(st.sampled_from(LANGUAGES))
    roles = draw(st.sampled_from([ROLES, ROLES[:5], ("date", "close"), ("date", "close", "volume")]))
    shuffled = draw(st.permutations(roles)) if draw(st.booleans()) else roles
    decimal, thousands = draw(st.sampled_from(NUMBERS))
    dates = draw(st.sampled_from(DATE_FORMS))
    return Layout(
        language=language,
        words=tuple(draw(st.lists(st.integers(0, 20), min_size=6, max_size=6))),
        delimiter=draw(st.sampled_from(DELIMITERS)),
        decimal=decimal,
        thousands=thousands,
        places=draw(st.sampled_from([2, 2, 2, 0, 3, 4])),
        dates="%d %b %Y" if dates == "name" and not LANGUAGE_HAS_MONTHS[language] else dates,
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "code page"])),
        roles=tuple(shuffled),
        extra=tuple(draw(st.lists(st.sampled_from(EXTRA), max_size=3, unique=True))),
        above=tuple(draw(st.lists(st.sampled_from(ABOVE), max_size=3))),
        below=tuple(draw(st.lists(st.sampled_from(BELOW), max_size=2))),
        newest_first=draw(st.booleans()),
        header=draw(st.integers(0, 4)) > 0,
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        quoted=draw(st.booleans()),
        price_named=draw(st.booleans()),
        suffix=draw(st.sampled_from(["", "", "", " EUR", " €"])),
    )


LANGUAGES_DECIMALS = {language: WORDS[language]["decimal"] for language in LANGUAGES}
LANGUAGE_HAS_MONTHS = {language: "months" in WORDS[language] for language in LANGUAGES}


def follows_its_language(layout):
    """A file of numbers such as 1.234 or 1,234 alone is read as the language of its header writes them."""
    if layout.places == 3 and layout.decimal == ",":
        return layout.delimiter != "," or not layout.header or LANGUAGES_DECIMALS[layout.language] == "comma"
    if layout.places == 0 and layout.thousands == ".":
        return layout.header and LANGUAGES_DECIMALS[layout.language] == "comma"
    return True


def written(layout, seed, rows, start, scale):
    """A file of the layout with its numbers, in UTF-8 where its code page lacks a sign."""
    encoding = CODE_PAGES.get(layout.language, "utf-8") if layout.encoding == "code page" else layout.encoding
    try:
        return file_of(Layout(**{**vars(layout), "encoding": encoding}), *prices(seed, rows, start, scale))
    except UnicodeEncodeError:
        return file_of(Layout(**{**vars(layout), "encoding": "utf-8"}), *prices(seed, rows, start, scale))


def check(layout, seed, rows, start, scale):
    """Why the file is refused, empty where it was read exactly; fails where it was read as something else."""
    assume(follows_its_language(layout))
    content, stated, days = written(layout, seed, rows, start, scale)
    try:
        read = read_quotes(content, "SYN", "syn.csv")
    except AppError as refusal:
        return refusal.sentence
    np.testing.assert_array_equal(read.dates, days)
    np.testing.assert_array_equal(read.close, stated["close"])
    for role, values in stated.items():
        taken = getattr(read, role)
        assert np.isnan(taken).all() or np.array_equal(taken, values), role
    return ""


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    layout=layouts(),
    seed=st.integers(0, 2**32),
    rows=st.integers(2, 90),
    start=st.sampled_from(["1999-11-01", "2011-01-03", "2023-12-18"]),
    scale=st.sampled_from([0.5, 7.0, 98.0, 1234.0, 23456.0]),
)
def test_a_file_in_any_layout_is_read_exactly_or_refused(layout, seed, rows, start, scale):
    check(layout, seed, rows, start, scale)
