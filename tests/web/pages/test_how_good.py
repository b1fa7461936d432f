import json
from pathlib import Path

import numpy as np
import pytest

from app.forecasting.models.prophet import stock_standard
from app.market.history import history_until
from app.market.sample import SampleSource
from app.panels.forecast.convert import log_prices
from app.text.numbers import count
from app.web.pages import how_good
from app.web.pages.how_good import LESSON_DAYS
from tests.support.cards import elements
from tests.support.pages import assert_contained

MEASURED = Path(how_good.__file__).parent / "measured"


@pytest.fixture(scope="module")
def page(client):
    answer = client.get("/how-good")
    assert answer.status_code == 200
    return answer.text


def test_the_page_says_what_was_measured_and_how(page):
    us, world, odds = (json.loads((MEASURED / f"{name}.json").read_text()) for name in ("us_stocks", "world", "odds"))
    words = " ".join(page.split())
    assert_contained(page)
    assert f"forecast {len(us['tickers'])} US stocks on {count(us['origins'])} past days" in words
    assert f"{len(world['tickers'])} tickers picked by their symbols alone, on {count(world['origins'])} past" in words
    assert f"{count(odds['origins'])} past days, {odds['tickers']} US stocks" in words
    assert words.count("python -m app evaluate") == 3


def test_every_ticker_stands_there_the_worst_first(page):
    scores = json.loads((MEASURED / "us_stocks.json").read_text())["members"]["combined"]["by_ticker"]
    worst = sorted(scores, key=lambda ticker: -scores[ticker]["pinball_ratio"])
    shown = page.partition('id="title-worst"')[2].partition('id="title-lesson"')[0]
    places = [shown.index(f'<th scope="row">{ticker}</th>') for ticker in worst]
    assert places == sorted(places)


def test_lessons_hide_what_happened(page):
    lesson = page.partition('id="title-lesson"')[2]
    links = [a["href"] for _, a in elements(lesson, "a") if "as_of" in a["href"]]
    assert len(links) == len(LESSON_DAYS) == 5
    assert not any("reveal" in link for link in links)


@pytest.mark.anyio
async def test_on_the_days_of_the_lessons_the_usual_forecast_failed():
    quotes = await SampleSource().load("^GSPC")
    for day in LESSON_DAYS:
        y = log_prices(history_until(quotes, day))
        last = int(np.flatnonzero(quotes.dates == np.datetime64(day))[0])
        move = np.log(quotes.adj_close[last + 22] / quotes.adj_close[last])
        low, high = stock_standard(y, np.array([len(y) - 1]), 22).quantiles[0, -1, [1, 5]]
        assert not low <= move <= high, day
