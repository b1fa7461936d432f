"""Both ends of the border to the workers for fits of Prophet: each is a job of its own, and cards are given them."""

from collections.abc import Sequence
from importlib import import_module

from app.forecasting.models.prophet_windows import FITS, FITTED, FitKind, FitSource, PlannedFit, known_or_fitted, unpack
from app.panels.jobs import Run, Say, silent

# A dotted name, because it imports what only workers need.
_PROPHET = "app.forecasting.models.prophet"


async def request_fit(run: Run, planned: PlannedFit) -> bytes:
    """What the fit finds, for ``encode``."""
    return await run(f"{__name__}:fit", planned.kind.encode(), planned.window.pack(), planned.words.encode())


def encode(planned: Sequence[PlannedFit], found: Sequence[bytes]) -> bytes:
    """What the ``planned`` fits ``found``, for ``fits_among``."""
    pairs = zip(planned, found, strict=True)
    return b"{%s}" % b",".join(b'"%s":%s' % (one.key.encode(), result) for one, result in pairs)


def fit(kind: bytes, window: bytes, words: bytes, say: Say = silent) -> bytes:
    """What one fit of Prophet finds, as JSON; ``words`` say what it is for."""
    say(words.decode())
    return FITTED.dump_json(import_module(_PROPHET).fit(FitKind(kind.decode()), unpack(window)))


def fits_among(found: bytes) -> FitSource:
    """Where a card has its fits from: the ``found`` ones of ``encode``; one that is not among them is made then."""
    return known_or_fitted(FITS.validate_json(found), import_module(_PROPHET).fit)
