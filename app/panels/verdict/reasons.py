"""Why each member of the verdict has its weight, and how far they agree."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.forecasting.ensemble.blend import OWN_PAST, Blended, CurrentForecasts
from app.forecasting.ensemble.members import MEMBERS
from app.forecasting.ensemble.weights import SURE, WORST, Standing, Weighing
from app.forecasting.forecast import MEDIAN, Floats
from app.forecasting.models.baselines import T_THRESHOLD
from app.forecasting.scoring.metrics import BANDS
from app.forecasting.scoring.receipt import Skill
from app.panels.patterns.model import PatternsAnalysis
from app.panels.verdict.model import Accord, CombinedMember
from app.patterns.finding import EDGE, NOT_ENOUGH
from app.text.numbers import chance, percent

_LOW, _HIGH = BANDS[80]


def combined_members(
    today: Blended, current: CurrentForecasts, last: float, skills: Sequence[Skill | None]
) -> tuple[CombinedMember, ...]:
    """Each member with its weight today, the reason, its prices on the horizon's last day, and its ``skills``."""
    weights, ends, weighing = today.weights[0, -1], current.quantiles[:, 0, -1], today.weighings[0]
    members = [
        replace(_member(member.title, weights[place], _reason(place, weighing), ends[place], last), skill=skill)
        for place, (member, skill) in enumerate(zip(MEMBERS, skills, strict=True))
    ]
    reasons = _why_drift(float(current.t[0])), _why_moves(float(current.shares[1, 0, -1]))
    own = [
        _member(name, weight, reason, quantiles, last)
        for name, weight, reason, quantiles in zip(
            OWN_PAST, weights[len(MEMBERS) :], reasons, today.own[:, 0, -1], strict=True
        )
    ]
    return (*members, *own)


def _member(title: str, weight: float, reason: str, quantiles: Floats, last: float) -> CombinedMember:
    prices = last * np.exp(quantiles[[MEDIAN, _LOW, _HIGH]])
    middle, low, high = (float(price) if np.isfinite(price) else None for price in prices)
    return CombinedMember(title, float(weight), reason, middle, low, high)


def _why_drift(t: float) -> str:
    drifted = f"Over three years it drifted with t = {t:.1f}"
    if abs(t) <= T_THRESHOLD:
        return f"{drifted}; it is followed only above {T_THRESHOLD:g}, as less may be luck."
    return f"{drifted}, more than luck explains."


def _why_moves(share: float) -> str:
    if share > 0:
        return (
            f"Its moves over 1, 5 and 22 days told something of the next here; {percent(share, 0)} of it is followed."
        )
    return "Its moves over 1, 5 and 22 days said nothing about the next here, so they do not count."


def _reason(place: int, weighing: Weighing) -> str:
    ratio, p = weighing.mae_ratios[place], weighing.p_joins[place]
    n = int(weighing.origins[place])
    here = f"here, on {n} past forecasts, its error was {ratio:.2f} times that of “price stays”"
    untested = f"{n} past forecasts here are too few to change that"
    match weighing.standings[place]:
        case Standing.ABSENT:
            return "It was trained on later data, so it is not used for this date."
        case Standing.LEFT_OUT:
            return f"Left out: {here}, more than {WORST:g} times."
        case Standing.JOINED:
            return f"It clearly beat the others here (p below {SURE:g}), so it counts as much as they do together."
        case Standing.VOTES:
            kept = untested if np.isnan(ratio) else f"{here}, {_speaks(ratio)}"
            best = "it did best on other tickers" if MEMBERS[place].vote else "the LSTM had not learned by then"
            return f"Counts because {best}; {kept}."
        case Standing.LISTENS if weighing.weights[place]:
            return "Counts because the LSTM is left out; beside the LSTM it added nothing on other tickers."
        case _:
            kept = untested if np.isnan(p) else f"nor, clearly, here (p {chance(p)})"
            return f"Does not count: it added nothing on other tickers; {kept}."


def _speaks(ratio: float) -> str:
    """What an error of the middle says that does not exclude a member."""
    return "which supports that" if ratio < 1 else f"not enough to leave it out (that takes {WORST:g})"


def agreement(ends: Floats, combined: Floats) -> Accord:
    """How today's ``ends`` (members, 7) lie to one another and to the combination (7,)."""
    middles = ends[np.isfinite(ends[:, MEDIAN]), MEDIAN]
    width = max(float(combined[_HIGH] - combined[_LOW]), np.finfo(float).tiny)
    return Accord(len(middles), int((middles > 0).sum()), float(np.ptp(middles)) / width)


def shapes(patterns: PatternsAnalysis) -> str:
    """What the newest candlestick shape is worth by what followed it here before; it has no part in the numbers."""
    if not patterns.newest:
        return f"No candlestick shape stood in the last {patterns.agreement.bars} bars."
    newest = patterns.newest[0]
    findings = {row.days: row.verdict for row in patterns.evidence if row.name == newest.name}
    last_shape = f"The newest candlestick shape is the {newest.name} of {newest.date.day} {newest.date:%b %Y}"
    followed = [str(days) for days, finding in findings.items() if finding == EDGE]
    if followed:
        spans = " and ".join(followed)
        return f"{last_shape}; what came {spans} days after such shapes here was more than chance explains."
    if all(finding == NOT_ENOUGH for finding in findings.values()):
        return f"{last_shape}; there were too few of them here to say what follows."
    return f"{last_shape}; what followed such shapes here was no different from what followed any day."
