"""The data passport of the prices behind a card: where they come from, and what was done to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was done to, or noticed at, the bar of a day."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A daily move that looks like a fault in the data; ``change`` is a share (0.5 is +50 %).

    ``unbelievable`` where nothing can be fitted across it; else it is a matter of a dividend, and small.
    """

    day: date
    change: float
    guess: str
    unbelievable: bool


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
    oldest first. The last six are of a ``FileReading``, and None where there is no file.
    """

    source: str
    name: str
    currency: str
    exchange: str
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
    missing_sessions: tuple[date, ...]
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
