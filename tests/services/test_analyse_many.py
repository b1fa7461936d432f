"""A table of many tickers: what a row says, what a bad ticker costs, and how a second run goes on from the first."""

import asyncio
import csv
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from app.__main__ import main
from app.cli.many import Item, TableRun, items_of
from app.cli.table import OtherTableError
from app.compute.errors import JobFailedError
from app.errors import SourceRefusedError
from app.main import running_parts
from app.settings import Settings
from tests.support.compute.dask_cluster import dask_scheduler
from tests.support.fakes import LISTING, FailingEngine, FakeMarket, InlineEngine, market
from tests.support.served import TODAY, served
from tests.support.uploads import csv_of

SYN, EURO = market(), market(seed=12, listing=replace(LISTING, ticker="EURO", currency="EUR"))
SHORT = market(100, seed=13, listing=replace(LISTING, ticker="SHORT"))
TEXTS = {"horizon": "5", "level": "-5%;5%"}
LIST = [Item("SYN"), Item("EURO")]
QUANTILES = ("0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975")


def app_of(source=None, engine=None):
    sources = {"sample": source or FakeMarket(SYN, EURO, SHORT)}
    settings = Settings(source="sample", rate_limit="off")
    return running_parts(settings, sources, engine or InlineEngine(), today=lambda: TODAY)


def fill(out, items=LIST, app=None, **texts):
    return asyncio.run(TableRun(app or app_of(), TEXTS | texts, pause=0).fill(items, out))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class CountingMarket(FakeMarket):
    """Knows the same prices under any ticker, and counts how many ask at the same time."""

    now = most = 0

    async def load(self, ticker):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return replace(SHORT, listing=replace(LISTING, ticker=ticker))


class RefusingMarket(FakeMarket):
    """Refuses EURO for so many times, a second each, and notes who asks before that is over."""

    def __init__(self, times):
        super().__init__(SYN, EURO)
        self.times, self.moments = times, []

    async def load(self, ticker):
        if ticker == "EURO":
            self.moments.append(asyncio.get_running_loop().time())
            if len(self.moments) <= self.times:
                raise SourceRefusedError(self.title, 1 if self.times < 3 else 0)
        return await super().load(ticker)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "table.csv"
    assert fill(out, [*LIST, Item("NONE"), Item("SHORT"), Item("two.words!")]) == 0
    return out


def test_a_row_says_what_the_cards_say(made):
    row = rows(made)[0]
    with served(FakeMarket(SYN)) as client:
        query = "ticker=SYN&horizon=5&level=-5%25;5%25"
        verdict, odds = (client.get(f"/api/v1/panels/{slug}?{query}").json() for slug in ("verdict", "odds"))
    ends = {level: verdict["forecast"]["quantiles"][level][-1] for level in QUANTILES}
    assert {level: float(row[level]) for level in QUANTILES} == ends
    assert [row["as_of"], row["date"], row["currency"]] == [verdict["as_of"], verdict["forecast"]["dates"][-1], "USD"]
    assert (float(row["held_80"]), float(row["p_up"])) == (verdict["receipt"]["coverage_80"], verdict["p_up"])
    for level, rung in zip(("-5%", "5%"), odds["asked"], strict=True):
        chances = ("p_end", "p_close", "p_trade")
        assert [float(row[f"{name}_{level}"]) for name in chances] == [rung[name] for name in chances]
    assert (row["edge"], row["sha256"], row["error"]) == ("False", verdict["data"]["sha256"], "")


def test_bad_tickers_have_a_sentence_in_their_row_and_cost_the_others_nothing(made):
    errors = {row["ticker"]: row["error"] for row in rows(made)}
    assert list(errors) == ["SYN", "EURO", "NONE", "SHORT", "two.words!"]
    assert (errors["SYN"], errors["EURO"]) == ("", "")
    assert "does not list “NONE”" in errors["NONE"]
    assert "A forecast needs 250 daily bars; there are 100" in errors["SHORT"]
    assert "“ticker” has “two.words!”" in errors["two.words!"]


def test_bad_tickers_are_named_while_the_table_is_made_and_where_all_are_bad_the_status_is_1(tmp_path, capsys):
    assert fill(tmp_path / "table.csv", [Item("NONE")]) == 1
    assert "NONE: " in capsys.readouterr().err


def test_a_fault_of_ours_is_one_row(tmp_path):
    out, engine = tmp_path / "table.csv", FailingEngine(ValueError("a wrong value"), "odds")
    assert fill(out, [Item("SYN"), Item("NONE")], app_of(engine=engine)) == 1
    assert "went wrong on our side. (ValueError)" in rows(out)[0]["error"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_second_run_makes_only_what_is_missing_and_the_same_table(tmp_path, ending):
    out, whole, engine = tmp_path / f"table.{ending}", tmp_path / f"whole.{ending}", InlineEngine()
    fill(whole)
    fill(out, LIST[:1])
    fill(out, app=app_of(engine=engine))
    assert out.read_bytes() == whole.read_bytes()
    assert {call[2] for call in engine.calls if call[:2] == ("analyse", b"odds")} == {b"5"}
    assert len([call for call in engine.calls if call[:2] == ("analyse", b"odds")]) == 1
    source, idle = FakeMarket(SYN, EURO), InlineEngine()
    fill(out, app=app_of(source, idle))
    assert (source.loads, idle.calls) == (0, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name, whole.name]


def test_rows_are_on_the_disk_while_the_table_is_made_and_a_torn_last_line_is_made_anew(tmp_path):
    out = tmp_path / "table.csv"
    fill(out)
    whole = out.read_bytes()
    out.write_bytes(whole[: whole.rindex(b"EURO") + 40])
    engine = InlineEngine()
    fill(out, app=app_of(engine=engine))
    assert out.read_bytes() == whole
    assert len([call for call in engine.calls if call[:2] == ("analyse", b"verdict")]) == 1


def test_a_row_with_an_error_is_tried_again(tmp_path):
    out = tmp_path / "table.csv"
    fill(out, app=app_of(FakeMarket(SYN)))
    fill(out)
    assert [row["error"] for row in rows(out)] == ["", ""]


def test_another_horizon_or_day_is_made_anew(tmp_path):
    out = tmp_path / "table.csv"
    fill(out, LIST[:1])
    fill(out, LIST[:1], horizon="4")
    assert [row["horizon"] for row in rows(out)] == ["4"]
    day = SYN.dates[300].item()
    fill(out, LIST[:1], as_of=str(day))
    assert [row["as_of"] for row in rows(out)] == [str(day)]


def test_a_file_that_changed_is_made_anew_and_one_that_did_not_is_not(tmp_path):
    folder, out = tmp_path / "prices", tmp_path / "table.csv"
    folder.mkdir()
    (folder / "a.csv").write_bytes(csv_of(SYN))
    (folder / "b.csv").write_bytes(csv_of(EURO))
    items = [Item(path.name, path) for path in sorted(folder.iterdir())]
    fill(out, items)
    before = rows(out)
    (folder / "b.csv").write_bytes(csv_of(EURO.until(EURO.dates[-2].item())))
    fill(out, items)
    assert [row["file"] for row in before] == ["a.csv", "b.csv"]
    assert [new == old for new, old in zip(rows(out), before, strict=True)] == [True, False]
    assert [row["error"] for row in rows(out)] == ["", ""]


def test_a_parquet_table_has_numbers_where_there_are_numbers(tmp_path, made):
    out = tmp_path / "table.parquet"
    fill(out, [*LIST, Item("NONE")])
    table = pd.read_parquet(out)
    assert list(table.columns) == list(rows(made)[0])
    assert [str(table[name].dtype) for name in ("last", "0.5", "horizon", "edge")] == [
        *("float64", "float64", "Int64", "boolean")
    ]
    assert table["p_up"].tolist()[:2] == [float(row["p_up"]) for row in rows(made)[:2]]
    assert table["last"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("content", [b"date,close\n2020-01-01,5\n", b"a note without an end of line"])
def test_a_file_that_holds_something_else_is_not_touched(tmp_path, ending, content):
    out = tmp_path / f"mine.{ending}"
    out.write_bytes(content)
    with pytest.raises(OtherTableError):
        fill(out)
    assert out.read_bytes() == content


def test_no_more_tickers_are_asked_for_at_a_time_than_the_workers_need(tmp_path):
    source = CountingMarket(SYN)
    fill(tmp_path / "table.csv", [Item(f"T{number}") for number in range(20)], app_of(source))
    assert source.most == 3


def test_a_source_that_refuses_is_asked_again_when_it_said(tmp_path):
    source, out = RefusingMarket(2), tmp_path / "table.csv"
    fill(out, app=app_of(source))
    assert [row["error"] for row in rows(out)] == ["", ""]
    assert all(later - sooner > 0.99 for sooner, later in pairwise(source.moments))


def test_a_source_that_goes_on_refusing_ends_the_run_which_keeps_its_rows(tmp_path):
    out = tmp_path / "table.csv"
    fill(out, LIST[:1])
    with pytest.raises(SourceRefusedError):
        fill(out, app=app_of(RefusingMarket(1000)))
    assert [row["ticker"] for row in rows(out)] == ["SYN"]


def test_where_nobody_computes_the_run_ends(tmp_path):
    class Nobody(FailingEngine):
        def status(self):
            return replace(super().status(), warm=0)

    with pytest.raises(JobFailedError):
        fill(tmp_path / "table.csv", app=app_of(engine=Nobody(JobFailedError("no model"))))


def test_a_list_has_a_ticker_a_line_and_remarks(tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("\ufeff# mine\naapl  # a phone\nMSFT, ^gspc\n\nAAPL\n", encoding="utf-8")
    arguments = type("Arguments", (), {"tickers": listed, "prices": None})
    assert [item.name for item in items_of(arguments)] == ["AAPL", "MSFT", "^GSPC"]


WRONG = {
    "no table": (["--tickers", "LIST"], "“out”"),
    "no list": (["--out", "table.csv"], "either a list of tickers"),
    "both": (["--tickers", "LIST", "--prices", "FOLDER", "--out", "table.csv"], "either a list of tickers"),
    "another ending": (["--tickers", "LIST", "--out", "table.xlsx"], ".csv or .parquet"),
    "one ticker beside": (["AAPL", "--tickers", "LIST", "--out", "table.csv"], "to be left out"),
    "no such list": (["--tickers", "LIST", "--out", "table.csv"], "cannot be read: No such file"),
    "an empty folder": (["--prices", "FOLDER", "--out", "table.csv"], "a file of daily prices in"),
    "a wrong horizon": (["--prices", "FULL", "--out", "table.csv", "--horizon", "67"], "“horizon”"),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_the_command_is_one_sentence_and_a_status(
    tmp_path, monkeypatch, capsys, arguments, sentence
):
    monkeypatch.setenv("SOURCE", "sample")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "FULL").mkdir()
    (tmp_path / "FULL" / "a.csv").write_bytes(b"hello")
    assert main(["analyse", *arguments]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert not (tmp_path / "table.csv").exists()


@pytest.mark.slow
def test_workers_elsewhere_make_the_same_table_as_workers_here(tmp_path):
    folder = tmp_path / "prices"
    folder.mkdir()
    for name, raw in (("syn", SYN), ("euro", EURO)):
        (folder / f"{name}.csv").write_bytes(csv_of(raw))
    base = os.environ | {"SOURCE": "sample", "WORKERS": "1", "LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "app", "analyse", "--prices", str(folder), "--horizon", "5", "--out"]
    with dask_scheduler(tmp_path) as scheduler:
        shared = base | {"DASK_SCHEDULER": scheduler.url}
        worker = subprocess.Popen([sys.executable, "-m", "app", "work"], env=shared)
        try:
            runs = [(base, tmp_path / "here.csv"), (shared, tmp_path / "there.csv")]
            for told, out in runs:
                subprocess.run([*command, str(out)], env=told, check=True, capture_output=True, timeout=240)
        finally:
            worker.terminate()
            worker.wait(20)
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
    assert len(rows(tmp_path / "here.csv")) == 2
