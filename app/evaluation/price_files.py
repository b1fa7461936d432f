"""Price tables on disk: log prices adjusted for dividends, and candles of days or hours adjusted for splits only."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.forecasting.forecast import Floats, LogPrices
from app.market.groups import UNKNOWN, group_of
from app.patterns.candlesticks import WINDOW, Bars

SUFFIXES = (".parquet", ".csv", ".csv.gz")
PRICES = ("open", "high", "low", "close")
MIN_BARS = 60
"""Bars below which no forecaster has anything to go by."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Failure:
    """A ticker, or a file, that gave no scores, and why."""

    ticker: str
    reason: str


@dataclass(frozen=True, slots=True)
class PriceFiles:
    """What could be read, in order of ticker, and what could not; ``groups`` of tickers that are like one another."""

    prices: dict[str, LogPrices]
    failures: tuple[Failure, ...]
    groups: dict[str, str]


class BadPricesError(ValueError):
    """A table or a ticker in it that cannot be scored; the message names what was found and what is needed."""


def read_prices(path: Path, one_in: int = 1) -> PriceFiles:
    """Read every price table at ``path``; a bad file or ticker is listed among the failures, the others are kept.

    Only tickers whose CRC-32 is divisible by ``one_in`` are read, about one in so many, whatever others there are.
    Columns are ``ticker, date, open, high, low, close, volume, adj_close`` and perhaps ``kind``; without ``ticker`` the
    file's name is it, and a ticker without any ``adj_close`` counts as adjusted. Raises ``FileNotFoundError``.
    """
    read, failures = read_each(path, lambda bars: (_log_prices(bars), str(bars["kind"].iloc[0])), one_in)
    groups = {ticker: group_of(ticker, kind) or "others" for ticker, (_, kind) in read.items()}
    return PriceFiles({ticker: y for ticker, (y, _) in read.items()}, failures, groups)


def drawn(ticker: str, one_in: int) -> bool:
    """Whether a ticker is among those, about one in so many, whose CRC-32 is divisible by ``one_in``."""
    return zlib.crc32(ticker.encode()) % one_in == 0


def read_each(
    path: Path, checked: Callable[[pd.DataFrame], Read], one_in: int = 1
) -> tuple[dict[str, Read], tuple[Failure, ...]]:
    """What ``checked`` makes of each ticker's table, in order of ticker, and what could not be read.

    ``checked`` raises ``BadPricesError`` where it cannot.
    """
    prices: dict[str, Read] = {}
    failures: list[Failure] = []
    for file in _files(path):
        try:
            tables = _read_table(file, one_in)
        except (OSError, ValueError, EOFError, zlib.error, ImportError) as error:
            failures.append(Failure(file.name, f"cannot be read: {error}"))
            continue
        for ticker, bars in tables.groupby("ticker", observed=True, sort=True):
            try:
                if str(ticker) in prices:
                    raise BadPricesError(f"found again in {file.name}; needed once")
                prices[str(ticker)] = checked(bars)
            except BadPricesError as error:
                failures.append(Failure(str(ticker), str(error)))
    return dict(sorted(prices.items())), tuple(failures)


def _files(path: Path) -> list[Path]:
    """The file itself, or the price tables of a folder by name."""
    files = sorted(file for file in path.iterdir() if file.name.lower().endswith(SUFFIXES)) if path.is_dir() else [path]
    if not files or not path.exists():
        raise FileNotFoundError(f"{path}: found no {', '.join(SUFFIXES)} file; needed at least one")
    return files


def _read_table(file: Path, one_in: int) -> pd.DataFrame:
    """One table with the columns of this project, numbers as numbers (NaN where they are none)."""
    table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, dtype=str, keep_default_na=False)
    table.columns = pd.Index([str(name).strip().lower().replace(" ", "_") for name in table.columns])
    if "date" not in table and "datetime" in table:
        table["date"] = table["datetime"]
    missing = [name for name in ("date", *PRICES) if name not in table]
    if missing:
        raise BadPricesError(f"found no column {', '.join(missing)}; needed date, {', '.join(PRICES)}")
    stem = file.name.split(".csv")[0].removesuffix(".parquet")
    table["ticker"] = table["ticker"].astype(str).str.strip() if "ticker" in table else stem
    some = [ticker for ticker in table["ticker"].unique() if drawn(ticker, one_in)]
    table = table[table["ticker"].isin(some)] if one_in > 1 else table
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in PRICES}
    return pd.DataFrame(
        {
            "ticker": table["ticker"],
            "kind": table["kind"].astype(str) if "kind" in table else UNKNOWN,
            "date": pd.to_datetime(table["date"].astype(str).str[:10], errors="coerce", format="%Y-%m-%d"),
            # Bars of an hour have their time behind the date; as text it sorts as it should.
            "moment": table["date"].astype(str).str[:19],
            **numbers,
            "volume": pd.to_numeric(table["volume"], errors="coerce") if "volume" in table else 0.0,
            "adj_close": pd.to_numeric(table["adj_close"], errors="coerce") if "adj_close" in table else np.nan,
        }
    )


def _log_prices(bars: pd.DataFrame) -> LogPrices:
    """Checked bars of one ticker, oldest first, all four prices scaled by the adjustment of the close."""
    bars = bars.dropna(subset=[*PRICES], how="all").sort_values("date", kind="stable")
    if bars["adj_close"].isna().all():
        bars = bars.assign(adj_close=bars["close"])
    table = bars[[*PRICES, "adj_close"]].to_numpy(dtype=np.float64)
    _check(bars["date"], table)
    adjusted = np.log(table[:, :4]) + np.log(table[:, 4] / table[:, 3])[:, None]
    opens, highs, lows, closes = np.ascontiguousarray(adjusted.T)
    dates, volume = bars["date"].to_numpy().astype("datetime64[D]"), bars["volume"].fillna(0).to_numpy(np.float64)
    return LogPrices(dates, opens, highs, lows, closes, volume)


def _check(dates: "pd.Series[pd.Timestamp]", table: np.ndarray) -> None:
    """Raise ``BadPricesError`` with the first thing that is wrong."""
    bad = ~(np.isfinite(table) & (table > 0)).all(axis=1)
    if dates.isna().any():
        raise BadPricesError(f"found {int(dates.isna().sum())} dates that are none; needed ISO dates")
    if bad.any():
        when = dates[bad].iloc[0].date()
        raise BadPricesError(f"found {int(bad.sum())} bars without four positive prices, first on {when}; needed none")
    if dates.duplicated().any():
        raise BadPricesError(f"found {dates[dates.duplicated()].iloc[0].date()} twice; needed one bar a day")
    if len(table) < MIN_BARS:
        raise BadPricesError(f"found {len(table)} bars; needed {MIN_BARS}")


@dataclass(frozen=True, slots=True)
class Candles:
    """One ticker's bars with the dates they belong to, and closes that count dividends, (n,)."""

    dates: NDArray[np.datetime64]
    bars: Bars
    adj_close: Floats

    def newest(self, count: int) -> "Candles":
        """The last ``count`` bars."""
        return self._rows(slice(-count, None))

    def until(self, last: np.datetime64) -> "Candles":
        """The bars up to that day, later ones never being looked at."""
        return self._rows(slice(0, int(np.searchsorted(self.dates, last, side="right"))))

    def _rows(self, kept: slice) -> "Candles":
        bars = self.bars
        prices = (bars.open[kept], bars.high[kept], bars.low[kept], bars.close[kept])
        return Candles(self.dates[kept], Bars(*prices), self.adj_close[kept])


def read_candles(path: Path, one_in: int = 1) -> tuple[dict[str, Candles], tuple[Failure, ...]]:
    """The tickers and failures that ``read_prices`` would find; a column ``datetime`` stands in for ``date``."""
    return read_each(path, _candles, one_in)


def _candles(table: pd.DataFrame) -> Candles:
    """Checked bars of one ticker, oldest first."""
    table = table.dropna(subset=list(PRICES), how="all").sort_values("moment", kind="stable")
    prices = table[list(PRICES)].to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(prices) & (prices > 0)).all(axis=1)
    if bad.any():
        raise BadPricesError(f"found {int(bad.sum())} bars without four positive prices; needed none")
    if table["date"].isna().any():
        raise BadPricesError(f"found {int(table['date'].isna().sum())} dates that are none; needed ISO dates")
    if table["moment"].duplicated().any():
        raise BadPricesError(f"found {table['moment'][table['moment'].duplicated()].iloc[0]} twice; needed one bar")
    if len(table) < WINDOW:
        raise BadPricesError(f"found {len(table)} bars; needed {WINDOW}")
    bars = Bars(*np.ascontiguousarray(prices.T))
    adjusted = table["adj_close"].to_numpy(dtype=np.float64)
    # Where dividends are not told, there are none to count.
    usable = np.isfinite(adjusted).all() and (adjusted > 0).all()
    return Candles(table["date"].to_numpy().astype("datetime64[D]"), bars, adjusted if usable else bars.close)
