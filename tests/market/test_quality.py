"""Real defects are flagged and real markets are not; where the shared prices are not on this machine, nothing runs."""

import base64
import gzip
import re

import numpy as np
import pandas as pd
import pytest

from app.errors import UnbelievablePricesError
from app.market.cleaning.faults import suspicious_jumps
from app.market.cleaning.repair import repair
from app.market.history import history_until
from app.market.raw_history import Dividend, RawHistory, Split
from app.market.upload.source import read_quotes
from app.panels import BY_SLUG
from tests.support.fakes import LISTING, FakeMarket, market, quotes
from tests.support.paths import ROOT
from tests.support.served import served

SHARED = ROOT.parent / "shared" / "data"
COLUMNS = ("open", "high", "low", "close", "adj_close", "volume")
present = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared prices are not on this machine")
DEFECTS = {
    "4063-T-1d-bad-stock-split": ("split", ["2023-03-29"], True),
    "8TRA-DE-1d-missing-div-adjust": ("dividend", ["2023-06-02"], False),
    "KEN-TA-1d-bad-div": ("dividend", ["2022-01-19", "2024-04-08"], False),
}


def days_of(column):
    return column.astype(str).str[:10].to_numpy().astype("datetime64[D]")


def events(kind, days, amounts):
    return tuple(kind(day, amount) for day, amount in zip(days.tolist(), amounts, strict=True) if amount > 0)


def quotes_of(table, days, dividends=(), splits=()):
    prices = (table[name].to_numpy(float) for name in COLUMNS)
    return RawHistory(LISTING, splits, days, *prices, dividends=dividends)


def defect(name):
    """One of Yahoo's tables, with what Yahoo says of splits and dividends."""
    table = pd.read_csv(SHARED / "quality" / f"{name}.csv.gz")
    days = days_of(table.iloc[:, 0])
    table.columns = [column.lower().replace(" ", "_") for column in table.columns]
    return quotes_of(table, days, events(Dividend, days, table.dividends), events(Split, days, table.stock_splits))


@present
@pytest.mark.parametrize(("name", "words", "days", "unbelievable"), [(name, *it) for name, it in DEFECTS.items()])
def test_a_real_defect_is_flagged_with_its_day(name, words, days, unbelievable):
    jumps = history_until(defect(name), None).passport.jumps
    assert [str(jump.day) for jump in jumps] == days
    assert all(words in jump.guess and jump.unbelievable is unbelievable for jump in jumps)


@present
def test_days_in_pounds_among_pence_are_mended_counted_and_listed():
    bars, fixed = (repair(defect(name)) for name in ("AET-L-1d-100x-error", "AET-L-1d-100x-error-fixed"))
    for name in COLUMNS:
        factor = bars.quotes.close[-1] / fixed.quotes.close[-1] if name != "volume" else 1
        np.testing.assert_allclose(getattr(bars.quotes, name) / factor, getattr(fixed.quotes, name), rtol=1e-6)
    mended = [remark for remark in bars.repaired if "another unit" in remark.what]
    assert [str(remark.day) for remark in mended[:1] + mended[-1:]] == ["2022-05-09", "2022-05-19"]
    assert len(mended) == 9
    assert suspicious_jumps(bars.quotes) == ()


@present
@pytest.mark.parametrize("name", DEFECTS)
@pytest.mark.parametrize("fixed", ["", "-fixed"])
def test_the_same_is_found_in_the_file_itself(name, fixed):
    file = gzip.decompress((SHARED / "quality" / f"{name}{fixed}.csv.gz").read_bytes())
    jumps = history_until(read_quotes(file, "X", "x.csv"), None).passport.jumps
    assert [str(jump.day) for jump in jumps] == ([] if fixed else DEFECTS[name][1])


@present
@pytest.mark.parametrize("name", DEFECTS)
def test_its_repaired_twin_passes_clean(name):
    assert history_until(defect(f"{name}-fixed"), None).passport.jumps == ()


@present
@pytest.mark.parametrize(
    "name", ["us_stocks", "non_us_stock", "mit_repo_us_stocks_2013_2018", "us_left_index_2013_2018"]
)
def test_no_move_of_a_real_market_is_taken_for_a_fault(name):
    actions = pd.read_csv(SHARED / "us_actions.csv.gz")
    for ticker, table in pd.read_csv(SHARED / f"{name}.csv.gz").groupby("ticker"):
        own = actions[(actions.ticker == ticker) & (name == "us_stocks")]
        paid = events(Dividend, days_of(own.date), own.dividends)
        bars = repair(quotes_of(table, days_of(table.date), paid, events(Split, days_of(own.date), own.stock_splits)))
        assert suspicious_jumps(bars.quotes) == (), ticker


@present
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_no_crash_of_the_training_pool_is_taken_for_a_fault():
    pool = pd.read_parquet(SHARED / "us_training_pool_1995_2018.parquet")
    for ticker, table in pool.groupby("ticker", observed=True):
        bars = repair(quotes_of(table, table.date.to_numpy().astype("datetime64[D]"))).quotes
        assert suspicious_jumps(bars) == (), ticker


TOLD = market(300)
ROW = 200
DAY = TOLD.dates[ROW].item()


def paying(amount, adjusted):
    """A calm stock that pays ``amount`` on a day; ``adjusted`` is what its source has taken out."""
    before = np.arange(300) < ROW
    return quotes(
        np.full(300, 50.0), adj_close=np.where(before, 50.0 - adjusted, 50.0), dividends=(Dividend(DAY, amount),)
    )


def test_a_dividend_that_is_taken_out_is_no_fault():
    assert history_until(paying(1.0, adjusted=1.0), None).passport.jumps == ()


def test_a_dividend_that_is_left_in_is_told_with_its_size():
    (jump,) = history_until(paying(1.0, adjusted=0.0), None).passport.jumps
    assert (jump.day, jump.change, jump.unbelievable) == (DAY, pytest.approx(-0.02), False)


def test_a_dividend_after_the_as_of_date_is_not_looked_at():
    assert history_until(paying(1.0, adjusted=0.0), TOLD.dates[ROW - 1].item()).passport.jumps == ()


def in_pence_from(row):
    unit = np.where(np.arange(300) >= row, 100.0, 1.0)
    return quotes(TOLD.close * unit)


def test_a_forecast_refuses_prices_in_two_units_and_says_when_and_what_to_do():
    history = history_until(in_pence_from(ROW), None)
    with pytest.raises(UnbelievablePricesError) as raised:
        BY_SLUG["prophet"].check(history.passport)
    assert str(DAY) in raised.value.sentence
    assert "pence and pounds" in raised.value.sentence
    assert "Upload a file" in raised.value.hint
    BY_SLUG["overview"].check(history.passport)


def test_a_forecast_does_not_mind_a_dividend():
    history = history_until(paying(1.0, adjusted=0.0), None)
    BY_SLUG["prophet"].check(history.passport)


def test_through_http_the_forecast_is_a_422_and_the_overview_shows_the_fault():
    with served(FakeMarket(in_pence_from(ROW))) as client:
        forecast = client.get("/api/v1/panels/prophet?ticker=SYN")
        overview = client.get("/panels/overview?ticker=SYN")
    assert (forecast.status_code, overview.status_code) == (422, 200)
    assert str(DAY) in forecast.json()["detail"]
    assert "100-fold" in overview.text


@pytest.mark.parametrize("row", [299, 290])
def test_where_the_newest_prices_are_in_doubt_no_card_calls_the_jump_a_move(row):
    with served(FakeMarket(in_pence_from(row))) as client:
        overview = " ".join(client.get("/panels/overview?ticker=SYN").text.split())
        technicals = client.get("/panels/technicals?ticker=SYN").text
        summary = client.get("/summary.txt?ticker=SYN").text
    headline, banner = (
        re.search(rf'<hx-partial hx-target="#{place}"[^>]*>(.*?)</hx-partial>', overview)[1]
        for place in ("who", "banner")
    )
    jump = f"{100 * (100 * TOLD.close[row] / TOLD.close[row - 1] - 1):+.1f}"[:5]
    assert jump not in headline
    assert ("in doubt" in headline) is (row == 299)
    # The head of the page says it once for all cards, which so need not.
    assert f"On {TOLD.dates[row].item():%-d %b %Y} these prices change about 100-fold" in banner
    assert jump not in technicals
    assert overview.count("its prices are in doubt since") == 6
    assert "52-week range –." in overview
    pictures = [base64.b64decode(coded).decode() for coded in re.findall(r"svg\+xml;base64,([^\"]+)", overview)]
    assert "52-week" not in " ".join(pictures)
    shares = re.findall(r"([\d,]+(?:\.\d)?)%", " ".join(pictures))
    assert shares
    assert max(float(share.replace(",", "")) for share in shares) <= 100
    assert jump not in summary
