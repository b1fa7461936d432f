"""python -m tests.benchmark.load.pulse URL: ask for the health every 20 ms until standard input ends, then print."""

import http.client
import select
import sys
import time
from urllib.parse import urlsplit

EVERY = 0.02


def main(url: str) -> None:
    """A process of its own, so that nothing which makes the load slow makes this look slow."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    seen = []
    while not select.select([sys.stdin], [], [], EVERY)[0]:
        begun = time.perf_counter()
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        seen.append(f"{1000 * (time.perf_counter() - begun):.2f}" if answer.status == 200 else "inf")
    print(" ".join(seen))


if __name__ == "__main__":
    main(sys.argv[1])
