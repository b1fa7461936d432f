"""The LSTM card: its description, facts and tables."""

from app.panels.analysis import LstmAnalysis
from app.panels.forecast_tables import forecast_tables
from app.panels.lstm_facts import lstm_facts
from app.panels.panel import Heights, Panel

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
    heights=Heights(106.5, 93.5, 79),
)
