"""The LSTM card: its description, facts and tables."""

from app.panels.analysis import Fact
from app.panels.forecast.content import forecast_facts, forecast_tables
from app.panels.lstm.model import LikeThis, LstmAnalysis
from app.panels.panel import Heights, Panel
from app.text.numbers import count, day, in_hundred, percent, plural


def lstm_facts(analysis: LstmAnalysis) -> tuple[Fact, ...]:
    """The forecast, what the network has learned from, who was tested by which, and how it did on others like this."""
    trained = analysis.trained_on
    tickers = f"{count(trained.tickers)} other tickers of many markets up to {day(trained.cut_off)}"
    note = f"nothing later; the mean of {plural(trained.networks, 'network')}"
    learned = Fact("trained_on", "Trained on", tickers, note)
    return *forecast_facts(analysis), learned, *_tested_facts(analysis), *like_this_facts(analysis.like_this)


def _tested_facts(analysis: LstmAnalysis) -> tuple[Fact, ...]:
    tested = [each for each in analysis.tested_sets if each.origins]
    parts = [f"{count(each.origins)} by what was learned up to {day(each.cut_off)}" for each in tested]
    return (Fact("tested_sets", "Past forecasts", ", ".join(parts)),) if parts else ()


def like_this_facts(scores: LikeThis | None) -> tuple[Fact, ...]:
    """How the network did on others like this instrument, in words; none where that was not measured."""
    if scores is None:
        return ()
    held = f"80% range held {in_hundred(scores.held_80)}"
    better = 1 - scores.against_simple
    error = f"{percent(better, 0)} below" if better >= 0.005 else "no lower than"
    tested = f"{plural(scores.tickers, 'ticker')} from {scores.since.year} on"
    return (
        Fact(
            "like_this",
            f"On {scores.group} it never saw",
            held,
            f"its error {error} a simple volatility band's ({tested})",
        ),
    )


PANEL = Panel(
    slug="lstm",
    title="LSTM",
    question="What does a neural network trained on many markets say?",
    module="app.panels.lstm",
    analysis=LstmAnalysis,
    minimum_bars=250,
    facts=lstm_facts,
    tables=forecast_tables,
    seconds=0.4,
    heights=Heights(6.375, 57, 59.25),
)
