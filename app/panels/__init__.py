"""The cards, in page order."""

from app.panels.analysis import LstmAnalysis, OverviewAnalysis, ProphetAnalysis
from app.panels.panel import Panel
from app.panels.patterns_analysis import PatternsAnalysis
from app.panels.technicals_analysis import TechnicalsAnalysis
from app.panels.verdict_analysis import VerdictAnalysis

PANELS = (
    Panel(
        slug="overview",
        title="Overview",
        question="What is it, and how far does it move?",
        module="app.panels.overview",
        analysis=OverviewAnalysis,
        minimum_bars=60,
        seconds=0.1,
    ),
    Panel(
        slug="technicals",
        title="Technicals",
        question="What do the classic indicators read?",
        module="app.panels.technicals",
        analysis=TechnicalsAnalysis,
        minimum_bars=60,
        seconds=0.1,
    ),
    Panel(
        slug="prophet",
        title="Prophet",
        question="What does the trend say?",
        module="app.panels.prophet",
        analysis=ProphetAnalysis,
        minimum_bars=250,
        seconds=4.0,
    ),
    Panel(
        slug="lstm",
        title="LSTM",
        question="What does a neural network trained on hundreds of stocks say?",
        module="app.panels.lstm",
        analysis=LstmAnalysis,
        minimum_bars=250,
        seconds=0.4,
    ),
    Panel(
        slug="patterns",
        title="Patterns",
        question="Which candlestick shape is this, and what followed it before?",
        module="app.panels.patterns",
        analysis=PatternsAnalysis,
        minimum_bars=250,
        seconds=0.4,
    ),
    Panel(
        slug="verdict",
        title="Verdict",
        question="So what?",
        module="app.panels.verdict",
        analysis=VerdictAnalysis,
        minimum_bars=250,
        needs=("prophet", "lstm", "patterns"),
        seconds=5.0,
    ),
)
BY_SLUG = {panel.slug: panel for panel in PANELS}
