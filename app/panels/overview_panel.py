"""The Overview card: its description, facts and tables."""

from app.panels.analysis import OverviewAnalysis
from app.panels.overview_facts import overview_facts
from app.panels.overview_tables import overview_tables
from app.panels.panel import Heights, Panel

PANEL = Panel(
    slug="overview",
    title="Overview",
    question="What is it, and how far does it move?",
    module="app.panels.overview",
    analysis=OverviewAnalysis,
    minimum_bars=60,
    facts=overview_facts,
    tables=overview_tables,
    seconds=0.1,
    heights=Heights(114, 112.5, 71),
)
