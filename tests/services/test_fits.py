"""Fits of Prophet are made once for each window, whatever day or horizon a page is asked for."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from prophet import Prophet

from app.forecasting.forecast import MEDIAN
from app.forecasting.models.prophet import FURTHEST, TYPICAL_LEVEL, fit
from app.forecasting.models.prophet_windows import FitKind, known_or_fitted, window_at
from app.market.history import encode, history_until
from app.market.upload.source import example_csv
from app.panels import BY_SLUG, PANELS, jobs
from app.panels.forecast.convert import log_prices
from app.panels.prophet import fits
from app.panels.prophet.analyse import analyse
from app.panels.prophet.panel import all_fits, trend_fits
from app.store.cache import MemoryCache
from tests.support.fakes import FakeMarket, InlineEngine, market, with_dividend, with_split
from tests.support.served import served

BARS = 700
MARKET = market(BARS)
LAST = MARKET.dates[-1].item()
YESTERDAY = MARKET.rows(np.arange(BARS - 1))


def fits_of(source, cache, horizon=22, slugs=tuple(panel.slug for panel in PANELS)):
    """How many fits the cards of a page need that a server with this ``cache`` does not know.

    The cache remembers what was loaded for a ticker too, so another day of the same prices has another name here.
    """
    engine = InlineEngine()
    with served(FakeMarket(source), engine, cache, today=date(2099, 1, 1)) as client:
        for slug in slugs:
            answer = client.get(f"/api/v1/panels/{slug}?ticker={source.listing.ticker}&horizon={horizon}")
            assert answer.status_code == 200, answer.text
    return sum(call[0] == "fit" for call in engine.calls)


@pytest.mark.parametrize(
    "today",
    [MARKET, with_dividend(MARKET, LAST, 0.98), with_split(MARKET, LAST, 2)],
    ids=["a plain day", "a dividend", "a split"],
)
def test_the_next_day_needs_a_fit_of_each_kind(today):
    cache = MemoryCache(2**26)
    assert fits_of(YESTERDAY, cache) > 3
    assert fits_of(replace(today, listing=replace(today.listing, ticker="NEXT")), cache) == 3


def test_another_horizon_and_the_same_page_again_need_no_fit():
    cache = MemoryCache(2**26)
    assert fits_of(MARKET, cache) > 3
    assert fits_of(MARKET, cache, 18) == 0
    assert fits_of(MARKET, cache) == 0


def test_the_verdict_waits_for_the_fits_of_the_trend_only():
    assert fits_of(MARKET, MemoryCache(2**26), slugs=("verdict",)) == len(trend_fits(history_until(MARKET, None), 22))


def test_a_fit_depends_on_its_window_and_on_no_unit_of_price():
    history = history_until(MARKET, None)
    dear = replace(history, **{name: 731.0 * getattr(history, name) for name in ("open", "high", "low", "close")})
    dear = replace(dear, adj_close=731.0 * history.adj_close)
    assert [one.key for one in all_fits(history, 22)] == [one.key for one in all_fits(dear, 22)]
    moved = replace(history, adj_close=history.adj_close * np.where(np.arange(BARS) == BARS - 100, 1.001, 1.0))
    windows = [{one.key for one in all_fits(each, 22)} for each in (history, moved)]
    seen = sum(one.window.dates[-1] >= history.dates[BARS - 100] for one in all_fits(history, 22))
    assert len(windows[0] - windows[1]) == seen > 0


class RecordingCache(MemoryCache):
    """Remembers for how long each fit was to be kept."""

    def __init__(self):
        super().__init__(2**26)
        self.kept = set()

    async def set(self, key, value, seconds):
        if key.startswith("fit:"):
            self.kept.add(seconds)
        await super().set(key, value, seconds)


def test_the_fits_of_a_file_are_kept_as_long_as_its_answers_and_no_longer():
    cache = RecordingCache()
    with served(cache=cache, cache_seconds=120) as client:
        answer = client.post("/api/v1/panels/prophet", files={"prices": ("x.csv", example_csv())})
        assert (answer.status_code, cache.kept) == (200, {120})
        client.get("/api/v1/panels/prophet?ticker=SYN")
    assert cache.kept == {120, 7 * 86_400}


def test_fits_made_elsewhere_give_the_same_bytes():
    history = history_until(MARKET, None)
    planned = all_fits(history, 22)
    found = [fits.fit(one.kind.encode(), one.window.pack(), b"") for one in reversed(planned)]
    card = jobs.analyse(b"prophet", b"22", encode(history), fits.encode(planned, found[::-1]))
    assert card == jobs.encode_analysis(BY_SLUG["prophet"], analyse(history, 22, {}))


def test_a_trend_in_the_middle_of_the_past_is_anchored_at_its_own_price():
    history = history_until(MARKET, None)
    y = log_prices(history)
    path = known_or_fitted({}, fit)(*[(one.kind, one.window) for one in trend_fits(history, 22)][-1])["path"]
    assert np.abs(np.array(path) + y.close[-1] - y.close).max() < 0.5


def test_the_season_is_that_of_prophet_as_it_comes():
    window = window_at(log_prices(history_until(MARKET, None)), BARS - 1)
    plain = Prophet(yearly_seasonality=True, weekly_seasonality=False, changepoint_prior_scale=0.01)
    plain.fit(pd.DataFrame({"ds": window.dates, "y": window.close + TYPICAL_LEVEL}))
    year = plain.predict(pd.DataFrame({"ds": pd.date_range("2001-01-01", periods=365)}))["yearly"]
    assert fit(FitKind.SEASON, window)["season"] == tuple(year)


def test_stock_standard_prophet_is_prophet_as_it_comes():
    window = window_at(log_prices(history_until(MARKET, None)), BARS - 1)
    plain = Prophet(uncertainty_samples=0)
    plain.fit(pd.DataFrame({"ds": window.dates, "y": np.exp(window.close)}))
    ahead = np.round(np.arange(1, FURTHEST + 1) * window.days_a_bar).astype("timedelta64[D]")
    line = plain.predict(pd.DataFrame({"ds": window.dates[-1] + ahead}))["yhat"]
    quantiles = np.array(fit(FitKind.STOCK, window)["quantiles"]).reshape(FURTHEST, -1)
    np.testing.assert_array_equal(quantiles[:, MEDIAN], np.log(line))
