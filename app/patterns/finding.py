"""The result of one test of one shape, which the web process reads without scipy."""

from dataclasses import dataclass

NOT_ENOUGH = "not enough evidence"
NO_EDGE = "no measurable edge"
EDGE = "more than chance"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the price did ``days`` bars after the ``n`` bars on which the shape ``name`` ended.

    ``share_up`` and its Jeffreys interval, ``mean`` and ``p`` are None where n is 0; ``base_rate`` and ``base_mean``
    are those of every bar. ``p`` is the share of circular shifts of the shape's bars whose mean return is as far from
    ``base_mean``, ``q`` the same after Benjamini and Hochberg over all tests of the table.
    """

    name: str
    direction: str
    days: int
    n: int
    mean: float | None
    base_mean: float
    share_up: float | None
    share_up_ci: tuple[float, float] | None
    base_rate: float
    p: float | None
    q: float | None
    verdict: str
