"""What can go wrong between asking for a computation and having its answer."""

from app.errors import AppError


class ComputeError(AppError):
    """A computation that gave no answer, which says nothing of the next attempt."""

    sentence = "The computation gave no answer."
    transient = True

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}"


class RetryLaterError(ComputeError):
    """A computation worth another try after ``retry_after`` seconds; ``alternative`` ends the hint."""

    alternative = ""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        self.hint = f"Try again in {retry_after} s{self.alternative}."


class OverloadedError(RetryLaterError):
    """More work is waiting than can be done in time."""

    sentence = "The service has more work than it can do right now."


class JobTimeoutError(ComputeError):
    """The job ran for longer than ``seconds`` and was stopped."""

    hint = "Try again when the service is less busy."

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.sentence = f"The computation took longer than {seconds:g} s and was stopped."


class WorkerDiedError(RetryLaterError):
    """The process doing the work was killed, and so was the one that tried again."""

    sentence = "The computation was interrupted twice."


class OutOfMemoryError(RetryLaterError):
    """There was too little memory for the job, and for the one that tried again in a fresh process."""

    sentence = "The computation needs more memory than there is right now."


class DiskFullError(RetryLaterError):
    """The job could not write its temporary files."""

    sentence = "The server is temporarily out of disk space for this computation."
    alternative = ". The other cards still work"


class JobFailedError(ComputeError):
    """The job raised an error that cannot leave its process; only the ``name`` of its type is known here."""

    hint = "Try again. If it keeps happening, please report it."

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.sentence = f"The computation failed ({name})."


class ClientGoneError(ComputeError):
    """Whoever asked has left, so the work was cancelled."""

    sentence = "The client left before the answer was ready."
    hint = "Ask again to start anew."
