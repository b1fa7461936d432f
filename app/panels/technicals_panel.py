"""The Technicals card: its description, facts and tables."""

from app.panels.panel import Heights, Panel
from app.panels.technicals_analysis import TechnicalsAnalysis
from app.panels.technicals_facts import technicals_facts
from app.panels.technicals_tables import technicals_tables

PANEL = Panel(
    slug="technicals",
    title="Technicals",
    question="What do the classic indicators read?",
    module="app.panels.technicals",
    analysis=TechnicalsAnalysis,
    minimum_bars=60,
    facts=technicals_facts,
    tables=technicals_tables,
    seconds=0.1,
    heights=Heights(171, 117.25, 91.75),
)
