"""What kind of file came, told by its first bytes; a .gz or .zip is unpacked within bounds, or refused."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Literal

from app.market.upload.faults import UnreadableFileError, listed, short, shown

# What 20,000 rows can take as the XML of a workbook, and as text; made-up prices compress by a factor of 3 to 30.
MOST_UNPACKED, MOST_TEXT = 16 * 2**20, 6 * 2**20
_MOST_RATIO = 200
_RATIO_COUNTS_FROM = 2**20
_MOST_MEMBERS = 200
_AS_CSV = "Save the table as CSV or .xlsx and send that."
_UNPACK = "Unpack it and send the one table that is meant."
_FEWER = "Send the table itself, with at most 20,000 rows."
_STARTS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"FEA1", "an Arrow (Feather) file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"{\\rtf", "a word processor's document"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "an archive (bzip2)"),
    (b"\x1f\x9d", "an archive (compress)"),
    (b"\x04\x22\x4d\x18", "an archive (LZ4)"),
    (b"\xfd7zXZ", "an archive (xz)"),
    (b"\x28\xb5\x2f\xfd", "an archive (Zstandard)"),
    *((b"\x80" + bytes([protocol]), "a Python pickle") for protocol in range(2, 6)),
    (b"\x93NUMPY", "a NumPy array"),
    (b"$FL2@", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"RDX2\n", "a file of R"),
    (b"RDX3\n", "a file of R"),
    (b"X\n\0\0\0", "a file of R"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TABLES = re.compile(r"\.(csv|tsv|tab|txt|dat|asc|prn|json|jsonl|ndjson|xlsx|xlsm|xls|ods)$", re.IGNORECASE)
_ASIDE = re.compile(r"(^|/)(__MACOSX/|\.|thumbs\.db$|readme|licen[cs]e|changelog|manifest|metadata)|/$", re.IGNORECASE)

Kind = Literal["text", "xlsx", "ods", "xls"]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The bytes of one table, what kind they are, and the ``member`` of an archive that they were ("" without one)."""

    content: bytes
    kind: Kind
    member: str = ""


def unpacked(content: bytes) -> Unpacked:
    """The table in ``content``; raises ``UnreadableFileError`` for what is none, holds several or grows too much."""
    if content.startswith(b"\x1f\x8b"):
        return _inner(_gunzipped(content), "a .gz")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _from_zip(content)
    return Unpacked(content, _kind(content))


def _inner(content: bytes, member: str) -> Unpacked:
    if content.startswith((b"\x1f\x8b", b"PK\x03\x04")) and not (content[:2] == b"PK" and _workbook(_opened(content))):
        raise UnreadableFileError("an archive inside an archive", _UNPACK)
    if content[257:262] == b"ustar":
        raise UnreadableFileError("a tar archive", _UNPACK)
    inner = unpacked(content)
    return Unpacked(inner.content, inner.kind, member)


def _kind(content: bytes) -> Kind:
    if content.startswith(_OLD_OFFICE):
        return "xls"
    for start, what in _STARTS:
        if content.startswith(start):
            raise UnreadableFileError(what, _UNPACK if "archive" in what else _AS_CSV)
    if content[4:8] == b"ftyp" or (content[:4] == b"RIFF" and content[8:12] in (b"WEBP", b"WAVE", b"AVI ")):
        raise UnreadableFileError("a picture, a sound or a film", _AS_CSV)
    if content[257:262] == b"ustar":
        raise UnreadableFileError("a tar archive", _UNPACK)
    if len(content) > MOST_TEXT:
        raise UnreadableFileError(f"a text of more than {MOST_TEXT >> 20} MiB", _FEWER)
    return "text"


def _gunzipped(content: bytes) -> bytes:
    """All members of a .gz, one after another, as the format allows."""
    whole, rest = b"", content
    for _ in range(_MOST_MEMBERS):
        if not rest.startswith(b"\x1f\x8b"):
            return whole
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof and rest:
                whole += stream.decompress(rest, _RATIO_COUNTS_FROM)
                rest = stream.unconsumed_tail
                _bounded(len(whole), len(content) - len(rest))
        except zlib.error:
            raise UnreadableFileError("a damaged .gz", "Save it again and send that.") from None
        if not stream.eof:
            raise UnreadableFileError("a .gz that ends too early", "Save it again and send that.")
        rest = stream.unused_data
    raise UnreadableFileError(f"an archive of more than {_MOST_MEMBERS} files", _UNPACK)


def _bounded(unpacked_bytes: int, packed_bytes: int) -> None:
    grown = unpacked_bytes >= _RATIO_COUNTS_FROM and unpacked_bytes > _MOST_RATIO * packed_bytes
    if unpacked_bytes > MOST_UNPACKED or grown:
        what = f"an archive that unpacks to more than {MOST_UNPACKED >> 20} MiB"
        if grown and unpacked_bytes <= MOST_UNPACKED:
            what = f"an archive that grows more than {_MOST_RATIO} times when it is unpacked"
        raise UnreadableFileError(what, _FEWER)


def _opened(content: bytes) -> zipfile.ZipFile:
    if content.count(b"PK\x01\x02") > _MOST_MEMBERS:
        raise UnreadableFileError(f"an archive of more than {_MOST_MEMBERS} files", _UNPACK)
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError):
        raise UnreadableFileError("a damaged .zip or workbook", "Save it again and send that.") from None


def _workbook(archive: zipfile.ZipFile) -> Kind | None:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "mimetype" in names and read_member(archive, "mimetype").endswith(b"opendocument.spreadsheet"):
        return "ods"
    if "[Content_Types].xml" in names or "mimetype" in names or any(name.endswith(".iwa") for name in names):
        raise UnreadableFileError("a document of an office program that is no workbook", _AS_CSV)
    return None


def _from_zip(content: bytes) -> Unpacked:
    archive = _opened(content)
    if kind := _workbook(archive):
        # The reader of workbooks inflates without bounds, so everything is inflated within them first.
        _bounded(sum(len(read_member(archive, name)) for name in archive.namelist()), len(content))
        return Unpacked(content, kind)
    files = [name for name in archive.namelist() if not _ASIDE.search(name)]
    tables = [name for name in files if _TABLES.search(name)] or files
    if len(tables) != 1:
        what = f"an archive of {len(tables)} tables ({listed(tables)})" if tables else "an archive with no table in it"
        raise UnreadableFileError(what, _UNPACK)
    return _inner(read_member(archive, tables[0]), f"{short(tables[0].rpartition('/')[2])} in a .zip")


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file of the archive, at most 16 MiB of it, whatever the archive says of its size."""
    entry = archive.getinfo(name)
    if entry.flag_bits & 1:
        raise UnreadableFileError("an archive with a password", "Unpack it and send the table itself.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFileError("an archive packed in a way that is not read here", _UNPACK)
    _bounded(entry.file_size, max(entry.compress_size, 1))
    try:
        with archive.open(entry) as packed:
            content = packed.read(MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise UnreadableFileError(
            f"an archive whose {shown(name)} is damaged", "Save it again and send that."
        ) from None
    _bounded(len(content), max(entry.compress_size, 1))
    return content
