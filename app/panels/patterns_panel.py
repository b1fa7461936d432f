"""The Patterns card: its description, facts and tables."""

from app.panels.panel import Heights, Panel
from app.panels.patterns_analysis import PatternsAnalysis
from app.panels.patterns_facts import patterns_facts
from app.panels.patterns_tables import patterns_tables

PANEL = Panel(
    slug="patterns",
    title="Patterns",
    question="Which candlestick shape is this, and what followed it before?",
    module="app.panels.patterns",
    analysis=PatternsAnalysis,
    minimum_bars=250,
    facts=patterns_facts,
    tables=patterns_tables,
    seconds=0.4,
    heights=Heights(238, 203.5, 168),
)
