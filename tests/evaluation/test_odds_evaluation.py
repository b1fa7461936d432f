import numpy as np
import pandas as pd
import pytest

from app.evaluation.command import main
from app.evaluation.odds import DAYS, LEVELS, OddsPlan, answers_of_ticker, markdown
from tests.support.series import index_bars, table

PLAN = OddsPlan("historical_simulation", np.datetime64("2016-01-04"), 20)


@pytest.fixture(scope="module")
def answers():
    return answers_of_ticker(index_bars(1500), PLAN)


def test_every_method_answers_every_question(answers):
    days, methods, events, origins, levels = answers.shape
    assert (days, methods, events, levels) == (len(DAYS), 5, 3, len(LEVELS))
    assert origins > 30
    assert ((answers >= 0) & (answers <= 1)).all()
    assert set(np.unique(answers[:, -1])) == {0.0, 1.0}


def test_longer_days_and_weaker_events_happen_no_less_often(answers):
    happened = answers[:, -1]
    assert (np.diff(happened[:, 1:], axis=0) >= 0).all()
    assert (np.diff(happened, axis=1) >= 0).all()
    chances = answers[:, 0]
    assert (np.diff(chances[:, 1:], axis=0) >= -1e-12).all()
    assert (np.diff(chances, axis=1) >= 0).all()


def test_the_table_has_a_row_for_each_span_and_method(answers):
    rows = markdown(answers, "a test", 1).splitlines()
    assert sum(row.startswith("| 5, 10, 22 days |") for row in rows) == 4
    assert sum(row.startswith("| 44 days |") for row in rows) == 4
    assert "paths of a test" in rows[4]


def test_the_command_prints_the_table(tmp_path, capsys):
    table("A", 400).to_csv(tmp_path / "a.csv", index=False)
    given = ["odds", "--prices", str(tmp_path / "a.csv"), "--from", "2010-09-01", "--members", "ewma", "--workers", "1"]
    assert main(given) == 0
    assert "paths of Last price, EWMA volatility" in capsys.readouterr().out


def test_a_path_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(["odds", "--prices", str(tmp_path / "nowhere.csv"), "--from", "2010-09-01"]) == 1
    assert "nowhere.csv: found no" in capsys.readouterr().err


def test_the_status_is_one_where_nothing_could_be_asked(tmp_path):
    pd.DataFrame(table("A", 80)).to_csv(tmp_path / "a.csv", index=False)
    given = ["odds", "--prices", str(tmp_path / "a.csv"), "--from", "2015-09-01", "--members", "ewma", "--workers", "1"]
    assert main(given) == 1
