"""python -m tests.benchmark.load.fuzz [COUNT]: so many random requests (10,000) to every endpoint of the served app.

None may end in a fault of ours, leave memory or metrics larger, or hold up the health for longer than 100 ms.
"""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx2
from starlette.routing import Route

from app.web.routes import routes
from tests.benchmark.load.__main__ import numbers, seen, served, warm

COUNT, AT_ONCE = 10_000, 8
MOST_GROWN, MOST_SERIES, LONGEST_PULSE = 60e6, 1.5, 100.0
METHODS = ("GET",) * 6 + ("POST",) * 4 + ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get")
CODECS = (
    "utf-8",
    "punycode",
    "raw_unicode_escape",
    "utf-7",
    "idna",
    "unicode_escape",
    "rot13",
    "zip",
    "none",
    "base64",
)
TEXTS = ("", " ", "^GSPC", "SYN", "AAPL", "..", "=1+1", "<script>", "%00", "\ud800", "\u202e", "x" * 5000, "{{7*7}}")
TEXTS += ("0", "-1", "1e9", "22", "66", "67", "2016-01-29", "2018-06-29", "0000-00-00", "sample", "yahoo", "wide")
NAMES = ("ticker", "horizon", "as_of", "source", "canvas", "q", "live", "level", "by", "amount", "receipt", "prices")
HEADERS = {
    "Host": ("localhost", "evil.example", "a@b", ""),
    "X-Forwarded-For": ("1.2.3.4", "::1", "2001:db8::1", "x, y", "64:ff9b::1.2.3.4"),
    "Range": ("bytes=0-1", "bytes=" + "0-1," * 300, "lines=1"),
    "If-None-Match": ("*", "W/x", '"' * 300),
    "Accept-Encoding": ("gzip", "identity;q=0", "br", "*"),
    "Sec-Fetch-Site": ("cross-site", "same-origin", "x"),
    "Origin": ("null", "http://localhost", "::"),
    "Authorization": ("Bearer x", "Basic", "\xff"),
    "Cookie": ("a=b", "=" * 500),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("upgrade", "close"),
    "Expect": ("100-continue",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""


def random_request(rng: random.Random, ticker: str = "^GSPC") -> Asked:
    """Something to a route of ours or near one, said well or badly, often of a ``ticker`` that there is."""
    path = rng.choice([one.path for one in routes() if isinstance(one, Route)] + ["/static/app.css", "/vendor/x", "/x"])
    slug = rng.choice(("overview", "technicals", "overview", "nonsense", "..", "%2e%2e", "%00", "a" * 2000))
    path = path.replace("{slug}", slug).replace("{place}", rng.choice(("1", "2", "9", "x")))
    # The live price never ends, and whole documents fit every model: a few of them are enough.
    if (
        path in ("/report", "/forecast.csv", "/summary.txt", "/compare/ranges", "/compare/ranges.{ending}")
        and rng.random() < 0.97
    ):
        path += "x"
    fields = [(rng.choice(NAMES), rng.choice(TEXTS)) for _ in range(rng.choice((0, 1, 2, 3, 5, 30)))]
    if rng.random() < 0.6:
        fields += [("ticker", ticker), ("source", "sample"), ("horizon", str(rng.randint(1, 4)))]
    headers = {name: rng.choice(values).encode("latin-1") for name, values in HEADERS.items() if rng.random() < 0.08}
    method, body = rng.choice(METHODS), b""
    if method not in ("GET", "HEAD") or rng.random() < 0.05:
        kind, body = rng.choice(BODIES)(rng, fields)
        headers["Content-Type"] = kind.encode("latin-1", "replace")
    query = httpx2.QueryParams([(name, text.encode("utf-8", "replace").decode()) for name, text in fields])
    return Asked(method, f"{path}?{query}" if rng.random() < 0.9 else path, headers, body)


Said = list[tuple[str, str]]


def multipart(rng: random.Random, fields: Said) -> tuple[str, bytes]:
    """A form of parts, with a file perhaps, in any codec, whole or cut short."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields]
    if rng.random() < 0.6:
        told = 'Content-Disposition: form-data; name="prices"; filename="p.csv"'
        parts.append(f"--b\r\n{told}\r\n\r\n{table(rng)}\r\n")
    body = ("".join(parts) + "--b--\r\n").encode("utf-8", "surrogatepass")
    cut = len(body) if rng.random() < 0.8 else rng.randint(0, len(body))
    return f"multipart/form-data; boundary=b; charset={rng.choice(CODECS)}", body[:cut]


def url_encoded(rng: random.Random, fields: Said) -> tuple[str, bytes]:
    """The other kind of form, its escapes whole or broken."""
    text = str(httpx2.QueryParams([(name, text.encode("utf-8", "replace").decode()) for name, text in fields]))
    return "application/x-www-form-urlencoded", (text + rng.choice(("", "%", "&" * 50, "%zz"))).encode()


def noise(rng: random.Random, _: Said) -> tuple[str, bytes]:
    """Bytes that are no form, now and then too many of them."""
    kind = rng.choice(("application/json", "text/plain", "", "multipart/form-data", "x" * 300, "a/b; charset=punycode"))
    return kind, rng.randbytes(rng.choice((0, 1, 100, 10_000))) + bytes(rng.choice((0,) * 50 + (3 * 2**20,)))


def table(rng: random.Random) -> str:
    """A file of prices, or something like one."""
    rows = [f"2024-{1 + day // 28:02}-{1 + day % 28:02},{100 + day % 7}" for day in range(rng.choice((0, 1, 80, 300)))]
    rows = [rng.choice(TEXTS) if rng.random() < 0.002 else row for row in rows]
    return rng.choice(("\n", "\r\n", "\n\n\n", ";")).join(["Date,Close", *rows])


BODIES: tuple[Callable[[random.Random, Said], tuple[str, bytes]], ...] = (multipart, multipart, url_encoded, noise)


def main(count: int = COUNT) -> int:
    """Print what was promised and what was seen; the status is 0 only where all is kept."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    with served(PROXY_HOPS="0") as url:
        return 0 if asyncio.run(bears(url, count)) else 1


async def bears(url: str, count: int) -> bool:
    """The whole run; a thousand first, so that memory and series are compared with those of an app at work."""
    rng, statuses = random.Random(20), Counter[int]()
    async with httpx2.AsyncClient(base_url=url, timeout=90) as client:
        await warm(client)
        await ask(client, [random_request(rng) for _ in range(count // 10)], statuses)
        before, series = await numbers(client), len((await client.get("/metrics")).content)
        calm = await pulse_during(url, asyncio.sleep(10))
        print(f"/healthz of an app at rest here: p99 {calm[int(0.99 * len(calm))]}, longest {calm[-1]} ms", flush=True)
        beats = await pulse_during(
            url, ask(client, [random_request(rng) for _ in range(count - count // 10)], statuses)
        )
        after, later = await numbers(client), len((await client.get("/metrics")).content)
    print(f"load {os.getloadavg()[0]:.1f} after", flush=True)
    web = "stock_resident_memory_bytes web"
    faults = {status: times for status, times in statuses.items() if status >= 500 and status != 503}
    grown, larger, slow = after[web] - before[web], later / series, beats[int(0.99 * len(beats))]
    return all(
        (
            seen("answers", dict(sorted(statuses.items())), sum(statuses.values()) == count),
            seen("faults of ours", faults, not faults),
            seen("memory of the web process, MB more", round(grown / 1e6), grown <= MOST_GROWN),
            seen("metrics, times as large", round(larger, 2), larger <= MOST_SERIES),
            seen(f"/healthz, p99 of {len(beats)}, ms", slow, slow <= LONGEST_PULSE),
            seen("/healthz, longest, ms", beats[-1], beats[-1] <= LONGEST_PULSE),
        )
    )


async def pulse_during(url: str, work: Awaitable[None]) -> list[float]:
    """Milliseconds that the health took to be told meanwhile, in order of length."""
    command = [sys.executable, "-m", "tests.benchmark.load.pulse", url]
    pulse = subprocess.Popen(command, stdin=-1, stdout=-1, text=True)
    await work
    return sorted(float(beat) for beat in pulse.communicate("\n")[0].split())


async def ask(client: httpx2.AsyncClient, requests: list[Asked], statuses: Counter[int]) -> None:
    """Ask all of them, a few at a time."""
    waiting = iter(requests)

    async def in_turn() -> None:
        for one in waiting:
            statuses[await status_of(client, one)] += 1

    await asyncio.gather(*(in_turn() for _ in range(AT_ONCE)))


async def status_of(client: httpx2.AsyncClient, asked: Asked) -> int:
    """What came of it; a connection that was closed is 0, and a stream is left once it has begun."""
    request = client.build_request(
        asked.method,
        asked.path,
        headers=[(name.encode(), value) for name, value in asked.headers.items()],
        content=asked.body or None,
    )
    try:
        answer = await client.send(request, stream=True)
        if "event-stream" not in answer.headers.get("content-type", ""):
            await answer.aread()
        await answer.aclose()
    except httpx2.TransportError:
        return 0
    if answer.status_code >= 500 and answer.status_code != 503:
        print(f"{answer.status_code}: {asked}"[:2000], flush=True)
    return answer.status_code


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
