"""python -m tests.benchmark: how fast the served app is, with ratios to bare library calls timed in the same run.

With the word ``page`` behind it: what a browser measures of the page instead; with ``questions``: what a first and a
second question cost in units of a bare fit.
"""

import asyncio
import contextlib
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.forecasting.models.lstm.forecaster import lstm_from
from app.forecasting.models.lstm.network import shipped
from app.market.history import history_until
from app.market.sample import SampleSource
from app.market.upload.reader import read_quotes
from app.panels import PANELS
from app.panels.forecast.convert import log_prices
from app.panels.patterns.shapes import candles_of, look
from tests.benchmark import page
from tests.market.upload.layouts import Layout, file_of, prices
from tests.market.upload.test_any_layout import ROLES

# pyts compiles for twenty seconds unless it is told in time not to.
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

PORT = 7862
ROUNDS = 5
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
WAYS_OUT = {"HOST": "127.0.0.1", "PORT": str(PORT), "LOG_LEVEL": "warning", "SOURCE": "sample"}
WAYS_OUT |= {"RATE_LIMIT": "off"}
_ASKED = "ticker=%5EGSPC&source=sample&horizon=22&as_of="
PROPHET, LSTM, PATTERNS, OVERVIEW, VERDICT, ODDS = (
    f"/panels/{slug}?{_ASKED}" for slug in ("prophet", "lstm", "patterns", "overview", "verdict", "odds")
)


def main() -> None:
    """Start the app, measure it from outside, and stop it."""
    if sys.argv[1:] == ["questions"]:
        _questions()
        return
    begun = time.perf_counter()
    app = _started()
    try:
        _report("process start to first page", _until(lambda: _status("/") == 200, begun), "s", 2)
        _report("process start to all workers warm", _until(_all_warm, begun), "s", 15)
        if sys.argv[1:] == ["page"]:
            page.measure(f"http://127.0.0.1:{PORT}/?ticker=%5EGSPC&source=sample&horizon=", _report)
            return
        _report("GET /, median of 100", 1000 * statistics.median(_seconds("/") for _ in range(100)), "ms", 10)
        _prophet_card()
        _lstm_card()
        _patterns_card()
        _odds_card()
        _whole_page()
        _health_while_all_fit()
        _files()
    finally:
        app.terminate()
        app.wait(15)
    _questions()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "app"], env={**os.environ, **WAYS_OUT, "WORKERS": "2"})


QUESTIONS = {
    "verdict, cold": 13,
    "verdict, another horizon": 4.5,
    "verdict, a week later": 9,
    "verdict, a week earlier": 9,
    "all cards, cold": 24,
    "the first of them": 2.5,
    "all cards, another horizon": 7,
    "all cards again": 1.2,
}
"""What is measured in units of one bare fit of a trend in the same round, and how much it may be."""


def _questions() -> None:
    """A first and a second question to a served app that knows no answer yet, each round to a new one."""
    rounds = []
    with tempfile.TemporaryDirectory() as folder, _bare(Path(folder)) as bare:
        for _ in range(ROUNDS):
            app = _started()
            try:
                _until(lambda: _status("/readyz") == 200 and _all_warm(), time.perf_counter())
                rounds.append(_asked_twice(bare))
            finally:
                app.terminate()
                app.wait(15)
        bare.stdin.close()
    for what, target in QUESTIONS.items():
        _report(f"{what}, in bare fits, median", statistics.median(one[what] for one in rounds), "×", target)


def _asked_twice(bare: subprocess.Popen[str]) -> dict[str, float]:
    """The seconds of each of ``QUESTIONS`` over those of a bare fit, with fits before and after."""
    fits = [_ask(bare, "fit") for _ in range(3)]
    seconds = {}
    for what, asked in {
        "verdict, cold": "22&as_of=2018-06-28",
        "verdict, another horizon": "10&as_of=2018-06-28",
        "verdict, a week later": "22&as_of=2018-07-05",
        "verdict, a week earlier": "22&as_of=2018-06-21",
    }.items():
        seconds[what] = _seconds(f"/panels/verdict?ticker=%5EGSPC&source=sample&horizon={asked}")
    fits += [_ask(bare, "fit") for _ in range(3)]
    nasdaq = "ticker=%5EIXIC&source=sample&as_of=2018-06-28&horizon="
    cold = _page(f"{nasdaq}22")[0]
    seconds |= {"all cards, cold": max(cold), "the first of them": min(cold)}
    seconds["all cards, another horizon"] = max(_page(f"{nasdaq}10")[0])
    seconds["all cards again"] = max(_page(f"{nasdaq}10")[0])
    fits += [_ask(bare, "fit") for _ in range(3)]
    print(f"{'':46}  bare fits {_list(fits)} s, {', '.join(f'{what} {one:.2f}' for what, one in seconds.items())}")
    return {what: one / statistics.median(fits) for what, one in seconds.items()}


def _prophet_card() -> None:
    """Cold requests and bare calls take turns, so that a noisy machine is noisy for both."""
    with tempfile.TemporaryDirectory() as folder, _bare(Path(folder)) as bare:
        ours, theirs, again = [], [], []
        for year in range(2018 - ROUNDS, 2018):
            ours.append(_seconds(f"{PROPHET}{year}-12-29"))
            again += [_seconds(f"{PROPHET}{year}-12-29") for _ in range(10)]
            theirs.append(_ask(bare))
        bare.stdin.close()
    print(f"{'':46}  ours {_list(ours)} s, bare {_list(theirs)} s")
    _report("prophet card, cold, against bare calls", statistics.median(ours) / statistics.median(theirs), "×", 1.3)
    _report("prophet card, repeated, median", 1000 * statistics.median(again), "ms", 15)


def _lstm_card() -> None:
    """Each asks for another day, so only prices are remembered; then the memory kept before a worker is replaced."""
    days = np.busday_offset("2016-01-04", np.arange(0, 240, 2), roll="forward")
    cards = [f"{LSTM}{day}" for day in days if _status(f"{OVERVIEW}{day}") == 200]
    seconds = [_seconds(card) for card in cards[:10]]
    before = _worker_memory()
    for card in cards[10:]:
        _seconds(card)
    _report("lstm card with charts, warm, median of 10", 1000 * statistics.median(seconds), "ms", 400)
    _report(f"most a worker grew in {len(cards) - 10} lstm cards", max(_growth(before, _worker_memory())), "MB", 50)
    weights, y = shipped()[-1], log_prices(history_until(asyncio.run(SampleSource().load("^GSPC")), None))
    rows = np.arange(len(y) - 500, len(y))
    lstm_from(weights, y, rows, 22)
    begun = time.perf_counter()
    lstm_from(weights, y, rows, 22)
    _report("lstm inference for 500 origins", 1000 * (time.perf_counter() - begun), "ms", 300)


def _patterns_card() -> None:
    """Ten years of bars, each request up to another day; then what the network costs of it."""
    days = np.busday_offset("2017-03-06", np.arange(0, 44, 2), roll="forward")
    cards = [f"{PATTERNS}{day}" for day in days if _status(f"{OVERVIEW}{day}") == 200]
    seconds = [_seconds(card) for card in cards[:10]]
    _report("patterns card with charts, warm, median of 10", 1000 * statistics.median(seconds), "ms", 1000)
    bars = candles_of(history_until(asyncio.run(SampleSource().load("^GSPC")), None))
    look(bars)
    begun = time.perf_counter()
    look(bars)
    _report("encoding and network for 250 windows", 1000 * (time.perf_counter() - begun), "ms", 300)


def _files() -> None:
    """A file of 20,000 rows in several ways of writing it, each beside what the bare parser of its kind needs."""
    days, columns = prices(1, 20_000, "1950-01-02", 1500.0)
    plain = Layout(
        "en", (0,) * 6, ",", ".", "", 2, "%Y-%m-%d", "utf-8", ROLES, (), (), (), False, True, "\n", *[False] * 2, ""
    )
    german = {"language": "de", "delimiter": ";", "decimal": ",", "thousands": ".", "dates": "%d.%m.%Y"}
    named = {"language": "fr", "delimiter": ";", "decimal": ",", "dates": "name", "suffix": " €"}
    ways = {
        "plain": {},
        "in German": german,
        "in French, names of months": named,
        "without a header": {"header": False},
    }
    files = {name: file_of(replace(plain, **changes), days, columns)[0] for name, changes in ways.items()}
    rows = list(csv.DictReader(io.StringIO(files["plain"].decode())))
    objects = {"objects": rows, "lists": {name: [row[name] for row in rows] for name in rows[0]}}
    files |= {f"JSON of {name}": json.dumps(content).encode() for name, content in objects.items()}
    for name, content in files.items():
        parse = json.loads if "JSON" in name else lambda text: list(csv.reader(io.StringIO(text)))
        bare = min(_cost(lambda content=content, parse=parse: parse(content.decode())) for _ in range(ROUNDS))
        seconds = min(_cost(lambda content=content: read_quotes(content, "X", "x.csv")) for _ in range(ROUNDS))
        _report(f"20,000 rows of a file, {name}", seconds, "s", 0.4)
        print(f"{'':46}  {seconds / bare:.0f} times the bare parser")


def _cost(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def _odds_card() -> None:
    """Each request asks of another day whose verdict is there already; then as many other levels of one day."""
    days = [f"2018-{month:02}-14" for month in range(1, 11)]
    for day in days:
        _seconds(f"{VERDICT}{day}")
    seconds = [_seconds(f"{ODDS}{day}") for day in days]
    _report("odds card with charts, its verdict there, median of 10", 1000 * statistics.median(seconds), "ms", 250)
    levels = [_seconds(f"/api/v1{ODDS}{days[0]}&level={2600 + 10 * step}") for step in range(40)]
    _report("odds of another level as JSON, median of 40", 1000 * statistics.median(levels), "ms", 30)


def _whole_page() -> None:
    """Every card of a page at once, on days nobody asked for before; then the same page again."""
    ready, first, again, size = [], [], [], []
    for day in (f"{year}-03-29" for year in range(2018 - ROUNDS, 2018)):
        seconds, sizes = _page(f"{_ASKED}{day}")
        ready.append(max(seconds))
        first.append(min(seconds))
        size.append(sum(sizes))
        again += [_seconds(f"/panels/{panel.slug}?{_ASKED}{day}") for panel in PANELS]
    print(f"{'':46}  all cards after {_list(ready)} s, the first after {_list(first)} s")
    _report(f"{len(PANELS)} cards of a page, cold, all ready, median", statistics.median(ready), "s", 4)
    _report("the first of them, median", statistics.median(first), "s", 0.5)
    _report("HTML of all cards, most", max(size) / 1000, "kB", 700)
    _report("a card of the same page again, worst of all", 1000 * max(again), "ms", 20)


def _page(query: str) -> tuple[list[float], list[int]]:
    """How long each card took to come and how many bytes it is, all asked for at the same moment."""
    begun = time.perf_counter()

    def ask(slug: str) -> tuple[float, int]:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/panels/{slug}?{query}") as answer:
            size = len(answer.read())
        return time.perf_counter() - begun, size

    with ThreadPoolExecutor(len(PANELS)) as visitor:
        seconds, sizes = zip(*visitor.map(ask, [panel.slug for panel in PANELS]), strict=True)
    return list(seconds), list(sizes)


def _worker_memory() -> dict[int, float]:
    """Resident memory in MB of the app's processes that have TensorFlow loaded, by process id."""
    found = {}
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            if "libtensorflow" in maps.read_text() and int(maps.parent.name) != os.getpid():
                pages = int((maps.parent / "statm").read_text().split()[1])
                found[int(maps.parent.name)] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return found


def _growth(before: dict[int, float], after: dict[int, float]) -> list[float]:
    return [after[worker] - memory for worker, memory in before.items() if worker in after]


def _bare(folder: Path) -> subprocess.Popen[str]:
    history = history_until(asyncio.run(SampleSource().load("^GSPC")), None)
    bars = folder / "bars.npz"
    refits = np.r_[np.linspace(len(history) - 740, len(history) - 140, 6).astype(int), len(history) - 1]
    np.savez(bars, dates=history.dates, closes=history.adj_close, refits=refits)
    # As nice as a worker is, and on one thread like it.
    command = ["nice", "-n", "10", sys.executable, "-m", "tests.benchmark.bare", str(bars)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, **ONE_THREAD})


def _ask(bare: subprocess.Popen[str], what: str = "") -> float:
    bare.stdin.write(f"{what}\n")
    bare.stdin.flush()
    return float(bare.stdout.readline())


def _health_while_all_fit() -> None:
    cards = [f"{PROPHET}{year}-06-29" for year in range(2009, 2015)]
    with ThreadPoolExecutor(len(cards)) as visitors:
        fitting = [visitors.submit(_seconds, card) for card in cards]
        seconds = []
        while not all(card.done() for card in fitting):
            seconds.append(_seconds("/healthz"))
            time.sleep(0.01)
    _report(f"/healthz while all fit, p99 of {len(seconds)}", 1000 * float(np.quantile(seconds, 0.99)), "ms", 50)


def _until(happened: Callable[[], bool], begun: float) -> float:
    while not happened():
        if time.perf_counter() - begun > 120:
            raise TimeoutError("the app did not come up")
        time.sleep(0.02)
    return time.perf_counter() - begun


def _all_warm() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz") as answer:
            workers = json.load(answer)["workers"]
    except urllib.error.HTTPError:
        return False
    return bool(workers["warm"] == workers["expected"])


def _status(path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}") as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except urllib.error.URLError:
        return 0


def _seconds(path: str) -> float:
    begun = time.perf_counter()
    status = _status(path)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return time.perf_counter() - begun


def _list(seconds: list[float]) -> str:
    return " ".join(f"{one:.2f}" for one in seconds)


def _report(what: str, value: float, unit: str, target: float) -> None:
    print(
        f"{what:46}  {value:8.2f} {unit:2}  (target {target:g} {unit}{'' if value <= target else ', MISSED'})",
        flush=True,
    )


if __name__ == "__main__":
    main()
