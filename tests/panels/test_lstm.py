import asyncio
import json
import statistics
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.errors import BeforeTrainingError
from app.forecasting.forecast import LogPrices
from app.market.history import encode, history_until
from app.market.sample import SampleSource
from app.panels import jobs
from app.panels.lstm import analyse
from app.panels.lstm.analyse import judged_origins, like_this
from app.panels.lstm.panel import like_this_facts
from tests.support.cards import elements
from tests.support.fakes import FakeMarket, market, quotes
from tests.support.series import random_bars
from tests.support.served import served

Y = random_bars(3700)


@pytest.fixture(scope="module")
def published():
    told = asyncio.run(SampleSource().load("^GSPC"))
    return json.loads(jobs.analyse(b"lstm", b"22", encode(history_until(told, date(2018, 6, 29)))))


def until(day):
    return Y.until(int(np.searchsorted(Y.dates, np.datetime64(day), side="right")) - 1)


def test_the_receipt_rests_on_hundreds_of_origins_after_the_cut_off(published):
    rows = published["receipt"]["forecasts"]
    assert published["receipt"]["origins"] == len(rows) >= 300
    assert published["trained_on"]["cut_off"] == "2008-12-31"
    assert min(row["origin"] for row in rows) > "2008-12-31"
    assert max(row["target"] for row in rows) <= published["as_of"]


def test_each_week_has_one_origin(published):
    weeks = [date.fromisoformat(row["origin"]).isocalendar()[:2] for row in published["receipt"]["forecasts"]]
    assert len(set(weeks)) == len(weeks)
    assert weeks == sorted(weeks)


def test_the_coverage_can_be_recomputed_from_the_rows(published):
    rows = published["receipt"]["forecasts"]
    held = [row["quantiles"]["0.1"] <= row["actual"] <= row["quantiles"]["0.9"] for row in rows]
    assert published["receipt"]["coverage_80"] == pytest.approx(statistics.mean(held))


@pytest.mark.parametrize(
    ("day", "first", "some"),
    [
        ("2018-12-28", "2008-12-31", True),
        ("2020-08-28", "2008-12-31", True),
        ("2023-12-29", "2008-12-31", True),
        ("2024-03-01", "2018-12-31", True),
        ("2010-01-04", "2008-12-31", False),
    ],
)
def test_the_receipt_begins_after_the_cut_off_before_the_newest_one_if_sixty_are_finished(day, first, some):
    y = until(day)
    origins = judged_origins(y, 22)
    assert (len(origins) >= 60) == some == bool(len(origins))
    assert (y.dates[origins] > np.datetime64(first)).all()
    if some:
        first_week = max(y.dates[120], np.datetime64(first)) + np.timedelta64(7, "D")
        assert y.dates[origins[0]] <= first_week


@pytest.mark.parametrize("horizon", [1, 22, 66])
@pytest.mark.parametrize("day", ["2014-01-02", "2019-12-31", "2024-02-01"])
def test_every_finished_week_up_to_the_last_bar_is_tested(day, horizon):
    y = until(day)
    assert 0 <= len(y) - 1 - (judged_origins(y, horizon)[-1] + horizon) < 5


def test_the_card_says_how_many_past_forecasts_are_of_which_networks():
    recent = market(2520)
    moved = replace(recent, dates=recent.dates + (np.datetime64("2024-12-30") - recent.dates[-1]))
    with served(FakeMarket(moved)) as client:
        published = client.get("/api/v1/panels/lstm?ticker=SYN").json()
        text = " ".join(client.get("/panels/lstm?ticker=SYN").text.split())
    sets = published["tested_sets"]
    assert published["trained_on"]["cut_off"] == "2023-12-31"
    assert [each["cut_off"] for each in sets] == ["2018-12-31", "2023-12-31"]
    assert sum(each["origins"] for each in sets) == published["receipt"]["origins"]
    days = [row["origin"] for row in published["receipt"]["forecasts"]]
    assert sum(day <= "2023-12-31" for day in days) == sets[0]["origins"] > 200
    assert f"{sets[1]['origins']} by what was learned up to 31 Dec 2023" in text


def test_the_card_says_how_the_network_did_on_others_like_this():
    measured = json.loads(Path(analyse.__file__).with_name("measured.json").read_text())["members"]
    ours, simple = (measured[name]["by_group"]["Japanese stocks"] for name in ("lstm", "ewma"))
    found = like_this("7203.T", "stock")
    assert (found.tickers, found.origins) == (ours["tickers"], ours["n"])
    assert found.against_simple == pytest.approx(ours["pinball_ratio"]["value"] / simple["pinball_ratio"]["value"])
    fact = like_this_facts(found)[0]
    assert fact.label == "On Japanese stocks it never saw"
    assert fact.note.endswith(f"({found.tickers} tickers from 2021 on)")
    assert fact.value == f"80% range held {round(100 * found.held_80)} in 100"
    assert like_this_facts(replace(found, against_simple=1.01))[0].note.startswith("its error no lower than a simple")
    assert like_this("ACME", "unknown") is None
    assert like_this_facts(None) == ()


def test_prices_from_before_any_weights_are_refused():
    early = LogPrices(Y.dates - np.timedelta64(3000, "D"), Y.open, Y.high, Y.low, Y.close, Y.volume)
    with pytest.raises(BeforeTrainingError, match="2005"):
        judged_origins(early.until(1000), 22)


def test_an_old_date_is_a_sentence_with_found_and_needed():
    with served(SampleSource()) as client:
        asked = "ticker=^GSPC&as_of=2005-06-30"
        fragment, answer = client.get(f"/panels/lstm?{asked}"), client.get(f"/api/v1/panels/lstm?{asked}")
    assert (fragment.status_code, answer.status_code) == (422, 422)
    assert answer.json()["found"] == "2005-06-30"
    assert "Or choose a later date" in fragment.text


def test_the_card_says_what_the_network_looked_at_and_learned_from():
    with served(FakeMarket(market(700))) as client:
        text = " ".join(client.get("/panels/lstm?ticker=SYN").text.split())
    for words in ("of a usual", "of the usual", "Trained on", "31 Dec 2008", "Receipt"):
        assert words in text
    assert len(elements(text, "img")) == 2


def test_without_volume_nothing_is_said_of_it():
    told = market(700)
    with served(FakeMarket(quotes(told.close, volume=np.zeros(700)))) as client:
        assert client.get("/api/v1/panels/lstm?ticker=SYN").json()["looked_at"]["volume"] is None
        assert "usual volume" not in client.get("/panels/lstm?ticker=SYN").text


def test_too_short_a_past_after_the_cut_off_is_called_untested():
    with served(FakeMarket(market(260))) as client:
        published, text = (
            client.get("/api/v1/panels/lstm?ticker=SYN").json(),
            client.get("/panels/lstm?ticker=SYN").text,
        )
    assert published["receipt"]["origins"] == 0
    assert published["receipt"]["mae_ratio"] is None
    assert "Treat it as untested" in text
