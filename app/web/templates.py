"""Jinja, strict: what is not plain text is escaped, and an unknown name is an error."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.text import glossary, numbers

_ROOT = Path(__file__).parents[2] / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_ROOT),
    autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_FILTERS = (
    numbers.percent,
    numbers.signed_percent,
    numbers.ratio,
    numbers.day,
    numbers.count,
    numbers.plural,
    numbers.age,
    numbers.on_one_line,
    numbers.money,
    numbers.in_currency,
    glossary.terms,
)
_ENVIRONMENT.filters.update({function.__name__: function for function in _FILTERS})


def render(name: str | list[str], view: Any) -> str:
    """The template ``name``, or the first that there is, with the fields of ``view`` (a dataclass) as its names."""
    fields = {field: getattr(view, field) for field in view.__dataclass_fields__}
    names = [name] if isinstance(name, str) else name
    return _ENVIRONMENT.select_template(names).render(fields)
