"""What can be wrong with a visitor's file: a cell, the kind of all of it, or a choice that only its owner can make."""

from collections.abc import Sequence

from app.errors import BadFileError, TooFewBarsError

_SHOWN = 40
_MOST_LISTED = 8


class CellError(BadFileError):
    """A cell of a file that has no lines; ``place`` says where it stands ("Cell B7 of sheet “Prices”")."""

    def __init__(self, line: int, column: str, found: str, needed: str, place: str) -> None:
        super().__init__(line, column, found, needed)
        self.args = (line, column, found, needed, place)
        self.sentence = f"{place} of your file: found {found}; needed {needed}."


class UnreadableFileError(BadFileError):
    """A file that is no table of prices at all; ``found`` names what it is, ``hint`` what can be done."""

    def __init__(self, found: str, hint: str) -> None:
        super().__init__(1, "1", found, "a table of daily prices")
        self.args = (found, hint)
        self.hint = hint
        self.sentence = f"Your file is {found}, not a table of daily prices."


class ChoiceNeededError(BadFileError):
    """Two readings are possible: ``field`` of the query chooses among ``choices``.

    ``columns`` are the names of all columns where one of them is meant, by which each can be chosen; ``chosen`` those
    that the visitor has chosen already for the date and the close.
    """

    def __init__(
        self,
        field: str,
        what: str,
        choices: Sequence[str],
        columns: Sequence[str] = (),
        line: int = 1,
        column: str = "1",
    ) -> None:
        super().__init__(line, column, listed(choices), f"a choice in “{field}”")
        self.args = (field, what, choices, columns, line, column)
        self.field, self.choices, self.columns = field, tuple(choices), tuple(columns)
        self.chosen = ("", "")
        self.sentence = f"Your file has {what}: {listed(choices)}."
        self.hint = f"Say which one is meant, in “{field}”."


class ShortFileError(TooFewBarsError):
    """A card needs more rows than the visitor's file has."""

    def __init__(self, found: int, needed: int, what: str = "An analysis") -> None:
        super().__init__(found, needed, what)
        self.hint = f"Add at least {needed - found} earlier rows to your file."


def shown(text: str) -> str:
    """A piece of the file for a sentence: quoted, short, and without what cannot be printed."""
    return f"“{short(text)}”" if text else "nothing"


def short(text: str) -> str:
    """At most 40 signs of a piece of the file, those that cannot be printed replaced."""
    clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:_SHOWN])
    return clean if len(text) <= _SHOWN else clean[:-1] + "…"


def listed(names: Sequence[str]) -> str:
    """The first eight of ``names``, and how many more there are."""
    first = [shown(name) for name in names[:_MOST_LISTED]]
    if len(names) > _MOST_LISTED:
        return f"{', '.join(first)} and {len(names) - _MOST_LISTED:,} more"
    return f"{', '.join(first[:-1])} and {first[-1]}" if len(first) > 1 else "".join(first)
