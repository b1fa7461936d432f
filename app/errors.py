"""What can go wrong, in the reader's language; HTTP statuses are given to these errors in app.web.failures."""

from datetime import date


# Subclasses pass their facts to ``super().__init__`` as they came, so that an error from a worker pickles whole.
class AppError(Exception):
    """An error whose ``sentence`` and ``hint`` a visitor may read; one that is ``transient`` passes by itself."""

    sentence = "Something went wrong."
    hint = "Try again."
    transient = False


class QueryError(AppError):
    """A request asks for something outside the bounds; ``field`` names the part of the query to change."""

    def __init__(self, field: str, found: str, needed: str) -> None:
        super().__init__(field, found, needed)
        self.field, self.found, self.needed = field, found, needed
        self.sentence = f"The field “{field}” {f'has “{found}”' if found else 'is empty'}; it needs {needed}."
        self.hint = f"Change “{field}” and ask again."


class UnknownTickerError(AppError):
    """The source has never heard of the ticker; ``known`` lists what a small source has."""

    hint = "Check the symbol: it may be misspelt, delisted, or need an exchange suffix such as “.NS” or “.L”."

    def __init__(self, source: str, ticker: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(source, ticker, known)
        self.source, self.ticker, self.known = source, ticker, known
        self.sentence = f"{source} does not list “{ticker}”."
        self.hint = f"It has {' and '.join(known)}." if known else self.hint


class BadBarsError(AppError):
    """Rows of prices that no repair can make sense of; ``where`` says which."""

    hint = "Correct the prices there and try again."

    def __init__(self, where: str, found: str, needed: str) -> None:
        super().__init__(where, found, needed)
        self.where, self.found, self.needed = where, found, needed
        self.sentence = f"{where}: found {found}; needed {needed}."


class BadFileError(AppError):
    """A file that cannot be read as daily prices; ``line`` counts from 1, ``column`` is a name or a number."""

    hint = "Correct the file there and send it again."

    def __init__(self, line: int, column: str, found: str, needed: str) -> None:
        super().__init__(line, column, found, needed)
        self.line, self.column, self.found, self.needed = line, column, found, needed
        where = column if column.isdigit() else f"“{column}”"
        self.sentence = f"Line {line}, column {where} of your file: found {found}; needed {needed}."


class TooLargeError(AppError):
    """More bytes were sent than the app reads; ``what`` says of what, ``hint`` what else helps than less."""

    def __init__(self, what: str, limit: int, hint: str = "") -> None:
        super().__init__(what, limit, hint)
        self.what, self.limit = what, limit
        size = f"{limit / 2**20:.3g} MiB"
        self.sentence = f"{what} is larger than {size}."
        self.hint = hint or f"Send at most {size}: the last ten years of daily bars take a tenth of that."


class BadFormError(AppError):
    """What was posted cannot be read as a form."""

    hint = "Send multipart/form-data with the fields of the page's form, and the file as “prices”."

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found
        self.sentence = f"The form that was sent cannot be read: {found}."


class TooOftenError(AppError):
    """More than ``limit`` (as "60 cards a minute") was asked for; there is room again in ``retry_after`` seconds."""

    transient = True

    def __init__(self, whose: str, limit: str, retry_after: int) -> None:
        super().__init__(whose, limit, retry_after)
        self.whose, self.limit, self.retry_after = whose, limit, retry_after
        self.sentence = f"{whose} may run {limit}; that limit is reached for now."
        self.hint = f"Wait {retry_after} s and ask again."


class RestartingError(AppError):
    """The server ends; another one is likely to be there after ``retry_after`` seconds."""

    sentence = "This service is just being restarted."
    hint = "Try again in ten seconds."
    transient = True
    retry_after = 10


class CrossSiteError(AppError):
    """Another site made a browser ask for work, behind its visitor's back."""

    sentence = "Another website asked for this, and analyses are not run for other websites."
    hint = "Open this site itself; a link to it works from anywhere."


class UnknownHostError(AppError):
    """The request names a host that this app does not answer for."""

    sentence = "This host name is not configured for this service."
    hint = "Its owner can add the host name to ALLOWED_HOSTS."


class TooFewBarsError(AppError):
    """A card needs a longer history than there is; ``what`` stands for all cards that need as much."""

    hint = "Choose a ticker with a longer history."

    def __init__(self, found: int, needed: int, what: str = "An analysis") -> None:
        super().__init__(found, needed, what)
        self.found, self.needed = found, needed
        self.sentence = f"{what} needs {needed} daily bars; there are {found}."


class NoPricesError(TooFewBarsError):
    """The source knows the ticker but has no daily bar of it."""

    hint = "It may be too new or no longer traded; try another ticker."

    def __init__(self, source: str, ticker: str) -> None:
        super().__init__(0, 1)
        self.args = (source, ticker)
        self.sentence = f"{source} knows “{ticker}” but has no daily prices of it."


class NotApplicableError(AppError):
    """A model that has nothing to say of such prices; a card that combines models does without it."""


class BeforeTrainingError(NotApplicableError):
    """A forecast from a day when the network's oldest weights had not been trained yet."""

    hint = "The other cards work on older prices."

    def __init__(self, found: date, needed: date) -> None:
        super().__init__(found, needed)
        self.found, self.needed = str(found), f"a date after {needed}"
        why = "because its network has seen what happened until then"
        self.sentence = f"The last price is of {found}; this card needs one after {needed}, {why}."


class UnbelievablePricesError(AppError):
    """A move in the history that no market makes; ``day``, ``change`` (a share) and ``guess`` are those of the move."""

    hint = "Upload a file with that mended, or choose an earlier date; the cards without a forecast still show it."

    def __init__(self, day: date, change: float, guess: str) -> None:
        super().__init__(day, change, guess)
        self.day, self.change, self.guess = day, change, guess
        what = f"On {day} the price changes by {change:+,.1%}, {guess}."
        self.sentence = f"{what} A forecast fitted to that would be worth nothing."


class SourceUnavailableError(AppError):
    """The source gives no prices at present."""

    hint = "Try again in a minute, try the built-in sample, or upload a file of prices."
    transient = True


class SourceRefusedError(SourceUnavailableError):
    """The source limits how often it answers; asking again before ``retry_after`` seconds would make it worse."""

    def __init__(self, source: str, retry_after: int) -> None:
        super().__init__(source, retry_after)
        self.source, self.retry_after = source, retry_after
        self.sentence = f"{source} has asked us to slow down."
        self.hint = f"Wait {retry_after} s, try the built-in sample, or upload a file of prices."


class SourceBrokenError(SourceUnavailableError):
    """The source answered something that is no price table; ``found`` says what in a few words."""

    def __init__(self, source: str, found: str) -> None:
        super().__init__(source, found)
        self.source, self.found = source, found
        self.sentence = f"{source} answered, but not with prices: {found}."


class SourceSilentError(SourceUnavailableError):
    """The source did not answer in time, or cannot be reached at all."""

    def __init__(self, source: str, seconds: float, reason: str = "") -> None:
        super().__init__(source, seconds, reason)
        self.source, self.seconds, self.reason = source, seconds, reason
        fault = f"cannot be reached: {reason}" if reason else f"did not answer within {seconds:g} s"
        self.sentence = f"{source} {fault}."
