import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from app.evaluation import command
from app.evaluation.pattern_outcomes import pattern_outcomes
from app.evaluation.pattern_report import PatternOutcomes, total
from app.evaluation.price_files import Candles, read_candles
from app.patterns.candlesticks import names_of, shapes
from app.patterns.evidence import evidence
from tests.support.candle_series import index_candles, last_bars
from tests.support.paths import ROOT

BARS = index_candles(rows=300)


def table(ticker="IDX", column="date", rows=300, step="D"):
    dates = pd.date_range("2012-01-02", periods=rows, freq=step)
    text = dates.strftime("%Y-%m-%d" if step == "D" else "%Y-%m-%d %H:%M")
    prices = {name: getattr(BARS, name)[:rows] for name in ("open", "high", "low", "close")}
    return pd.DataFrame({"ticker": ticker, column: text, **prices, "adj_close": prices["close"] / 2})


def test_the_tables_count_every_window_against_the_rules(tmp_path, capsys):
    table().to_csv(tmp_path / "a.csv", index=False)
    assert (
        command.main(
            ["patterns", "--prices", str(tmp_path / "a.csv"), "--markdown", "--json", str(tmp_path / "found.json")]
        )
        == 0
    )
    printed = capsys.readouterr().out
    assert "| IDX | 288 |" in printed
    assert "| morning star |" in printed
    found = json.loads((tmp_path / "found.json").read_text())
    confusion = np.array(found["confusion"])
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(names_of(shapes(BARS))[12:], minlength=9))
    assert found["precision"] == pytest.approx(np.diag(confusion)[1:].sum() / confusion[:, 1:].sum())


def test_the_command_itself_does_not_import_what_compiles_for_half_a_minute():
    script = "import sys, app.evaluation.command; print('pyts' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    assert ended.stdout.strip() == "False"


def test_what_followed_is_counted_as_a_card_counts_it():
    bars = index_candles(rows=2600)
    dates = np.busday_offset("2008-01-01", np.arange(2600), roll="forward")
    found = pattern_outcomes(Candles(dates, bars, bars.close))
    tests = [test for test in evidence(shapes(last_bars(bars, 2520)), bars.close[-2520:]) if test.n >= 20]
    assert (found.tests, found.low_p) == (len(tests), sum(test.p < 0.05 for test in tests))
    assert found.origins == 230
    assert 0.8 < found.lookalikes / found.last_price < 1.2


def test_the_parts_of_all_tickers_add_up():
    parts = [PatternOutcomes(3, 1, 0, 10, 1.5, 1.0, 2.0), PatternOutcomes(4, 0, 0, 20, 0.5, 1.0, 1.0)]
    assert total(parts) == PatternOutcomes(7, 1, 0, 30, 2.0, 2.0, 3.0)


def test_a_short_past_gives_no_errors_to_compare():
    bars = last_bars(BARS, 60)
    found = pattern_outcomes(Candles(np.busday_offset("2008-01-01", np.arange(60), roll="forward"), bars, bars.close))
    assert (found.origins, found.last_price) == (0, 0)


def test_forecasters_are_scored_without_being_named_and_need_a_first_origin(tmp_path, capsys):
    table().to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(SystemExit):
        command.main(["--prices", str(tmp_path / "a.csv")])
    assert "found no --from" in capsys.readouterr().err


def test_bars_of_hours_are_kept_apart_and_are_not_adjusted_for_dividends(tmp_path):
    table(column="datetime", step="h").sample(frac=1, random_state=1).to_csv(tmp_path / "a.csv.gz", index=False)
    candles, _ = read_candles(tmp_path / "a.csv.gz")
    np.testing.assert_allclose(candles["IDX"].bars.close, BARS.close)
    assert len(np.unique(candles["IDX"].dates)) == 13


def test_what_cannot_be_read_is_named_and_the_others_are_kept(tmp_path):
    bad, twice = table("BAD"), table("TWICE")
    bad.loc[3, "low"] = -1
    twice.loc[3, "date"] = twice.loc[4, "date"]
    pd.concat([table(), bad, twice, table("SHORT", rows=12)]).to_csv(tmp_path / "a.csv", index=False)
    candles, failures = read_candles(tmp_path / "a.csv")
    assert list(candles) == ["IDX"]
    assert {one.ticker: one.reason.split(";")[0] for one in failures} == {
        "BAD": "found 1 bars without four positive prices",
        "TWICE": "found 2012-01-06 twice",
        "SHORT": "found 12 bars",
    }


@pytest.mark.parametrize("name", ["nowhere.csv", "empty"])
def test_the_status_is_one_where_there_is_nothing(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    assert command.main(["patterns", "--prices", str(tmp_path / name)]) == 1
    assert "found no" in capsys.readouterr().err
