"""Who signs documents, and tells later whether a receipt is one of these and unchanged."""

from dataclasses import dataclass, field
from datetime import date

from app.market.upload.reader import SOURCE
from app.services.loaded_history import OLD_PRICES
from app.services.receipts import format
from app.services.receipts.format import SignedReceipt, digest
from app.services.receipts.provenance import VERSION, code_digest, made_with
from app.services.results import QueryResult, forecast_table
from app.text.numbers import day, plural

FORECAST, SUMMARY, REPORT = "forecast.csv", "summary.txt", "report"
_WHOLE = f"Paste it from {format.BEGIN} to {format.END}; the rest of its document may come with it."
_OTHER_KEY = "Each deployment signs with a key of its own, and one without SECRET_KEY with a new one at each start."
_GENUINE = "The receipt itself is genuine. A spreadsheet that saves a file anew may round its numbers."
_PASTED_WITH_IT = "What was pasted with it was not compared: paste the whole forecast.csv or summary.txt for that."
_NOT_COMPARED = "The numbers themselves were not compared: paste the whole forecast.csv or summary.txt for that."


_IN_ITS_LINES = "Compare what was quoted with the numbers in its lines."


_LISTED, _SHOWN = 20, 200


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking: ``good`` is None where there was nothing to check; ``about`` says what a good one is.

    One with a ``warning`` is good, but says less than it seems to; ``ignored`` are lines that were not compared.
    """

    good: bool | None
    sentence: str
    hint: str
    lines: tuple[str, ...] = ()
    about: str = ""
    warning: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptSigner:
    """Signs with the deployment's ``key``, and knows what was signed with ``earlier`` ones too."""

    key: bytes = field(repr=False)
    earlier: tuple[bytes, ...] = field(default=(), repr=False)

    def receipt(self, result: QueryResult, document: str, **hashes: str) -> tuple[str, ...]:
        """The lines of the receipt of a document made from ``result``; ``hashes`` are of what stands in it."""
        query, passport = result.query, result.passport
        fields = {
            "receipt": "stock-forecasting-analytics/1",
            "document": document,
            "ticker": query.ticker,
            "horizon": str(query.horizon),
            "as_of": str(query.as_of or passport.last_bar),
            "source": query.source,
            "bars": f"{passport.bars} from {passport.first_bar} to {passport.last_bar}",
            "data": passport.sha256,
            "cards": " ".join(result.finished()) or "none",
            "left_out": " ".join(panel.slug for panel, _ in result.left_out()) or "none",
            "forecasts": digest(forecast_table(result.forecasts())),
            **hashes,
            "app": VERSION,
            "code": code_digest(),
            **made_with(),
            "key": format.key_id(self.key),
        }
        return format.write(fields, self.key)

    def check(self, pasted: str) -> Checked:
        """Whether the receipt in ``pasted`` was signed with this key, and what stands around it belongs to it."""
        receipt = format.read(pasted)
        if isinstance(receipt, str):
            return Checked(None, receipt, _WHOLE)
        if not any(map(receipt.signed_with, (self.key, *self.earlier))):
            sentence = "This receipt was not signed by this deployment, or it has been changed since."
            return Checked(False, sentence, _OTHER_KEY, receipt.lines)
        return _compared(receipt)


def words_of(text: str) -> str:
    """The words of a text, one blank between any two: what is left of it however a mail program wraps its lines."""
    return " ".join(text.split())


def words_that_last(text: str) -> str:
    """The same without the sentence on old prices, which another day would write otherwise or not at all."""
    return words_of(OLD_PRICES.sub("", words_of(text)))


def _compared(receipt: SignedReceipt) -> Checked:
    content, signed = _content(receipt)
    beside = _beside(receipt)
    notes = digest(words_of(" ".join(beside)))
    if (content and digest(content) != signed) or (beside and receipt["notes"] and notes != receipt["notes"]):
        return Checked(False, "The text was changed after it was signed.", _GENUINE, receipt.lines)
    ignored = () if receipt["notes"] else tuple(line[:_SHOWN] for line in beside[:_LISTED])
    uploaded = receipt["source"] == SOURCE
    like = " like all that was pasted with it" if content and not ignored else ""
    sentence = f"Signed by this deployment, and unchanged{like}{', from a file that somebody sent' * uploaded}."
    alone = _NOT_COMPARED if receipt["document"] in (FORECAST, SUMMARY, REPORT) else _IN_ITS_LINES
    hint = _PASTED_WITH_IT if ignored else "" if content else alone
    return Checked(True, sentence, hint, receipt.lines, _about(receipt, uploaded), uploaded or bool(ignored), ignored)


def _about(receipt: SignedReceipt, uploaded: bool) -> str:
    """The query and what was made of it, in one sentence."""
    last_bar = receipt["bars"].rpartition(" ")[2]
    ahead = plural(int(receipt["horizon"]), "trading day")
    named = f"{receipt['ticker']}{' (uploaded)' * uploaded}"
    return f"{named}, {ahead} ahead, from prices until {day(date.fromisoformat(last_bar))}."


def _beside(receipt: SignedReceipt) -> tuple[str, ...]:
    """What stands around the receipt and is no row of a table, nor the text that its hash is of."""
    if receipt["document"] == SUMMARY:
        return ()
    lines = receipt.around if receipt["document"] != FORECAST else filter(_is_comment, receipt.around)
    return tuple(bare for bare in map(format.bare, lines) if bare)


def _is_comment(line: str) -> bool:
    # A spreadsheet puts quotes round a line that has a comma in it.
    return line.lstrip(' "').startswith("#")


def _content(receipt: SignedReceipt) -> tuple[str, str]:
    """What stands around the receipt, as its hash was made of it, and that hash."""
    if receipt["document"] == FORECAST:
        rows = (line for line in receipt.around if line.strip() and not _is_comment(line))
        return "".join(f"{row}\n" for row in rows), receipt["forecasts"]
    if receipt["document"] == SUMMARY:
        return words_that_last(" ".join(line.lstrip("> ") for line in receipt.around)), receipt["text"]
    return "", ""
