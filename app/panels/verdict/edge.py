"""The tests of an edge in words, what would change their answer, and what past days would have said."""

import numpy as np

from app.forecasting.ensemble.edge import DOUBT, IN_A_ROW, MIN_ORIGINS, MONTHS, SIGNIFICANCE
from app.forecasting.ensemble.published import Record, edge_at, finished, trial_rows
from app.forecasting.forecast import LogPrices
from app.forecasting.scoring.metrics import BANDS, probability_up
from app.forecasting.scoring.receipt import Receipt
from app.panels.verdict.model import Edge, EdgeTest, ReplayedVerdict
from app.text.numbers import chance, percent, plural

_LOW, _HIGH = BANDS[80]
STAYS, DRIFTS = "“price stays”", "“price drifts as it did”"


def edge_of(y: LogPrices, found: Record, receipt: Receipt) -> Edge:
    """Whether an edge is claimed at the last bar, and every test behind that."""
    tried, n = found.trials, len(found.past.origins)
    brier, base, q = tried.brier[n], tried.brier_base[n], tried.q[n]
    tests = (
        EdgeTest("Past forecasts", str(n), f"at least {MIN_ORIGINS}", n >= MIN_ORIGINS),
        _against(STAYS, float(tried.stays[n]), float(tried.p_stays[n]), n),
        _against(DRIFTS, float(tried.drifts[n]), float(tried.p_drifts[n]), n),
        EdgeTest(
            "The larger p of the two",
            chance(q, 1) if n else "none yet",
            f"below {percent(SIGNIFICANCE)}, with {plural(int(tried.models[n]), 'model')} tried",
            bool(q < SIGNIFICANCE),
        ),
        EdgeTest(
            "Brier score of the models' chance of rising",
            f"{brier:.3f}" if n else "none yet",
            f"at most {base:.3f}, that of always saying the base rate" if n else "at most that of the base rate",
            bool(n and brier <= base),
        ),
        _in_a_row(y, found),
        _band(80, receipt.coverage_80, receipt.coverage_80_ci),
        _band(95, receipt.coverage_95, receipt.coverage_95_ci),
    )
    return Edge(edge_at(y, found, len(y) - 1), tests)


def _against(opponent: str, ratio: float, p: float, n: int) -> EdgeTest:
    error = f"{ratio:.3f}, p {chance(p, 1)}" if np.isfinite(ratio) else "the price stood still"
    needed = f"below 1, p below {percent(SIGNIFICANCE)}"
    return EdgeTest(f"Error against {opponent}", error if n else "none yet", needed, ratio < 1 and p < SIGNIFICANCE)


def _in_a_row(y: LogPrices, found: Record) -> EdgeTest:
    """The tests at the ends of months, and today's, as one more condition."""
    passed = found.trials.passed[finished(found.past, trial_rows(y, len(y) - 1))]
    last = passed[-IN_A_ROW:]
    return EdgeTest(
        "The same at the ends of the last months",
        f"{int(passed.sum())} of {len(passed)} passed, {int(last.sum())} of the last {len(last)}",
        f"{IN_A_ROW} in a row; then a claim stands until p against either is above {percent(DOUBT, 0)}",
        edge_at(y, found, len(y) - 1),
    )


def _band(level: int, share: float | None, plausible: tuple[float, float] | None) -> EdgeTest:
    """For the range, not for the claim: the receipt's share and interval."""
    name, needed = f"{level}% range held", f"{level}% within that interval, for the range to be used"
    if share is None or plausible is None:
        return EdgeTest(name, "none yet", needed, False)
    low, high = plausible
    found = f"{percent(share, 0)} of the time, plausibly {percent(low, 0)} to {percent(high, 0)}"
    return EdgeTest(name, found, needed, low <= level / 100 <= high)


def changes(y: LogPrices, found: Record) -> tuple[str, ...]:
    """What would change the verdict, one sentence for each thing."""
    tried, n = found.trials, len(found.past.origins)
    if edge_at(y, found, len(y) - 1):
        ps, ratios = (chance(tried.p_stays[n], 1), chance(tried.p_drifts[n], 1)), (tried.stays[n], tried.drifts[n])
        doubt = f"p against either opponent is above {percent(DOUBT, 0)} (now {ps[0]} and {ps[1]})"
        return (f"The claim ends once {doubt} or its error reaches theirs (now {ratios[0]:.3f} and {ratios[1]:.3f}).",)
    if n < MIN_ORIGINS:
        return (f"Needs {MIN_ORIGINS - n} more completed forecasts, that is, a longer history.",)
    sentences = [
        *_missing(STAYS, float(tried.stays[n]), float(tried.p_stays[n])),
        *_missing(DRIFTS, float(tried.drifts[n]), float(tried.p_drifts[n])),
    ]
    if not tried.brier[n] <= tried.brier_base[n]:
        sentences.append("Its chance of rising would have to do better than always saying how often the price rose.")
    return (*sentences, f"All this would have to hold at {IN_A_ROW} month ends in a row.")


def _missing(opponent: str, ratio: float, p: float) -> tuple[str, ...]:
    if not ratio < 1:
        return (f"It would have to beat {opponent} consistently; so far it does not.",)
    if p < SIGNIFICANCE:
        return ()
    advantage = f"Its advantage of {percent(1 - ratio)} over {opponent}"
    return (f"{advantage} would have to be more than luck (p {chance(p, 1)}).",)


def monthly(y: LogPrices, found: Record) -> tuple[ReplayedVerdict, ...]:
    """The last past forecast of each of the newest twelve months that have one, oldest first."""
    months = y.dates[found.past.origins].astype("datetime64[M]")
    is_last = np.append(months[1:] != months[:-1], True)[: len(months)]
    newest = np.flatnonzero(is_last)[-MONTHS:]
    return tuple(_replayed(y, found, int(k)) for k in newest)


def _replayed(y: LogPrices, found: Record, k: int) -> ReplayedVerdict:
    origin, quantiles = int(found.past.origins[k]), found.published[k]
    last, actual = float(np.exp(y.close[origin])), float(found.past.actual[k])
    return ReplayedVerdict(
        origin=y.dates[origin].item(),
        target=y.dates[origin + found.past.day].item(),
        last=last,
        low=last * float(np.exp(quantiles[_LOW])),
        high=last * float(np.exp(quantiles[_HIGH])),
        p_up=float(probability_up(quantiles)),
        edge=bool(found.edges[k]),
        actual=last * float(np.exp(actual)),
        inside_80=bool(quantiles[_LOW] <= actual <= quantiles[_HIGH]),
    )
