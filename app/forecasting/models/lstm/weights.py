"""Trained networks as text: float16 in base64 inside JSON, one file a cut-off, each with its model card."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from app.forecasting.network_weights import Layers, TextArray, as_array, as_text

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Where a set of weights comes from: nothing after ``cut_off`` was seen, ``rows`` samples of ``tickers`` were.

    Losses are mean pinball losses in units of σ·√h. ``held_back`` says what the validation network, which is not
    shipped, lost on ``held_back_rows`` samples of other tickers at later times, beside Gaussian bands there;
    ``widening`` is the factor of each of ``days`` on the shipped bands, also from there. ``sha256`` is of the prices.
    """

    cut_off: date
    tickers: int
    rows: int
    epochs: int
    seeds: tuple[int, ...]
    loss: float
    held_back: float
    held_back_gaussian: float
    held_back_rows: int
    days: tuple[int, ...]
    widening: tuple[float, ...]
    versions: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class WeightSet:
    """The networks of one cut-off, one a seed."""

    card: ModelCard
    networks: tuple[Layers, ...]


@dataclass(frozen=True, slots=True)
class _File:
    card: ModelCard
    networks: tuple[tuple[TextArray, ...], ...]


_FILE = TypeAdapter(_File)


def write(found: WeightSet, folder: Path = FOLDER) -> Path:
    """Store a set in the file named after its cut-off."""
    networks = tuple(tuple(as_text(array) for array in network) for network in found.networks)
    file = folder / f"{found.card.cut_off}.json"
    file.write_bytes(_FILE.dump_json(_File(found.card, networks)) + b"\n")
    return file


def read(file: Path) -> WeightSet:
    """The set in ``file``; raises pydantic's ``ValidationError`` or ``ValueError`` where it is none."""
    stored = _FILE.validate_json(file.read_bytes())
    return WeightSet(stored.card, tuple(tuple(as_array(array) for array in network) for network in stored.networks))


@cache
def shipped() -> tuple[WeightSet, ...]:
    """The sets that come with the app, oldest cut-off first."""
    return tuple(sorted((read(file) for file in FOLDER.glob("*.json")), key=lambda found: found.card.cut_off))
