"""A named function called so that its answer, or its error, can always travel between processes."""

import errno
import importlib
import io
import operator
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.compute.errors import DiskFullError, JobFailedError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of a call: its ``answer``, or the pickled ``error`` with its ``name``, ``text`` and ``trace``.

    One that is ``starved`` had too little memory, and may have left its process with too little for the next.
    """

    answer: bytes | None = None
    error: bytes | None = None
    name: str = ""
    text: str = ""
    trace: str = ""
    starved: bool = False

    def value(self) -> bytes:
        """Give the answer, or raise what the function raised (JobFailedError where that cannot travel)."""
        if self.answer is not None:
            return self.answer
        error = _thawed(self.error) or JobFailedError(self.name)
        error.add_note(f"In the worker:\n{self.trace}")
        raise error


def resolve(name: str) -> Callable[..., Any]:
    """Import what ``"package.module:callable"`` or ``"package.module.callable"`` names."""
    module, colon, attribute = name.partition(":")
    if not colon:
        module, _, attribute = name.rpartition(".")
    found: Callable[..., Any] = operator.attrgetter(attribute)(importlib.import_module(module))
    return found


def guarded(function: str, *payload: bytes) -> CallResult:
    """Call the named function and turn whatever happens into an Outcome."""
    try:
        return CallResult(answer=_answer(function, payload))
    except BaseException as error:
        # A worker must survive any job.
        return failed(error)


def failed(error: BaseException) -> CallResult:
    """The outcome of a call that raised ``error``."""
    told, kind = DiskFullError(_PATIENCE) if _without_room(error) else error, type(error).__qualname__
    return CallResult(None, _frozen(told), kind, str(error), _where(error), isinstance(error, MemoryError))


def _without_room(error: BaseException | None) -> bool:
    # Libraries wrap it in errors of their own.
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def _where(error: BaseException) -> str:
    # Without the error's words, which may quote somebody's file; they travel in the error itself.
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__


def _answer(function: str, payload: tuple[bytes, ...]) -> bytes:
    answer = resolve(function)(*payload)
    if not isinstance(answer, bytes):
        raise TypeError(f"{function} returned {type(answer).__qualname__}; an engine carries bytes only")
    return answer


def _frozen(error: BaseException) -> bytes | None:
    # SystemExit and its like would end the process that asked, so they travel by name only.
    if not isinstance(error, Exception):
        return None
    try:
        ice = _plainly(error)
        pickle.loads(ice)  # noqa: S301 - our own bytes; many errors can be written but not read back.
    except (pickle.PickleError, TypeError, AttributeError, ValueError, LookupError, RecursionError, ImportError):
        return None
    return ice


def _plainly(error: Exception) -> bytes:
    # TensorFlow has tblib, which comes with Dask, pickle all errors in a way that only a process with tblib can read.
    ice = io.BytesIO()
    pickler = pickle.Pickler(ice)
    pickler.dispatch_table = {}
    pickler.dump(error)
    return ice.getvalue()


def _thawed(ice: bytes | None) -> Exception | None:
    if ice is None:
        return None
    try:
        error = _LoadedOnly(io.BytesIO(ice)).load()
    except pickle.UnpicklingError:
        return None
    return error if isinstance(error, Exception) else None


class _LoadedOnly(pickle.Unpickler):
    """Refuses names from modules that are not loaded, so that no error makes the web process import TensorFlow."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if module_name not in sys.modules:
            raise pickle.UnpicklingError(module_name)
        return super().find_class(module_name, global_name)
