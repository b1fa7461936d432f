"""The cards, each after those that it needs, and in page order."""

from app.panels.lstm import panel as lstm_panel
from app.panels.odds import panel as odds_panel
from app.panels.overview import panel as overview_panel
from app.panels.patterns import panel as patterns_panel
from app.panels.prophet import panel as prophet_panel
from app.panels.technicals import panel as technicals_panel
from app.panels.verdict import panel as verdict_panel

PANELS = (
    overview_panel.PANEL,
    technicals_panel.PANEL,
    prophet_panel.PANEL,
    lstm_panel.PANEL,
    patterns_panel.PANEL,
    verdict_panel.PANEL,
    odds_panel.PANEL,
)
BY_SLUG = {panel.slug: panel for panel in PANELS}
IN_PAGE_ORDER = tuple(
    BY_SLUG[slug] for slug in ("verdict", "odds", "overview", "lstm", "prophet", "technicals", "patterns")
)
