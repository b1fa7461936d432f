import asyncio
import json
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
import talib
from pydantic import TypeAdapter

from app.charts.chart import NARROW, WIDE
from app.market.history import PriceHistory, history_until
from app.market.sample import SampleSource
from app.panels import BY_SLUG
from app.panels.technicals import analyse
from app.panels.technicals import charts as technicals_charts
from app.panels.technicals.levels import CONFIRMED_AFTER
from app.panels.technicals.model import TechnicalsAnalysis
from app.web.templating import render
from app.web.views import CardView, Pictures, slot_of
from tests.support.thread_cost import thread_cost

PUBLISHED = TypeAdapter(TechnicalsAnalysis)


@cache
def quotes():
    return asyncio.run(SampleSource().load("^GSPC"))


@cache
def history(as_of: date = date(2018, 6, 29)) -> PriceHistory:
    return history_until(quotes(), as_of)


def newest(bars: int, **changed) -> PriceHistory:
    """The last bars of the sample, some of their arrays changed."""
    whole = history()
    names = ("dates", "open", "high", "low", "close", "adj_close", "volume")
    return replace(whole, **{name: getattr(whole, name)[-bars:] for name in names} | changed)


def priced(close: np.ndarray) -> PriceHistory:
    """A history of these closes whose bars reach half a percent around them."""
    bars = {"open": close, "high": close * 1.005, "low": close * 0.995, "close": close, "adj_close": close}
    return newest(len(close), **bars)


def said(analysis: TechnicalsAnalysis, name: str) -> str:
    return next(reading.sentence for reading in analysis.readings if reading.name == name)


def judged(whole: PriceHistory) -> dict[str, np.ndarray]:
    """The published names with TA-Lib's values for them."""
    macd, bands = talib.MACD(whole.close, 12, 26, 9), talib.BBANDS(whole.close, 20, 2.0, 2.0, 0)
    typical = talib.TYPPRICE(whole.high, whole.low, whole.close)
    return {
        "rsi_14": talib.RSI(whole.close, 14),
        **dict(zip(("macd", "macd_signal", "macd_histogram"), macd, strict=True)),
        **dict(zip(("bollinger_upper", "bollinger_middle", "bollinger_lower"), bands, strict=True)),
        "vwap_20": talib.SUM(typical * whole.volume, 20) / talib.SUM(whole.volume, 20),
        "sma_50": talib.SMA(whole.close, 50),
        "sma_200": talib.SMA(whole.close, 200),
    }


def test_what_is_published_is_what_talib_reads_at_the_last_bar():
    found = json.loads(PUBLISHED.dump_json(analyse.analyse(history(), 22, {})))["indicators"]
    assert found == pytest.approx({name: values[-1] for name, values in judged(history()).items()}, abs=1e-8)


def test_sixty_bars_are_enough_and_what_needs_more_is_left_out_and_said():
    analysis = analyse.analyse(newest(60), 22, {})
    assert analysis.indicators.sma_200 is None
    assert [(out.name, out.needs, out.found) for out in analysis.left_out] == [("sma_200", 200, 60)]
    assert "sma_200" not in {reading.name for reading in analysis.readings}
    assert set(technicals_charts.draw(newest(60), analysis, NARROW)) == {"studies"}


def test_without_volume_there_is_no_volume_weighted_price_and_the_reason_is_said():
    analysis = analyse.analyse(newest(300, volume=np.zeros(300)), 22, {})
    assert analysis.indicators.vwap_20 is None
    assert [(out.name, out.found, out.unit) for out in analysis.left_out] == [
        ("vwap_20", 0, "bars with volume among the last 20")
    ]


def test_nothing_after_the_last_bar_changes_a_byte():
    rows = quotes()
    later = rows.dates > np.datetime64("2018-06-29")
    other = replace(rows, high=np.where(later, 3 * rows.high, rows.high), close=np.where(later, 9.0, rows.close))
    seen, unseen = (history_until(found, date(2018, 6, 29)) for found in (rows, other))
    assert PUBLISHED.dump_json(analyse.analyse(seen, 22, {})) == PUBLISHED.dump_json(analyse.analyse(unseen, 22, {}))


@pytest.mark.parametrize(("growth", "words", "beyond"), [
    (0.01, "stronger rises than falls", "overbought"), (-0.01, "stronger falls than rises", "oversold"),
])  # fmt: skip
def test_rsi_says_what_it_saw_and_what_many_call_it(growth, words, beyond):
    sentence = said(analyse.analyse(priced(100 * np.cumprod(np.full(100, 1 + growth))), 22, {}), "rsi_14")
    assert words in sentence
    assert beyond in sentence


def test_a_calm_rsi_is_called_neither():
    wave = priced(100 + np.sin(np.arange(200) / 2))
    assert "bought" not in said(analyse.analyse(wave, 22, {}), "rsi_14")


def test_a_price_that_never_moved_is_said_to_tell_nothing():
    still = priced(np.full(120, 7.0))
    analysis = analyse.analyse(replace(still, high=still.close, low=still.close), 22, {})
    assert "has not moved" in said(analysis, "rsi_14")
    assert "has not moved" in said(analysis, "bollinger")
    assert analysis.levels.support == analysis.levels.resistance == ()
    assert all(reading.record is None for reading in analysis.readings)
    assert technicals_charts.draw(still, analysis, WIDE)["studies"].src


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1e3])
def test_prices_of_every_size_read_the_same(scale):
    close = history().close[-400:]
    large, small = (analyse.analyse(priced(close * factor), 22, {}) for factor in (1.0, scale))
    assert [reading.record for reading in small.readings] == [reading.record for reading in large.readings]
    assert said(small, "macd") == said(large, "macd")
    assert technicals_charts.draw(priced(close * scale), small, WIDE)["studies"].src


def test_levels_lie_on_their_side_nearest_first_and_were_confirmed_by_the_last_bar():
    whole, levels = history(), analyse.analyse(history(), 22, {}).levels
    last = whole.close[-1]
    assert last >= levels.support[0].price > levels.support[1].price
    assert last < levels.resistance[0].price < levels.resistance[1].price
    for level in levels.support + levels.resistance:
        assert level.touches == len(level.turned) >= 1
        assert level.last_touch == level.turned[-1] <= whole.dates[-1 - CONFIRMED_AFTER].item()


def test_the_record_counts_what_followed_days_that_read_alike():
    whole, days = history(), 10
    reading = next(one for one in analyse.analyse(whole, days, {}).readings if one.name == "sma_50")
    average = talib.SMA(whole.close, 50)
    side = whole.close > average
    starts = [row for row in range(49, len(whole) - days) if side[row] == side[-1]]
    rose = [whole.adj_close[row + days] > whole.adj_close[row] for row in starts]
    assert (reading.record.windows, reading.record.share_up) == (len(starts), pytest.approx(np.mean(rose)))
    low, high = reading.record.interval
    assert low < reading.record.share_up < high
    assert reading.record.beyond_chance == (not low <= reading.record.base_rate <= high)


def test_too_few_separate_windows_make_no_record():
    assert all(reading.record is None for reading in analyse.analyse(newest(80), 66, {}).readings)


def test_an_analysis_survives_its_way_through_json():
    analysis = analyse.analyse(history(), 22, {})
    assert PUBLISHED.validate_json(PUBLISHED.dump_json(analysis)) == analysis


def test_the_chart_tells_the_finding_without_being_seen():
    analysis = analyse.analyse(history(), 22, {})
    alt = technicals_charts.draw(history(), analysis, WIDE)["studies"].alt
    assert all(f"{reading.title}: {reading.shown}" in alt for reading in analysis.readings)


def test_the_card_says_every_sentence_and_what_is_left_out():
    short = newest(150)
    analysis = analyse.analyse(short, 5, {})
    charts = technicals_charts.draw(short, analysis, WIDE)
    slot = slot_of(BY_SLUG["technicals"], "/panels/technicals")
    content = BY_SLUG["technicals"].content(analysis)
    view = CardView(slot, analysis, content, Pictures(charts, content.tables), None, None, interactive=True)
    page = render("panels/technicals.html", view)
    assert all(reading.sentence.replace("'", "&#39;") in page for reading in analysis.readings)
    assert "SMA 200 is left out: it needs 200 bars, and there are 150." in page
    assert page.index('id="outcome-technicals"') > page.index("SMA 200 is left out")


def test_the_card_is_ready_in_a_seventh_of_a_second():
    given = history()
    assert thread_cost(lambda: technicals_charts.draw(given, analyse.analyse(given, 22, {}), WIDE)) < 0.15
