"""What a request says: the fields of its address and of its form, and the file that came with them."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.compute.errors import ClientGoneError
from app.errors import BadFormError, QueryError, TooLargeError
from app.market.upload import source as uploads
from app.market.upload.source import Upload

_FILE = "prices"
# Which column of the file is meant, where it cannot be told.
COLUMNS = ("column.date", "column.close", "column.ticker")
_QUERY = {"ticker", "horizon", "by", "as_of", "source", "level", "amount", "weight"}
_FIELDS = frozenset({*_QUERY, "canvas", "q", "live", "receipt", "delimiter", *COLUMNS, _FILE})
_MAXIMUM_FIELDS = 20
_LONGEST_FIELD = 1024
# RFC 2046, without the two signs that a quoted string would have to escape.
_BOUNDARY = re.compile(rb"[ !#-\[\]-~]{1,70}")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class RequestFields:
    """Texts by name, a form's before the address's, and the visitor's own prices where there are some."""

    texts: Mapping[str, str]
    upload: Upload | None


MAXIMUM_BYTES = 2 * 2**20 + 64 * 2**10


class _InMemory(MultiPartParser):
    """Starlette's parser, but a file never touches the disk (the body's limit keeps it small), texts are UTF-8 and an
    end is needed.
    """

    spool_max_size = MAXIMUM_BYTES
    ended = False

    def on_part_end(self) -> None:
        if self._current_part.file is None:
            self._current_part.data.decode()
        super().on_part_end()

    def on_end(self) -> None:
        self.ended = True

    async def parse(self) -> FormData:
        try:
            form = await super().parse()
            if not self.ended:
                raise MultiPartException("it ends before its last boundary")
        except (MultiPartException, UnicodeDecodeError):
            for file in self._files_to_close_on_error:
                file.close()
            raise
        return form


async def fields_of(request: Request, longest: int = _LONGEST_FIELD) -> RequestFields:
    """What ``request`` says, each field of its form in at most ``longest`` bytes of UTF-8, whatever charset it names.

    Raises ``BadFormError``, ``QueryError`` or ``TooLargeError`` for what it should not say.
    """
    if request.method != "POST":
        return RequestFields(_once(request.query_params.multi_items()), None)
    # The whole body comes first, because who has not finished sending does not see an answer.
    await body_of(request)
    try:
        form = await _form(request, longest)
    except MultiPartException as broken:
        raise BadFormError(broken.message.rstrip(".")) from None
    except UnicodeDecodeError:
        raise BadFormError("its text is not UTF-8") from None
    try:
        return await _fields_of_form(request, form)
    finally:
        await form.close()


async def body_of(request: Request) -> bytes:
    """The whole body of ``request``."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise ClientGoneError from None


def repeated(request: Request, name: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The texts that an address has under ``name``, and its other fields; raises ``QueryError`` like ``fields_of``."""
    others = _once((other, text) for other, text in request.query_params.multi_items() if other != name)
    return tuple(request.query_params.getlist(name)), others


async def _fields_of_form(request: Request, form: FormData) -> RequestFields:
    texts = _once((name, value) for name, value in form.multi_items() if isinstance(value, str))
    if texts.pop(_FILE, "").strip():
        raise QueryError(_FILE, "text", "a file: a part of the form that has a file name")
    return RequestFields(_once(request.query_params.multi_items()) | texts, await _upload(form.get(_FILE)))


def _once(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by name; raises ``QueryError`` for a field of ours said twice, as nobody could know which is meant."""
    texts: dict[str, str] = {}
    for name, text in fields:
        if name in texts and name in _FIELDS:
            raise QueryError(name, "two values", "one value")
        texts[name] = text
    return texts


async def _form(request: Request, longest: int) -> FormData:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        boundary = options.get(b"boundary", b"")
        if not _BOUNDARY.fullmatch(boundary):
            raise MultiPartException("it names no boundary of its parts")
        # Without the charset that the client names: decoding by some takes minutes, by others it makes no valid text.
        headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary.decode()}"'})
        bounds = {"max_fields": _MAXIMUM_FIELDS, "max_part_size": longest}
        return await _InMemory(headers, request.stream(), max_files=1, **bounds).parse()
    if kind == b"application/x-www-form-urlencoded":
        # In a thread, because a body of 256 KiB takes as long as many requests.
        return await asyncio.to_thread(_url_encoded, await request.body(), longest)
    if kind:
        raise BadFormError(f"its content type is {kind.decode('latin-1')[:60]}")
    return FormData()


def _url_encoded(body: bytes, longest: int) -> FormData:
    if body.count(b"&") >= _MAXIMUM_FIELDS:
        raise MultiPartException(f"it has more than {_MAXIMUM_FIELDS} fields")
    if _BROKEN_ESCAPE.search(body):
        raise MultiPartException("a percent sign in it is not followed by two hexadecimal digits")
    fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    if any(len(text.encode()) > longest for field in fields for text in field):
        raise MultiPartException(f"a field of it is longer than {longest} bytes")
    return FormData([*fields])


async def _upload(part: UploadFile | str | None) -> Upload | None:
    if not isinstance(part, UploadFile):
        return None
    content = await part.read()
    if len(content) > uploads.MAXIMUM_BYTES:
        raise TooLargeError("The file", uploads.MAXIMUM_BYTES)
    # Browsers send a nameless, empty part where no file was chosen.
    return uploads.upload_of(part.filename or "", content) if part.filename or content else None
