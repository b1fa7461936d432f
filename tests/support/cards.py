"""Cards as a visitor gets them: the document around the outcome, its pictures, and the JSON without it."""

import json
from datetime import date
from html.parser import HTMLParser

import numpy as np

from app.forecasting.forecast import QUANTILES, Forecast
from app.forecasting.models import prophet
from app.forecasting.models.baselines import random_walk
from app.forecasting.models.lstm.forecaster import lstm
from app.forecasting.scoring.audit import audit
from app.forecasting.scoring.backtest import latest_origins
from app.panels import PANELS
from app.panels.analysis import ForecastAnalysis
from app.panels.forecast.convert import PublishedForecast

SLUGS = tuple(panel.slug for panel in PANELS)
EMPTY_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Span(HTMLParser):
    """Finds where the element with an id starts and ends in its source."""

    def __init__(self, source, wanted):
        super().__init__()
        self.start = self.end = None
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._wanted, self._depth = wanted, 0
        self.feed(source)

    def _place(self):
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("id") == self._wanted:
            assert self.start is None, "the same id twice"
            self.start = self._place()
        if self.start is not None and self.end is None and tag not in EMPTY_ELEMENTS:
            self._depth += 1

    def handle_endtag(self, tag):
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self.end = self._place() + len(f"</{tag}>")


class _Elements(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(source, tag=None):
    """Tags and attributes of a document in order, of one ``tag`` where it is given."""
    return [(name, attributes) for name, attributes in _Elements(source).found if tag in (None, name)]


def outcome_in(fragment, slug):
    """The fragment's outcome and all that is around it."""
    span = _Span(fragment, f"outcome-{slug}")
    assert span.start is not None, "no place for the outcome"
    return fragment[span.start : span.end], fragment[: span.start] + fragment[span.end :]


def outcome_out(published):
    """The JSON of an analysis with its outcome apart, everything else as its very bytes."""
    before, found, outcome = published.partition(b',"outcome":')
    json.loads(before + (b"}" if found else b""))
    return outcome, before + (b"}" if found else b"")


PAST = 96
FITS = 4


def needed(y, horizon):
    """Forecast cards of Prophet and the LSTM at today's bar with their receipts, Prophet fitted four times."""
    past = latest_origins(y, PAST, 5, horizon, first=150)
    origins = np.append(past, len(y) - 1)
    fits = prophet.fit_trends(y, np.append(past[:: -(-len(past) // (FITS - 1))], len(y) - 1))
    forecasts = {
        "lstm": lstm(y, origins, horizon),
        "prophet": prophet.anchored_from(y, origins, horizon, fits),
    }
    return {name: _card(y, past, horizon, forecast) for name, forecast in forecasts.items()}


def _card(y, past, horizon, forecast):
    last = float(np.exp(y.close[-1]))
    prices = last * np.exp(forecast.quantiles[-1])
    published = {str(level): tuple(column) for level, column in zip(QUANTILES, prices.T.tolist(), strict=True)}
    return ForecastAnalysis(
        ticker="SYN",
        as_of=y.dates[-1].item(),
        horizon=horizon,
        data=None,
        forecast=PublishedForecast(last, (date.max,) * horizon, published),
        receipt=audit(y, Forecast(past, forecast.quantiles[:-1]), random_walk(y, past, horizon)),
    )
