"""What the proxies in front of the app say of a request, as far as they can be believed."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import Scope

from app.services.shared_state import address_of


def origin_of(request: Request, hops: int) -> str:
    """Scheme and host as the visitor's browser knows them, with ``hops`` proxies in front."""
    url, forwarded = request.base_url, request.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip()
    believed = hops and forwarded in ("http", "https")
    return str(url.replace(scheme=forwarded) if believed else url).rstrip("/")


def client_behind(scope: Scope, hops: int) -> str:
    """The address that the outermost of ``hops`` proxies saw, or the peer's where there is no proxy.

    Each proxy writes whom it saw at the right end of X-Forwarded-For; what stands further left may be made up.
    """
    peer = scope["client"][0] if scope.get("client") else ""
    forwarded = _forwarded(scope["headers"])
    client = forwarded[-hops] if 0 < hops <= len(forwarded) else peer
    return address_of(client) or address_of(peer) or "unknown"


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    lines = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    return [entry.strip() for line in lines for entry in line.split(",")]
