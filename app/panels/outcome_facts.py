"""What came of a price after the day of the query, in words."""

from app.panels.content import Fact
from app.panels.outcome import Outcome
from app.text.numbers import day, percent, ratio, signed_percent


def outcome_facts(outcome: Outcome) -> tuple[Fact, ...]:
    """The change, and for a forecast whether its 80 % band held the price and how far its median missed."""
    lowest, highest = signed_percent(outcome.lowest), signed_percent(outcome.highest)
    on_the_way = f"on the way between {lowest} and {highest}"
    change = Fact("change", f"By {day(outcome.dates[-1])}", signed_percent(outcome.change), on_the_way)
    score = outcome.score
    if score is None:
        return (change,)
    where = "inside" if score.end_inside_80 else "outside"
    held = Fact("held", "It ended", f"{where} the 80 % band", f"inside on {percent(score.inside_80, 0)} of days")
    if score.mae_ratio is None:
        return change, held
    missed = f"{ratio(score.mae_ratio)} times as much as “price stays”"
    return change, held, Fact("missed", "The median missed", missed, "one forecast proves little")
