"""The trained pattern network as text, with its model card."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from app.forecasting.network_weights import Layers, TextArray, as_array, as_text

FOLDER = Path(__file__).parent
_NAME = "network.json"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How the network did on ``rows`` windows of ``tickers`` that it was not trained on, at natural frequency.

    ``recalls`` are of none and of each shape in the order of the rules, ``calibration_error`` is the expected one over
    all windows.
    """

    tickers: int
    rows: int
    precision: float
    recall: float
    recalls: tuple[float | None, ...]
    calibration_error: float


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Where the weights come from: nothing after ``cut_off`` was seen; ``rows`` windows of ``tickers`` were, and others
    of ``simulated`` series.

    ``repeats`` says how often each class was shown for once that it occurred; the last layer has that taken back, and
    its logits divided by ``temperature``, both known from the held-back tickers. ``sha256`` is of the prices.
    """

    cut_off: date
    tickers: int
    rows: int
    simulated: int
    simulated_rows: int
    epochs: int
    seed: int
    loss: float
    repeats: tuple[int, ...]
    temperature: float
    held_back: HeldBack
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class PatternWeights:
    """The arrays of the network's layers in order, and their card."""

    card: ModelCard
    layers: Layers


@dataclass(frozen=True, slots=True)
class _File:
    card: ModelCard
    layers: tuple[TextArray, ...]


_STORED = TypeAdapter(_File)


def write(found: PatternWeights, folder: Path = FOLDER) -> Path:
    """Store the weights as network.json."""
    file = folder / _NAME
    layers = tuple(as_text(layer) for layer in found.layers)
    file.write_bytes(_STORED.dump_json(_File(found.card, layers)) + b"\n")
    return file


def read(file: Path) -> PatternWeights:
    """The weights in ``file``; raises pydantic's ``ValidationError`` or ``ValueError`` where they are none."""
    stored = _STORED.validate_json(file.read_bytes())
    return PatternWeights(stored.card, tuple(as_array(layer) for layer in stored.layers))


@cache
def shipped() -> PatternWeights:
    """The weights that come with the app."""
    return read(FOLDER / _NAME)
