"""The Verdict card: its description, facts and tables."""

from app.panels.panel import Heights, Panel
from app.panels.verdict_analysis import VerdictAnalysis
from app.panels.verdict_facts import verdict_facts
from app.panels.verdict_tables import verdict_tables

PANEL = Panel(
    slug="verdict",
    title="Verdict",
    question="So what?",
    module="app.panels.verdict",
    analysis=VerdictAnalysis,
    minimum_bars=250,
    facts=verdict_facts,
    tables=verdict_tables,
    needs=("prophet", "lstm", "patterns"),
    seconds=5.0,
    heights=Heights(230, 174.5, 131.5),
)
