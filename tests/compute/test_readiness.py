import asyncio
import socket

import pytest

from app.compute.readiness import HOST, Report, listen
from tests.support.compute.processes import until

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("report", [Report("/a/b"), Report("/a b", "ValueError: “odd” text\nof two lines")])
def test_a_report_survives_the_way(report):
    assert Report.unpack(report.pack()) == report


def test_a_long_failure_is_cut_so_that_it_fits_one_datagram():
    assert len(Report("/a", "é" * 100_000).pack()) < 8_000


async def test_reports_are_heard_and_noise_is_not():
    heard = []
    transport, port = await listen(heard.append)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for datagram in (b"", b"noise", b"\xff", b"1", b"[1]", b"{}", Report("/a").pack()):
            line.sendto(datagram, (HOST, port))
    assert await until(lambda: heard, 2)
    transport.close()
    await asyncio.sleep(0)
    assert heard == [Report("/a")]
