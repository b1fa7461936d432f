"""The terms of art that a reader may meet, each with one plain sentence, and which of them a text uses."""

import re
from dataclasses import dataclass

MEANINGS: dict[str, tuple[tuple[str, ...], str]] = {
    "trading day": (
        ("trading day", "trading days"),
        "A day on which the exchange is open; 22 of them make about a month.",
    ),
    "range": (
        ("80% range", "80% ranges", "80% band", "95% range", "95% ranges", "95% band"),
        "The price should end between these two in 80, or 95, of 100 such cases.",
    ),
    "held": (("range held", "ranges held"), "A range held when the price really ended inside it."),
    "median, middle": (
        ("median", "medians", "middle", "middles"),
        "The value that half of the cases exceed; as the centre of a forecast it is no promise.",
    ),
    "“price stays”": (
        ("price stays",),
        "The simplest forecast there is, that tomorrow equals today; a model that does not beat it knows no direction.",
    ),
    "receipt": (
        ("receipt",),
        "What is known of a forecast's errors: its scores at past days that its fit had not seen.",
    ),
    "interval, plausible range": (
        ("95% interval", "plausible range"),
        "Where the true figure plausibly lies, because so few cases can only tell it roughly.",
    ),
    "pinball loss": (
        ("pinball",),
        "An error for whole ranges: it punishes prices outside them, and ranges that are wider than needed.",
    ),
    "Winkler score": (("winkler",), "The width of a range plus a fine for every price that fell outside it."),
    "Diebold–Mariano test": (
        ("diebold–mariano",),
        "It asks how easily luck alone would make one forecast look this much better than another.",
    ),
    "Brier score": (
        ("brier",),
        "The mean squared miss of stated chances: 0 is perfect, and a coin that always says one half has 0.25.",
    ),
    "plain past": (
        ("plain past",),
        "How often the price reached something as far away, in percent, in all past stretches of the same length.",
    ),
    "usual rule": (
        ("usual rule",),
        "What calculators say: twice the chance of ending beyond a price, from last year's volatility alone.",
    ),
    "base rate, any day": (
        ("base rate", "any day", "any other day", "any bar"),
        "How often something followed whatever had come before; only a difference from it says anything.",
    ),
    "edge": (
        ("edge",),
        "Having missed by less than both “price stays” and “price drifts as it did” here, by more than luck explains.",
    ),
    "beyond chance": (
        ("beyond chance", "within chance", "more than chance", "by chance", "chance explains"),
        "Further from any other day than shuffled days usually are.",
    ),
    "volatility": (("volatility",), "How strongly a price swings, said as if the present swings lasted a year."),
    "value at risk": (
        ("value at risk",),
        "The loss that was exceeded in one case of twenty over that many days; the mean of those worse ones is its "
        "expected shortfall.",
    ),
    "drawdown": (("drawdown",), "How far it fell from a high before regaining it."),
    "RSI": (("RSI",), "Relative strength index: the part of the ups in the ups and downs of 14 days, from 0 to 100."),
    "MACD": (("MACD",), "The gap between a quick and a slow average of the price, and whether it widens."),
    "Bollinger bands": (
        ("bollinger",),
        "The 20-day average, and two standard deviations of those days on either side.",
    ),
    "VWAP": (("VWAP",), "The average price of the last 20 days in which days with more trading count more."),
    "SMA": (("SMA",), "Simple moving average: the mean close of the last 50 or 200 days."),
    "support, resistance": (
        ("support", "resistance"),
        "A price below or above today's near which it turned before; nothing makes it turn there again.",
    ),
    "swing": (("swing", "swings"), "A high or low that five days before and after it did not reach."),
    "trend": (("trend", "trends"), "The slow direction of the past; that it goes on is an assumption."),
    "weight": (
        ("weight", "weights"),
        "How much a part counts in the whole; it is earned on past days that were not fitted.",
    ),
    "drift": (("drift", "drifted"), "The mean daily return of the past three years."),
    "t": (("t =",), "A mean in units of its own uncertainty: the further from 0, the less luck explains it."),
    "quantiles": (
        ("quantile", "quantiles"),
        "The prices below which the model expects to end in a given share of cases.",
    ),
    "historical simulation": (("historical simulation",), "What past days did, rescaled to how the price swings now."),
    "range regression": (("range regression",), "A plain weighted sum of how far past days reached from low to high."),
    "Prophet": (("prophet",), "A published model that adds up a trend that may bend and a season."),
    "LSTM": (("LSTM",), "Long short-term memory: a network that reads days one after the other and remembers."),
    "network": (
        ("network", "networks"),
        "A model that adjusts many small numbers until its answers fit examples from the past.",
    ),
    "cut-off": (("cut-off",), "The day up to which a network has seen prices; it is tested on later ones only."),
    "season": (("season",), "What repeats each year at the same dates."),
    "shape": (("shape", "shapes"), "A figure of one to three daily candles that chart books have a name for."),
    "morning star, evening star": (
        ("morning star", "morning stars", "evening star", "evening stars"),
        "Three candles: a long one, a small one apart from it, and a long one back.",
    ),
    "engulfing": (("engulfing",), "Two candles: the body of the second covers that of the first, the other way."),
    "harami": (("harami",), "Two candles: a small body that lies inside the long one before."),
    "shooting star": (("shooting star", "shooting stars"), "A small body with a long line above it, after a rise."),
    "inverted hammer": (
        ("inverted hammer", "inverted hammers"),
        "A small body with a long line above it, after a fall.",
    ),
    "n": (("n",), "How many cases a figure rests on; with few of them it means little."),
    "correlation": (
        ("correlation",),
        "How far two series go the same way on the same days: 1 always, 0 no more than chance, −1 always opposite.",
    ),
    "beta": (("beta",), "How far, in percent, one price moved on average with 1% of another on the same days."),
    "lasting tie": (
        ("lasting tie",),
        "The distance of two prices came back again and again, which moving together from day to day does not bring.",
    ),
    "p": (("p",), "How often luck alone gives a result as far from the ordinary; below 0.05 is called unlikely."),
    "q": (("q",), "The same after it is allowed for that among many tests some look lucky."),
    "bar": (("bar", "bars"), "One day's prices: open, high, low and close."),
    "adjusted": (
        ("adjusted", "adjustment", "split-adjusted", "split-adjustment", "dividend-adjusted"),
        "Past prices are rescaled so that a share split or a dividend looks like no move.",
    ),
    "split": (("split", "splits"), "One share becomes several, each worth less; nobody gains or loses."),
    "SHA-256": (
        ("SHA-256",),
        "A fingerprint: whoever has the same prices gets the same one, and any change alters it.",
    ),
    "log scale": (("log scale",), "Equal heights are equal percentages."),
}
"""Each term with how it is spelled where it is met, and its sentence."""


_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w[\w–-]*|[%=]")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of art, and one sentence that explains it."""

    term: str
    meaning: str


def every_term() -> tuple[Term, ...]:
    """All of them, in the order of the list."""
    return tuple(Term(term, meaning) for term, (_, meaning) in MEANINGS.items())


def terms(text: str) -> tuple[Term, ...]:
    """The words whose terms stand in what a reader sees of ``text`` (HTML), in the order of their first use."""
    text_words = _words(_TAG.sub(" ", text))
    used: dict[str, None] = {}
    for place, word in enumerate(text_words):
        for spelling, term in _BY_FIRST_WORD.get(word, ()):
            if term not in used and text_words[place : place + len(spelling)] == spelling:
                used[term] = None
    return tuple(Term(term, MEANINGS[term][1]) for term in used)


def _words(text: str) -> list[str]:
    # One letter is a term in small only: the P of an index is none.
    return [word if len(word) == 1 else word.lower() for word in _WORD.findall(text)]


# One regular expression of all terms takes twenty milliseconds a card, and cards are rendered anew each time.
_BY_FIRST_WORD: dict[str, list[tuple[list[str], str]]] = {}
for _term, (_spellings, _) in MEANINGS.items():
    for _spelling in map(_words, _spellings):
        _BY_FIRST_WORD.setdefault(_spelling[0], []).append((_spelling, _term))
