"""The patterns card: which candlestick shapes the rules find, what a network thinks of them, and what followed."""

from collections.abc import Mapping

import numpy as np

from app.market.history import PriceHistory
from app.panels.analysis import Analysis
from app.panels.forecast.convert import head
from app.panels.jobs import say
from app.panels.patterns.lookalikes import past_like_now
from app.panels.patterns.model import PatternsAnalysis, Trained
from app.panels.patterns.shapes import LATEST, agreement, candles_of, found_shapes, look, network_says, newest_of_each
from app.patterns.candlesticks import SIDE, shapes
from app.patterns.evidence import evidence
from app.patterns.field import fields
from app.patterns.network import recognise, shipped


def analyse(history: PriceHistory, horizon: int, needed: Mapping[str, Analysis]) -> PatternsAnalysis:
    """Rules over the whole past, the network over its last 250 windows; what followed counts dividends."""
    bars = candles_of(history)
    say(f"Looking for shapes on {len(bars)} bars")
    found = shapes(bars)
    say(f"Reading {min(LATEST, len(bars))} windows")
    seen = look(bars)
    patterns = found_shapes(history, found, seen)
    say("Testing what followed against chance")
    tested = evidence(found, history.adj_close)
    say("Looking for the past most like now")
    return PatternsAnalysis(
        **head(history, horizon),
        patterns=patterns,
        newest=newest_of_each(patterns),
        network=network_says(history, seen),
        agreement=agreement(found, seen),
        evidence=tested,
        analogues=past_like_now(history),
        trained_on=_trained(),
    )


def _trained() -> Trained:
    card = shipped().card
    return Trained(
        cut_off=card.cut_off,
        tickers=card.tickers,
        rows=card.rows,
        precision=card.held_back.precision,
        recall=card.held_back.recall,
        versions=card.versions,
        sha256=card.sha256,
    )


def warm() -> None:
    """One look at one window: the graph is traced and the weights are read."""
    recognise(fields(np.sin(np.arange(SIDE, dtype=float))[None]))
