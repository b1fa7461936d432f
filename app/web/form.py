"""What a request says: the fields of its address and of its form, and the file that came with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.compute.errors import ClientGoneError
from app.errors import BadFormError, QueryError, TooLargeError
from app.market import upload as uploads
from app.market.upload import Upload
from app.web.body import MAXIMUM_BYTES

_FILE = "prices"
_FIELDS = frozenset({"ticker", "horizon", "as_of", "source", "canvas", "q", "live", _FILE})
_MAXIMUM_FIELDS = 20
_LONGEST_FIELD = 1024


@dataclass(frozen=True, slots=True)
class Said:
    """Texts by name, a form's before the address's, and the visitor's own prices where there are some."""

    texts: Mapping[str, str]
    upload: Upload | None


class _InMemory(MultiPartParser):
    """Starlette's parser, but a file never touches the disk (the body's limit keeps it small) and an end is needed."""

    spool_max_size = MAXIMUM_BYTES
    ended = False

    def on_end(self) -> None:
        self.ended = True

    async def parse(self) -> FormData:
        form = await super().parse()
        if not self.ended:
            raise MultiPartException("it ends before its last boundary")
        return form


async def said_by(request: Request, longest: int = _LONGEST_FIELD) -> Said:
    """What ``request`` says, each field of its form in at most ``longest`` bytes.

    Raises ``BadFormError``, ``QueryError`` or ``TooLargeError`` for what it should not say.
    """
    if request.method != "POST":
        return Said(_once(request.query_params.multi_items()), None)
    try:
        # The whole body comes first, because who has not finished sending does not see an answer.
        await request.body()
        form = await _form(request, longest)
    except MultiPartException as broken:
        raise BadFormError(broken.message.rstrip(".")) from None
    except ValueError:
        # A charset that is no text encoding.
        raise BadFormError("its characters do not fit its charset") from None
    except ClientDisconnect:
        raise ClientGoneError from None
    try:
        return await _said(request, form)
    finally:
        await form.close()


def repeated(request: Request, name: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The texts that an address has under ``name``, and its other fields; raises ``QueryError`` like ``said_by``."""
    said = request.query_params.multi_items()
    others = _once((other, text) for other, text in said if other != name)
    return tuple(request.query_params.getlist(name)), others


async def _said(request: Request, form: FormData) -> Said:
    texts = _once((name, value) for name, value in form.multi_items() if isinstance(value, str))
    if texts.pop(_FILE, "").strip():
        raise QueryError(_FILE, "text", "a file: a part of the form that has a file name")
    return Said(_once(request.query_params.multi_items()) | texts, await _upload(form.get(_FILE)))


def _once(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by name; raises ``QueryError`` for a field of ours said twice, as nobody could know which is meant."""
    texts: dict[str, str] = {}
    for name, text in said:
        if name in texts and name in _FIELDS:
            raise QueryError(name, "two values", "one value")
        texts[name] = text
    return texts


async def _form(request: Request, longest: int) -> FormData:
    kind, _ = parse_options_header(request.headers.get("content-type"))
    bounds = {"max_fields": _MAXIMUM_FIELDS, "max_part_size": longest}
    if kind == b"multipart/form-data":
        return await _InMemory(request.headers, request.stream(), max_files=1, **bounds).parse()
    if kind == b"application/x-www-form-urlencoded":
        return await FormParser(request.headers, request.stream(), **bounds).parse()
    if kind:
        raise BadFormError(f"its content type is {kind.decode('latin-1')[:60]}")
    return FormData()


async def _upload(part: UploadFile | str | None) -> Upload | None:
    if not isinstance(part, UploadFile):
        return None
    content = await part.read()
    if len(content) > uploads.MAXIMUM_BYTES:
        raise TooLargeError("The file", uploads.MAXIMUM_BYTES)
    # Browsers send a nameless, empty part where no file was chosen.
    return uploads.upload_of(part.filename or "", content) if part.filename or content else None
