"""Jinja, strict: what is not plain text is escaped, and an unknown name is an error."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.web import formats, money, words

_ROOT = Path(__file__).parents[2] / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_ROOT),
    autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(formats.FILTERS | money.FILTERS | words.FILTERS)


def render(name: str, view: Any) -> str:
    """The template ``name`` with the fields of ``view`` (a dataclass of app.web.views) as its names."""
    fields = {field: getattr(view, field) for field in view.__dataclass_fields__}
    return _ENVIRONMENT.get_template(name).render(fields)
