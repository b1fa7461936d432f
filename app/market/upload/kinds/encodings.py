"""From bytes to text: Unicode where it is valid, else the code page in which the words of the file are words."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from app.errors import BadFileError
from app.market.upload.faults import UnreadableFileError
from app.market.upload.words import known_words

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# National code pages that spreadsheets and brokers write, the likeliest first among those that fit equally well.
_CODE_PAGES = (
    *("cp1252", "cp932", "gb18030", "cp949", "big5hkscs", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp1257", "cp1258", "cp874", "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-9", "euc_jp", "koi8-r"),
    *("cp850", "cp852", "cp866", "cp437", "cp737", "cp857", "mac-roman", "mac-cyrillic"),
)
_NAMES = {
    **{"cp932": "Shift_JIS", "gb18030": "GB18030", "cp949": "EUC-KR", "big5hkscs": "Big5", "cp874": "TIS-620"},
    **{
        "euc_jp": "EUC-JP",
        "koi8-r": "KOI8-R",
        **{f"cp{page}": f"IBM{page}" for page in (437, 737, 850, 852, 857, 866)},
    },
    **{"mac-roman": "macintosh", "mac-cyrillic": "x-mac-cyrillic"},
    **{f"iso8859-{part}": f"ISO-8859-{part}" for part in (2, 5, 6, 7, 9)},
    **{f"cp{page}": f"windows-{page}" for page in range(1250, 1259)},
}
_LOOKED_AT, _DETECTED = 2**13, 2**10
_STRAY_NULS = 8
# The bytes of a code unit, and which of them no digit leaves at zero.
_WIDE = {"utf-32-le": (4, 0), "utf-32-be": (4, 3), "utf-16-le": (2, 0), "utf-16-be": (2, 1)}
# A currency beside a number, or a blank between its thousands.
_SIGNS = re.compile(
    r"(?<=[0-9])[\s\u00a0]?[€£¥₽₪₫฿](?![^\W\d_])|[€£¥₽₪₫฿][\s\u00a0]?(?=[0-9])|(?<=[0-9])\u00a0(?=[0-9])"
)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and the name of its encoding for readers; raises ``BadFileError`` where it is no text.

    Bytes that are not UTF-8 are read by the code page in which most words are names of columns or months; where none
    is, by the likeliest one, because then nothing that is taken from it depends on that: digits are the same in all.
    """
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            return _strictly(content, codec, name), name
    if codec := _wide(content):
        name = codec[:6].upper()
        return _strictly(content, codec, name), name
    try:
        text, name = content.decode(), "UTF-8"
    except UnicodeDecodeError:
        text, name = _national(content)
    if b"\x1b$" in content[:_LOOKED_AT]:
        text, name = _strictly(content, "iso2022_jp", "ISO-2022-JP"), "ISO-2022-JP"
    if text.count("\0") > _STRAY_NULS:
        raise UnreadableFileError("a binary file of a program", "Save the table as CSV or .xlsx and send that.")
    if "\0" in text:
        raise _fault(text[: text.find("\0")], "a NUL byte, as in a binary file", "text")
    return text, name


def _strictly(content: bytes, codec: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(codec, "replace")
        raise _fault(before, f"bytes that are not {name}", f"text in {name}") from None


def _fault(before: str, found: str, needed: str) -> BadFileError:
    plain = before.replace("\r\n", "\n").replace("\r", "\n")
    last = plain.rpartition("\n")[2]
    column = 1 + max(last.count(delimiter) for delimiter in ",;\t")
    return BadFileError(plain.count("\n") + 1, str(column), found, needed)


def _wide(content: bytes) -> str:
    """UTF-16 and UTF-32 without a mark have a zero in all bytes of a digit but one."""
    for codec, (width, place) in _WIDE.items():
        zeros = [content[byte::width].count(0) for byte in range(width)]
        written = zeros.pop(place)
        if len(content) % width == 0 and not written and min(zeros) > 0.5 * len(content) / width:
            return codec
    return ""


def _national(content: bytes) -> tuple[str, str]:
    lines = (line for line in content[: 64 * _LOOKED_AT].splitlines() if not line.isascii())
    sample = b"\n".join(lines)
    if len(sample) > _LOOKED_AT:
        sample = sample[:_LOOKED_AT].rpartition(b"\n")[0] or sample[:_LOOKED_AT]
    texts = {codec: text for codec in _CODE_PAGES if (text := _decodable(sample, codec)) is not None}
    understood = {codec: (known_words(text), len(_SIGNS.findall(text))) for codec, text in texts.items()}
    best = max(understood.values(), default=(0, 0))
    fitting = [codec for codec in _likeliest(sample, understood) if understood[codec] == best]
    for codec in fitting:
        text = _decodable(content, codec)
        if text is not None:
            return text, _NAMES[codec]
    return content.decode("latin-1"), "ISO-8859-1"


def _likeliest(sample: bytes, codecs_: dict[str, tuple[int, int]]) -> Iterator[str]:
    """The code pages in the order of the detector's trust, where no word is known; in ours, where some are."""
    if not any(map(any, codecs_.values())):
        detected = [match.encoding for match in from_bytes(sample[:_DETECTED], cp_isolation=[*codecs_])]
        yield from (codec for codec in detected if codec in codecs_)
    yield from codecs_


def _decodable(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None
