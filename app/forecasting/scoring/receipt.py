"""The receipt of a forecast: how the same method did at past origins of the same ticker."""

from dataclasses import dataclass
from datetime import date

from app.forecasting.forecast import ends_of, median_of


@dataclass(frozen=True, slots=True)
class ScoredForecast:
    """One past forecast for ``target``, made at ``origin`` from the price ``last``, and what happened (prices)."""

    origin: date
    target: date
    last: float
    quantiles: dict[str, float]
    actual: float

    def band(self, level: int) -> tuple[float, float]:
        """The lower and the upper price of the band of ``level`` percent (80 or 95)."""
        return ends_of(self.quantiles, level)

    @property
    def median(self) -> float:
        """The price that half of the cases exceed."""
        return median_of(self.quantiles)


@dataclass(frozen=True, slots=True)
class Skill:
    """The scores of a receipt that forecasts are compared by, over ``origins`` past ones."""

    origins: int
    guess_ratio: float | None
    guess_ratio_ci: tuple[float, float] | None
    coverage_80: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """Scores at the query's horizon over past origins, none of them seen by the fit that was scored.

    ``mae_ratio`` is the error of the median over that of the last price (log price), ``mae_ratio_ci`` its 95% block
    bootstrap interval; ``guess_ratio`` and its interval are the same over the better of “price stays” and “price drifts
    as it did”; ``pinball_ratio`` is against the last price with a band of constant volatility; coverages are
    shares with 95% Wilson intervals; ``p_better`` is Diebold–Mariano's against the last price. None without origins,
    ``mae_ratio`` and its interval also where the price stood still.
    """

    origins: int = 0
    mae_ratio: float | None = None
    mae_ratio_ci: tuple[float, float] | None = None
    guess_ratio: float | None = None
    guess_ratio_ci: tuple[float, float] | None = None
    p_better: float | None = None
    pinball_ratio: float | None = None
    coverage_80: float | None = None
    coverage_80_ci: tuple[float, float] | None = None
    coverage_95: float | None = None
    coverage_95_ci: tuple[float, float] | None = None
    winkler_95_ratio: float | None = None
    forecasts: tuple[ScoredForecast, ...] = ()
