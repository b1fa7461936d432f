"""The cards, in page order."""

from app.panels import lstm_panel, overview_panel, patterns_panel, prophet_panel, technicals_panel, verdict_panel

PANELS = (
    overview_panel.PANEL,
    technicals_panel.PANEL,
    prophet_panel.PANEL,
    lstm_panel.PANEL,
    patterns_panel.PANEL,
    verdict_panel.PANEL,
)
BY_SLUG = {panel.slug: panel for panel in PANELS}
