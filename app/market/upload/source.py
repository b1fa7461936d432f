"""The visitor's own file: a market source of one ticker that comes with the request and is kept nowhere."""

import asyncio
import hashlib
import re
from dataclasses import astuple, dataclass, field, replace
from functools import cache

import numpy as np

from app.market.raw_history import RawHistory
from app.market.upload.columns import NOTHING_CHOSEN, Chosen
from app.market.upload.faults import ChoiceNeededError
from app.market.upload.reader import as_ticker, first_symbol, read_quotes

MAXIMUM_BYTES = 2 * 2**20
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and the columns ``chosen`` in it; ``digest`` is over its name and bytes, and over these.

    Equal uploads are read once.
    """

    name: str
    content: bytes = field(repr=False)
    digest: str
    chosen: Chosen = NOTHING_CHOSEN

    title = "Your file"
    tickers = ()

    async def load(self, ticker: str) -> RawHistory:
        """The rows of the file under the name of ``ticker``; raises ``BadFileError``."""
        try:
            return await asyncio.to_thread(read_quotes, self.content, ticker, self.name, self.chosen)
        except ChoiceNeededError as choice:
            choice.chosen = (self.chosen.date, self.chosen.close)
            raise

    @property
    def ticker(self) -> str:
        """The file's own ticker, or one made of its name where it has none."""
        return first_symbol(self.content) or ticker_from(self.name)

    def choosing(self, chosen: Chosen) -> "Upload":
        """The same file, read by these columns."""
        identity = "\0".join((self.digest, *astuple(chosen)))
        return replace(self, chosen=chosen, digest=hashlib.sha256(identity.encode()).hexdigest())


def upload_of(file_name: str, content: bytes) -> Upload:
    """The file with a name that can be shown: what a path or unprintable signs would add to it is left out."""
    base = re.split(r"[\\/]", file_name)[-1]
    name = "".join(letter for letter in base if letter.isprintable()).strip() or "your file"
    name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return Upload(name, content, hashlib.sha256(name.encode() + b"\0" + content).hexdigest())


def ticker_from(file_name: str) -> str:
    """A ticker for a file that comes without one: its name before the last dot, or UPLOAD where nothing is left."""
    stem = file_name.rpartition(".")[0] or file_name
    return as_ticker(stem) or "UPLOAD"


FILE_NAME = "made-up-prices.csv"
_ROWS = 400
_FIRST = np.datetime64("2022-01-03")
_SEED = 20220103
_START, _DAILY = 50.0, 0.012


@cache
def example_csv() -> bytes:
    """The simplest file that is read: days and closes, a random walk on weekdays; each row says that it is made up."""
    close = _START * np.exp(np.cumsum(np.random.default_rng(_SEED).normal(0, _DAILY, _ROWS)))
    days = np.busday_offset(_FIRST, np.arange(_ROWS))
    lines = (f"{day},{price:.2f},made up" for day, price in zip(days, close, strict=True))
    return "\n".join(("Date,Close,Note", *lines, "")).encode()
