"""What the answer says of announced days, and how good the guess about earlier reports is."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from app.market.source import Announced
from app.services.announced import largest_moves, report_weeks, told_ahead
from tests.support.paths import ROOT

SHARED = ROOT.parent / "shared" / "data"
LAST = date(2024, 6, 28)
DATES = np.busday_offset(np.datetime64(LAST), np.arange(-1300, 1))
END = date(2024, 7, 30)
ANALYSIS = SimpleNamespace(horizon=22, forecast=SimpleNamespace(dates=(date(2024, 7, 1), END)))


def history(dates, adj_close):
    return SimpleNamespace(dates=dates, adj_close=adj_close, passport=SimpleNamespace(last_bar=dates[-1].item()))


def calm(jumps=()):
    """A price that moves by 1% every day, up and down, and by 8% on some days."""
    moves = np.where(np.arange(len(DATES)) % 2, 0.01, -0.01)
    for day in jumps:
        moves[np.searchsorted(DATES, np.datetime64(day))] = np.log(1.08)
    return history(DATES, 100 * np.exp(np.cumsum(moves)))


@pytest.mark.parametrize(
    ("announced", "sentences", "marks"),
    [
        (Announced(), [], []),
        (Announced(LAST, LAST), [], []),
        (
            Announced(END, END),
            ["Results are due on 30 Jul 2024, inside the 22 trading days of this forecast."],
            [(END, "results")],
        ),
        (
            Announced(date(2024, 8, 1), date(2024, 8, 5), True),
            ["Results are expected between 1 Aug 2024 and 5 Aug 2024, after the 22 trading days of this forecast."],
            [],
        ),
        (
            Announced(ex_dividend=date(2024, 7, 12)),
            [
                "From 12 Jul 2024 on, a buyer gets no part of the next dividend; "
                "that is inside the 22 trading days of this forecast."
            ],
            [(date(2024, 7, 12), "ex-dividend")],
        ),
    ],
    ids=["nothing", "the last bar's own day", "on the last day", "later, in a span", "a dividend"],
)
def test_days_to_come_are_said_and_those_inside_the_forecast_are_marked(announced, sentences, marks):
    short = history(DATES[-300:], calm().adj_close[-300:])
    ahead = told_ahead(announced, ANALYSIS, short)
    assert list(ahead.sentences) == sentences
    assert [(mark.day, mark.words) for mark in ahead.marks] == marks


def test_what_earlier_reports_meant_is_guessed_from_the_bars_alone():
    report = date(2024, 7, 25)
    jumps = [report - timedelta(days=91 * back + 4) for back in range(1, 13)]
    (sentence,) = report_weeks(calm(jumps), report)
    assert "a guess" in sentence
    assert re.findall(r"[\d.]+(?=%)", sentence) == ["8.0", "1.0"]
    (even,) = report_weeks(calm(), report)
    assert re.findall(r"[\d.]+(?=%)", even) == ["1.0", "1.0"]


def test_a_short_history_lets_nothing_be_guessed():
    assert list(report_weeks(history(DATES[-300:], calm().adj_close[-300:]), date(2024, 7, 25))) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared prices are not on this machine")
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_the_guess_is_near_what_the_true_days_say_of_real_companies():
    reports = pd.read_parquet(SHARED / "us_report_dates_to_2023.parquet")
    prices = pd.read_csv(SHARED / "us_stocks.csv.gz", usecols=["ticker", "date", "adj_close"])
    hit, against_true, against_between = [], [], []
    for ticker, bars in prices.groupby("ticker"):
        true = np.sort(reports[reports.ticker == ticker].date.to_numpy().astype("datetime64[D]"))
        days, close = bars.date.to_numpy().astype("datetime64[D]"), bars.adj_close.to_numpy(float)
        for report in true[true >= np.datetime64("2020-01-01")][::4]:
            known = history(days[days < report], close[days < report])
            sentence = next(report_weeks(known, report.item()), None)
            earlier = true[(true < report) & (true > report - np.timedelta64(3 * 365, "D"))]
            if sentence is None or len(earlier) < 8:
                continue
            near, between = map(float, re.findall(r"[\d.]+(?=%)", sentence))
            anchors = report - 91 * np.arange(1, 13)
            hit.append(np.mean([(abs((true - anchor).astype(int)) <= 7).any() for anchor in anchors]))
            known_moves = largest_moves(known, earlier.tolist())
            against_true.append(near / 100 / np.median(known_moves))
            against_between.append(near > between)
    assert len(hit) > 100
    assert np.mean(hit) > 0.65
    assert 0.85 < np.median(against_true) < 1.05
    assert np.mean(against_between) > 0.75
