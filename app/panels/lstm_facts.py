"""What the LSTM card says in words."""

from app.panels.analysis import LstmAnalysis
from app.panels.content import Fact
from app.panels.forecast_facts import forecast_facts
from app.text.numbers import count, day, plural


def lstm_facts(analysis: LstmAnalysis) -> tuple[Fact, ...]:
    """The forecast, and what the network has learned from."""
    trained = analysis.trained_on
    stocks = f"{count(trained.tickers)} other US stocks up to {day(trained.cut_off)}"
    note = f"nothing later; the mean of {plural(trained.networks, 'network')}"
    return *forecast_facts(analysis), Fact("trained_on", "Trained on", stocks, note)
