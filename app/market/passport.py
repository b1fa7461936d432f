"""The data passport of the prices behind a card: where they come from, and what was done to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was done to, or noticed at, the bar of a day."""

    day: date
    what: str


MOST_LISTED = 100
_COUNT = re.compile(r"\d[\d,.]*")
_BLANK = re.compile(r"(a|[\d,]+) blank lines? before its row")


def listed(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """At most a hundred remarks of a kind, whatever numbers are in it, and then how many more; blank lines as one.

    ``remarks`` are oldest first, and so is what is listed.
    """
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault("blank" if _BLANK.fullmatch(remark.what) else _COUNT.sub("0", remark.what), []).append(remark)
    short = [one for kind, alike in kinds.items() for one in (_blank(alike) if kind == "blank" else _cut(alike))]
    return tuple(sorted(short, key=lambda remark: remark.day))


def _cut(alike: list[Remark]) -> list[Remark]:
    if len(alike) <= MOST_LISTED:
        return alike
    more = len(alike) - MOST_LISTED
    return [*alike[:MOST_LISTED], Remark(alike[-1].day, f"and {more:,} more like this: {alike[-1].what}")]


def _blank(gaps: list[Remark]) -> list[Remark]:
    counts = [found[1] for gap in gaps if (found := _BLANK.fullmatch(gap.what))]
    lines = sum(1 if count == "a" else int(count.replace(",", "")) for count in counts)
    return gaps if lines == 1 else [Remark(gaps[-1].day, f"{lines:,} blank lines")]


@dataclass(frozen=True, slots=True)
class Jump:
    """A daily move that looks like a fault in the data; ``change`` is a share (0.5 is +50%).

    ``unbelievable`` where nothing can be fitted across it; else it is a matter of a dividend, and small.
    """

    day: date
    change: float
    guess: str
    unbelievable: bool


def listed_jumps(jumps: Sequence[Jump]) -> tuple[Jump, ...]:
    """At most a hundred of ``jumps``, oldest first: those that nothing can be fitted across before the others.

    Of too many the oldest and the newest fifty stay, by which cards decide whether they have anything to say.
    """
    half = MOST_LISTED // 2
    doubtful, others = ([jump for jump in jumps if jump.unbelievable is kind] for kind in (True, False))
    kept = doubtful if len(doubtful) <= MOST_LISTED else [*doubtful[:half], *doubtful[-half:]]
    return tuple(sorted((*kept, *others[: MOST_LISTED - len(kept)]), key=lambda jump: jump.day))


@dataclass(frozen=True, slots=True)
class Stale:
    """An answer that was ``loaded`` (UTC) ``minutes`` ago and is given once more; ``why`` says why not a new one."""

    loaded: datetime
    minutes: int
    why: str


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was understood of a visitor's file.

    ``columns`` has the file's own names of the columns that were taken by ours, ``ignored`` those that were left;
    ``part`` is the sheet or the member of an archive, empty where the file is the table.
    """

    encoding: str
    delimiter: str
    date_order: str
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    part: str


@dataclass(frozen=True, slots=True)
class Passport:
    """The data passport, the same on every card of an analysis.

    ``sha256`` is over dates and prices of the bars; ``dropped``, ``repaired``, ``jumps`` and ``missing_sessions`` are
    oldest first. Of the last two at most a hundred are listed, and all counted in ``jump_count`` and ``missing_count``.
    The last six are of a ``FileReading``, and None where there is no file.
    """

    source: str
    name: str
    currency: str
    exchange: str
    kind: str
    time_zone: str
    calendar: str
    adjustment: str
    first_bar: date
    last_bar: date
    bars: int
    has_volume: bool
    dropped: tuple[Remark, ...]
    repaired: tuple[Remark, ...]
    jumps: tuple[Jump, ...]
    jump_count: int
    missing_sessions: tuple[date, ...]
    missing_count: int
    sha256: str
    encoding: str | None = None
    delimiter: str | None = None
    date_order: str | None = None
    columns: Mapping[str, str] | None = None
    ignored: tuple[str, ...] | None = None
    part: str | None = None

    @property
    def doubted(self) -> Jump | None:
        """The newest move of the last year that no market makes; what spans it says nothing of the market."""
        recent = [jump for jump in self.jumps if jump.unbelievable and self.last_bar - jump.day < timedelta(days=365)]
        return recent[-1] if recent else None
