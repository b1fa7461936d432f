"""The description of a card: what the web process must know of it without importing its models."""

from dataclasses import dataclass

from app.errors import TooFewBarsError
from app.panels.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Panel:
    """One card.

    ``module`` is a dotted name that a worker imports: it has ``analyse(history, horizon, needed)``, which returns an
    ``analysis``, and ``draw(history, analysis, canvas)``, which returns its charts by name. ``needs`` are slugs of
    cards whose finished analyses ``analyse`` gets as ``needed``.
    """

    slug: str
    title: str
    question: str
    module: str
    analysis: type[Analysis]
    minimum_bars: int
    needs: tuple[str, ...] = ()

    def check(self, bars: int) -> None:
        """Raises ``TooFewBarsError`` where a history of so many bars is too short for this card."""
        if bars < self.minimum_bars:
            raise TooFewBarsError(bars, self.minimum_bars)
