"""The LSTM card: its description, facts and tables."""

from app.panels.analysis import Fact
from app.panels.forecast.content import forecast_facts, forecast_tables
from app.panels.lstm.model import LstmAnalysis
from app.panels.panel import Heights, Panel
from app.text.numbers import count, day, plural


def lstm_facts(analysis: LstmAnalysis) -> tuple[Fact, ...]:
    """The forecast, and what the network has learned from."""
    trained = analysis.trained_on
    stocks = f"{count(trained.tickers)} other US stocks up to {day(trained.cut_off)}"
    note = f"nothing later; the mean of {plural(trained.networks, 'network')}"
    return *forecast_facts(analysis), Fact("trained_on", "Trained on", stocks, note)


PANEL = Panel(
    slug="lstm",
    title="LSTM",
    question="What does a neural network trained on hundreds of stocks say?",
    module="app.panels.lstm",
    analysis=LstmAnalysis,
    minimum_bars=250,
    facts=lstm_facts,
    tables=forecast_tables,
    seconds=0.4,
    heights=Heights(6.375, 57, 59.25),
)
