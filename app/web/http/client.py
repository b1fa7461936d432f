"""Who asks, as far as the proxies in front can be believed."""

import ipaddress
from collections.abc import Iterable

from starlette.types import Scope

# A household or an attacker gets a whole network of these, so they count as one.
_IPV6_NETWORK = 64


def client_of(scope: Scope, hops: int) -> str:
    """The address that the outermost of ``hops`` proxies saw, or the peer's where there is no proxy.

    Each proxy writes whom it saw at the right end of X-Forwarded-For; what stands further left may be made up.
    """
    peer = scope["client"][0] if scope.get("client") else ""
    told = _forwarded(scope["headers"])
    seen = told[-hops] if 0 < hops <= len(told) else peer
    return _network(seen) or _network(peer) or "unknown"


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    lines = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    return [entry.strip() for line in lines for entry in line.split(",")]


def _network(text: str) -> str:
    """The address, an IPv6 one by its network, without a port; empty where ``text`` is none."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
