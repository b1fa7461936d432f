"""Which market and kind of instrument a ticker belongs to, as far as its source or its symbol tells."""

UNKNOWN = "unknown"
KINDS = {
    **dict.fromkeys(("stock", "equity"), "stock"),
    **dict.fromkeys(("fund", "etf", "mutualfund"), "fund"),
    "index": "index",
    **dict.fromkeys(("currency", "fx"), "currency"),
    **dict.fromkeys(("coin", "crypto", "cryptocurrency"), "coin"),
    "future": "future",
}
"""Kinds of instruments, by the words that Yahoo and price tables have for them."""

_PLURALS = {"index": "indices", "currency": "currencies", "coin": "coins", "future": "futures"}
# The ends of Yahoo's symbols; one without belongs to the United States.
_MARKETS = {
    "": "US",
    **dict.fromkeys(("NS", "BO"), "Indian"),
    "T": "Japanese",
    "HK": "Hong Kong",
    "JK": "Indonesian",
    **dict.fromkeys(("SS", "SZ"), "Chinese"),
    **dict.fromkeys(("L", "IL"), "UK"),
    **dict.fromkeys(("TO", "V", "NE", "CN"), "Canadian"),
    **dict.fromkeys(("KS", "KQ"), "Korean"),
    "IS": "Turkish",
    **dict.fromkeys(("TW", "TWO"), "Taiwanese"),
    "SA": "Brazilian",
    "AX": "Australian",
    **dict.fromkeys(
        ("DE", "F", "PA", "AS", "BR", "MI", "MC", "SW", "ST", "OL", "CO", "HE", "LS", "VI", "IR"), "European"
    ),
}


def kind_of(ticker: str, kind: str = UNKNOWN) -> str:
    """One of the values of ``KINDS``: what the source calls it, or what the symbol cannot but mean, or unknown."""
    by_symbol = {"^": "index", "=X": "currency", "=F": "future"}
    sure = next((found for sign, found in by_symbol.items() if sign in (ticker[:1], ticker[-2:])), UNKNOWN)
    return KINDS.get(kind.lower(), "coin" if ticker.endswith("-USD") else sure)


def group_of(ticker: str, kind: str = UNKNOWN) -> str | None:
    """Instruments like this one, in the plural: "Japanese stocks", "US funds", "currencies"; None where not known."""
    known, (stem, dot, end) = kind_of(ticker, kind), ticker.rpartition(".")
    if known in _PLURALS:
        return _PLURALS[known]
    market = _MARKETS.get(end if dot and stem else "")
    if market is None or (known == UNKNOWN and market == _MARKETS[""]):
        return None
    return f"{market} {'fund' if known == 'fund' else 'stock'}s"
