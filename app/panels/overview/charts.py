"""The overview card's charts."""

import numpy as np

from app.charts.chart import Canvas, Chart, beside_column, halved
from app.charts.pictures.overview import move_distribution, price_and_volume
from app.charts.pictures.overview import volatility as volatility_through_time
from app.forecasting.scoring import metrics
from app.market.calendar import sessions_a_year
from app.market.history import PriceHistory
from app.panels.forecast.charts import captioned, in_unit
from app.panels.overview import analyse
from app.panels.overview.model import OverviewAnalysis
from app.text.compact_numbers import percent_text
from app.text.numbers import day, isolated, plural, unit


def draw(history: PriceHistory, analysis: OverviewAnalysis, canvas: Canvas) -> dict[str, Chart]:
    """The price, the distribution of moves over the horizon, and volatility through time."""
    return {
        "price": _price(history, analysis, beside_column(canvas)),
        "moves": _moves(history, analysis, halved(canvas)),
        "volatility": _volatility(history, analysis, halved(canvas)),
    }


def _price(history: PriceHistory, analysis: OverviewAnalysis, canvas: Canvas) -> Chart:
    change, doubted = history.adj_close[-1] / history.adj_close[0] - 1, analysis.data.doubted
    span = f"{change:+.0%} over the whole span" if doubted is None else f"in doubt since {doubted.day}"
    alt = (
        f"Closing prices of {isolated(analysis.data.name)} from {analysis.data.first_bar} to {analysis.as_of}: {span}; "
        f"the worst fall from a high was {analysis.drawdown.depth:.0%}."
    )
    volume = history.volume if analysis.data.has_volume else None
    first = analysis.data.first_bar
    if doubted is None:
        grown, fell = percent_text(100 * change, 0, plus=True), percent_text(100 * abs(analysis.drawdown.depth), 0)
        title = f"{analysis.ticker}: {grown} since {first.year}, with a fall of {fell} on the way"
    else:
        title = f"{analysis.ticker}: prices in doubt since {day(doubted.day)}"
    about = f"closing prices{in_unit(analysis)}, {day(first)} to {day(analysis.as_of)}"
    caption = captioned(analysis, title, about, alt)
    return price_and_volume(
        history.dates,
        history.close,
        volume,
        canvas=canvas,
        caption=caption,
        currency=unit(analysis),
        in_doubt=doubted is not None,
    )


def _moves(history: PriceHistory, analysis: OverviewAnalysis, canvas: Canvas) -> Chart:
    tail = analysis.tail_risk[-1]
    moves = 100 * metrics.moves_over(analyse.believed(history), tail.days)
    ahead = plural(tail.days, "trading day")
    title = f"1 in 20 moves over {ahead} was below {percent_text(100 * tail.value_at_risk)}"
    alt = (
        f"Past moves over {tail.days} trading days: one in twenty was below {tail.value_at_risk:.1%}, "
        f"those averaged {tail.expected_shortfall:.1%}."
    )
    return move_distribution(
        moves,
        value_at_risk=100 * tail.value_at_risk,
        expected_shortfall=100 * tail.expected_shortfall,
        last=float(moves[-1]),
        canvas=canvas,
        caption=captioned(analysis, title, f"how often it changed so much over {ahead}", alt),
    )


def _volatility(history: PriceHistory, analysis: OverviewAnalysis, canvas: Canvas) -> Chart:
    now, y = analysis.volatility, analyse.believed(history)
    annual = 100 * analyse.daily_volatility(y)[22:] * np.sqrt(sessions_a_year(history.passport.calendar))
    title = f"Volatility is {now.now:.0%}, higher than on {100 * now.percentile:.0f} of 100 days"
    about = "volatility, annualised; shaded: where 8 in 10 days lie"
    caption = captioned(analysis, title, about, f"{title}; its median is {now.median:.0%}.")
    return volatility_through_time(y.dates[22:], annual, 100 * now.now, canvas=canvas, caption=caption)
