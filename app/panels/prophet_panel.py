"""The Prophet card: its description, facts and tables."""

from app.panels.analysis import ProphetAnalysis
from app.panels.panel import Heights, Panel
from app.panels.prophet_facts import prophet_facts
from app.panels.prophet_tables import prophet_tables

PANEL = Panel(
    slug="prophet",
    title="Prophet",
    question="What does the trend say?",
    module="app.panels.prophet",
    analysis=ProphetAnalysis,
    minimum_bars=250,
    facts=prophet_facts,
    tables=prophet_tables,
    seconds=4.0,
    heights=Heights(119.25, 115, 78),
)
