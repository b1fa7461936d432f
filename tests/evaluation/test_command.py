import json

import pandas as pd
import pytest

from app.evaluation.command import main
from tests.support.series import table


def arguments(path, *more):
    return ["--prices", str(path), "--from", "2010-06-01", "--members", "ewma", "--workers", "1", *more]


def test_a_bad_ticker_is_reported_and_survived(tmp_path, capsys):
    bad = table("BAD")
    bad.loc[3, "close"] = -1
    pd.concat([table("A"), bad]).to_csv(tmp_path / "a.csv", index=False)
    assert main(arguments(tmp_path / "a.csv", "--markdown", "--json", str(tmp_path / "found.json"))) == 0
    said = capsys.readouterr()
    assert "BAD: found 1 bars without four positive prices" in said.err
    assert "1/1" in said.err
    assert "- BAD: found" in said.out
    assert list(json.loads((tmp_path / "found.json").read_text())["members"]) == ["random_walk", "ewma"]


def test_the_status_is_one_where_nothing_could_be_scored(tmp_path, capsys):
    table("A", 50).to_csv(tmp_path / "a.csv", index=False)
    assert main(arguments(tmp_path / "a.csv")) == 1
    said = capsys.readouterr()
    assert "A: found 50 bars; needed 60" in said.err
    assert "Nothing could be scored." in said.out


def test_a_path_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(arguments(tmp_path / "nowhere.csv")) == 1
    assert "nowhere.csv: found no" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--members", "ewma,oracle"], "found oracle; needed some of random_walk"),
        (["--every", "0"], "needed a whole number from 1 on"),
        (["--from", "soon"], "needed a date such as 2019-01-02"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_what_is_needed(tmp_path, capsys, more, said):
    with pytest.raises(SystemExit):
        main(arguments(tmp_path, *more))
    assert said in capsys.readouterr().err
