"""What the form calls the parts of a query, for people who never see their names."""

from collections.abc import Mapping
from dataclasses import replace

from app.errors import QueryError
from app.web.views import Failure

LABELS: Mapping[str, str] = {
    "ticker": "Ticker or name",
    "horizon": "Trading days ahead",
    "as_of": "As of",
    "source": "Prices from",
    "prices": "Your own CSV",
}


def fault_of(error: QueryError) -> str:
    """The sentence of ``error`` with the label of its field, and with the name too, which stands in the address."""
    label = LABELS.get(error.field)
    return error.sentence.replace(f"“{error.field}”", f"“{label}” ({error.field})", 1) if label else error.sentence


def in_words_of_the_form(error: Exception, failure: Failure) -> Failure:
    """What a page says where a program is told ``failure``: the same, but a field has its label."""
    if not isinstance(error, QueryError) or error.field not in LABELS:
        return failure
    hint = f"Change “{LABELS[error.field]}” and ask again."
    return replace(failure, sentence=fault_of(error), hint=hint, field=error.field)
