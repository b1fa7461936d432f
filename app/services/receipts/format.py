"""The receipt at the end of a document: what it was made from, signed with the deployment's key.

Between two marks stand lines ``name: value``; the last is ``signature``, the hexadecimal HMAC-SHA256 of all lines
before it, each ended by a line feed, in UTF-8. Signs of comments and quotes around the lines do not count.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BEGIN, END = "-----BEGIN RECEIPT-----", "-----END RECEIPT-----"
_LINE = re.compile(r"[a-z0-9_]+: \S(.*\S)?")
_SIGNATURE = "signature: "
_ADDED_BEFORE, _ADDED_BEHIND = " \t>\"'#", " \t\"',;"


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """Its ``lines`` in their order without the signature, and the document ``around`` it, line by line."""

    lines: tuple[str, ...]
    signature: str
    around: tuple[str, ...]

    def __getitem__(self, name: str) -> str:
        """The value under ``name``, empty where there is none."""
        return next((line.partition(": ")[2] for line in self.lines if line.startswith(f"{name}: ")), "")

    def signed_with(self, key: bytes) -> bool:
        """Whether ``key`` made the signature; how long this takes tells nothing of how much of it is right."""
        return hmac.compare_digest(_signature(self.lines, key).encode(), self.signature.encode(errors="replace"))


def write(fields: Mapping[str, str], key: bytes) -> tuple[str, ...]:
    """The lines of a receipt, with its marks and its signature."""
    lines = tuple(f"{name}: {value}" for name, value in fields.items())
    faulty = [line for line in lines if not _LINE.fullmatch(line) or line != bare(line)]
    if faulty:
        raise ValueError(f"a receipt cannot hold {faulty[0]!r}")
    return BEGIN, *lines, _SIGNATURE + _signature(lines, key), END


def escaped(receipt: Sequence[str]) -> str:
    """The lines of a receipt as one, for a header: a line feed is a backslash and an n, as in JSON."""
    return json.dumps("\n".join(receipt))[1:-1]


# Whoever wraps its line, with or without signs of a quote, does so where a blank was.
_ESCAPED = re.compile(r"-----BEGIN[>\s]+RECEIPT-----\\n.*?-----END[>\s]+RECEIPT-----", re.DOTALL)
_WRAPPED = re.compile(r"[ \t]*[\r\n][>\s]*")


def _unescaped(receipt: re.Match[str]) -> str:
    return "\n" + _WRAPPED.sub(" ", receipt[0]).replace("\\n", "\n") + "\n"


def read(pasted: str) -> SignedReceipt | str:
    """The one receipt in ``pasted``, or the sentence that says why there is none."""
    every = re.split(r"\r\n|\r|\n", _ESCAPED.sub(_unescaped, pasted))
    plain = [bare(line) for line in every]
    if plain.count(BEGIN) != 1 or plain.count(END) != 1:
        some = plain.count(BEGIN) > 1 or plain.count(END) > 1
        return "There is more than one receipt." if some else "There is no whole receipt in what was pasted."
    first, last = plain.index(BEGIN), plain.index(END)
    lines = [line for line in plain[first + 1 : last] if line]
    strange = next((line for line in lines if not _LINE.fullmatch(line)), None)
    if strange is not None:
        return f"The receipt has a line that no receipt has: “{strange[:60]}”."
    if not lines or not lines[-1].startswith(_SIGNATURE):
        return "The receipt does not end with its signature."
    around = (*every[:first], *every[last + 1 :])
    return SignedReceipt(tuple(lines[:-1]), lines[-1].removeprefix(_SIGNATURE), around)


def key_id(key: bytes) -> str:
    """What tells receipts of one key from those of another, and says nothing of the key."""
    return hmac.new(key, b"the name of this key", hashlib.sha256).hexdigest()[:16]


def digest(text: str) -> str:
    """The hexadecimal SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _signature(lines: tuple[str, ...], key: bytes) -> str:
    return hmac.new(key, "".join(f"{line}\n" for line in lines).encode(errors="replace"), hashlib.sha256).hexdigest()


def bare(line: str) -> str:
    """The line without what mails, spreadsheets and our own comments put around it."""
    return line.lstrip(_ADDED_BEFORE).rstrip(_ADDED_BEHIND)
