"""How workers say that they are warm: one datagram on the loopback, which no dying worker can leave half-written."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

HOST = "127.0.0.1"
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Report:
    """A worker, known by its directory (which outsiders cannot guess), is warm or gives its ``failure``."""

    home: str
    failure: str = ""

    def pack(self) -> bytes:
        """Write it into one small datagram."""
        return json.dumps([self.home, self.failure[:MAX_TEXT]]).encode()

    @classmethod
    def unpack(cls, datagram: bytes) -> "Report":
        """Read what ``pack`` wrote; ValueError for anything else."""
        home, failure = json.loads(datagram)
        return cls(str(home), str(failure))


class Listener(asyncio.DatagramProtocol):
    """Hands every readable report on; whatever else arrives is dropped."""

    def __init__(self, on_report: Callable[[Report], None]) -> None:
        self._on_report = on_report

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Asyncio calls this for every datagram."""
        try:
            report = Report.unpack(data)
        except (ValueError, TypeError):
            return
        self._on_report(report)


async def listen(on_report: Callable[[Report], None]) -> tuple[asyncio.DatagramTransport, int]:
    """Open the listening end and tell its port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Listener(on_report), local_addr=(HOST, 0))
    return transport, transport.get_extra_info("sockname")[1]
