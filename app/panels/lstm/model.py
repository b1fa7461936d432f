"""The LSTM card's analysis: numbers only."""

from dataclasses import dataclass
from datetime import date

from app.panels.analysis import ForecastAnalysis


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What the network has learned from: ``rows`` samples of other ``tickers``, nothing after ``cut_off``.

    Its forecast is the mean over ``networks`` trained from different seeds; ``sha256`` is of the training prices.
    """

    cut_off: date
    tickers: int
    rows: int
    networks: int
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class NetworkShare:
    """How many origins of the receipt are forecast by the networks of ``cut_off``, the newest before each of them."""

    cut_off: date
    origins: int


@dataclass(frozen=True, slots=True)
class LikeThis:
    """How a network of this recipe, cut before ``since``, did on ``tickers`` of the same ``group`` that it never saw.

    ``held_80`` is how often its 80% range held over days 1–22, ``against_simple`` its pinball loss as a share of that
    of the last price with EWMA volatility, at ``origins`` days.
    """

    group: str
    tickers: int
    origins: int
    since: date
    held_80: float
    against_simple: float


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The largest part of what the network was shown: volatilities as a share of the last year's.

    ``today`` is the last day's range, ``week`` and ``month`` those of 5 and 22 bars; ``year`` is a year's, annualised.
    ``volume`` is the last 5 bars' against the last 66, None without volume; ``since`` is the first bar that counts.
    """

    today: float
    week: float
    month: float
    year: float
    volume: float | None
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LstmAnalysis(ForecastAnalysis):
    """The forecast of the newest network; ``tested_sets`` are those of its receipt, oldest first.

    ``like_this`` is None where the kind of instrument is not known, or none like it was tested.
    """

    trained_on: TrainedOn
    tested_sets: tuple[NetworkShare, ...]
    like_this: LikeThis | None
    looked_at: LookedAt
