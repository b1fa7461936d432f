"""Jinja, strict: what is not plain text is escaped, and an unknown name is an error."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.panels import PANELS
from app.panels.panel import Panel
from app.text import glossary, numbers
from app.text.compact_numbers import MONTHS
from app.web.http.caching import validated
from app.web.http.query import earlier_urls, page_url

_ROOT = Path(__file__).parents[2] / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_ROOT),
    autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_FILTERS = (
    numbers.chance,
    numbers.percent,
    numbers.signed_percent,
    numbers.ratio,
    numbers.day,
    numbers.count,
    numbers.plural,
    numbers.age,
    numbers.on_one_line,
    numbers.isolated,
    numbers.money,
    numbers.in_currency,
    numbers.currency_name,
    numbers.rounded,
    numbers.month,
    page_url,
    earlier_urls,
)
_ENVIRONMENT.filters.update({function.__name__: function for function in _FILTERS})

_ENVIRONMENT.globals["glossary"] = glossary.every_term()
_ENVIRONMENT.globals["month_names"] = MONTHS
# What a card is called as a row of the table of methods, where that is not its title.
_ENVIRONMENT.globals["row_titles"] = {"technicals": "Six indicators", "patterns": "Eight candle shapes"}


def render(name: str | list[str], view: Any) -> str:
    """The template ``name``, or the first that there is, with the fields of ``view`` (a dataclass) as its names."""
    fields = {field: getattr(view, field) for field in view.__dataclass_fields__}
    names = [name] if isinstance(name, str) else name
    return _ENVIRONMENT.select_template(names).render(fields)


def compile_all() -> None:
    """Compile every template: whoever is the first to need one would hold the event loop meanwhile."""
    for name in _ENVIRONMENT.list_templates():
        _ENVIRONMENT.get_template(name)


FOLDER = Path(__file__).parent / "static"
SCRIPTS = ("cards.js", "form.js", "search.js", "recents.js", "values.js")
"""What every page runs, one file for each behaviour."""
STYLE = "app.css"
_WIDTHS = ("", "(width > 47rem)", "(min-width: 72rem)")


@cache
def style() -> str:
    """The style sheet itself, with the heights of the cards."""
    return (FOLDER / STYLE).read_text() + heights(PANELS)


def heights(panels: Iterable[Panel]) -> str:
    """Rules that give a card on its way the room that it will take, for each width of the screen."""
    cards = tuple(panels)
    rules = []
    for place, width in enumerate(_WIDTHS):
        inside = "".join(_height(panel, place) for panel in cards)
        rules.append(f"@media {width} {{\n{inside}}}\n" if width else inside)
    return "".join(rules)


class Assets(StaticFiles):
    """The files of the folder; the style sheet is served with the heights of the cards."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at ``path``; raises 404 and 405 as its base does."""
        if path != STYLE or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(path, scope)
        return validated(Request(scope), style().encode(), "text/css", "public, max-age=86400")


def versioned(name: str) -> str:
    """The address of a file."""
    content = style().encode() if name == STYLE else (FOLDER / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _height(panel: Panel, place: int) -> str:
    height = (panel.heights.narrow, panel.heights.medium, panel.heights.wide)[place]
    return f"#panel-{panel.slug} {{ --tall: {height:g}rem; }}\n"
