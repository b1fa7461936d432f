"""The cards, in page order."""

from app.panels.analysis import LstmAnalysis, OverviewAnalysis, ProphetAnalysis
from app.panels.forecast_tables import forecast_tables
from app.panels.lstm_facts import lstm_facts
from app.panels.overview_facts import overview_facts
from app.panels.overview_tables import overview_tables
from app.panels.panel import Heights, Panel
from app.panels.patterns_analysis import PatternsAnalysis
from app.panels.patterns_facts import patterns_facts
from app.panels.patterns_tables import patterns_tables
from app.panels.prophet_facts import prophet_facts
from app.panels.prophet_tables import prophet_tables
from app.panels.technicals_analysis import TechnicalsAnalysis
from app.panels.technicals_facts import technicals_facts
from app.panels.technicals_tables import technicals_tables
from app.panels.verdict_analysis import VerdictAnalysis
from app.panels.verdict_facts import verdict_facts
from app.panels.verdict_tables import verdict_tables

PANELS = (
    Panel(
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
    ),
    Panel(
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
    ),
    Panel(
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
    ),
    Panel(
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
    ),
    Panel(
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
    ),
    Panel(
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
    ),
)
BY_SLUG = {panel.slug: panel for panel in PANELS}
