"""Cards as a visitor gets them: the document around the outcome, its pictures, and the JSON without it."""

import json
from html.parser import HTMLParser

from app.panels import PANELS

SLUGS = tuple(panel.slug for panel in PANELS)
EMPTY_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Span(HTMLParser):
    """Finds where the element with an id starts and ends in its source."""

    def __init__(self, source, wanted):
        super().__init__()
        self.start = self.end = None
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._wanted, self._depth = wanted, 0
        self.feed(source)

    def _place(self):
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("id") == self._wanted:
            assert self.start is None, "the same id twice"
            self.start = self._place()
        if self.start is not None and self.end is None and tag not in EMPTY_ELEMENTS:
            self._depth += 1

    def handle_endtag(self, tag):
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self.end = self._place() + len(f"</{tag}>")


class _Elements(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(source, tag=None):
    """Tags and attributes of a document in order, of one ``tag`` where it is given."""
    return [(name, attributes) for name, attributes in _Elements(source).found if tag in (None, name)]


def outcome_in(fragment, slug):
    """The fragment's outcome and all that is around it."""
    span = _Span(fragment, f"outcome-{slug}")
    assert span.start is not None, "no place for the outcome"
    return fragment[span.start : span.end], fragment[: span.start] + fragment[span.end :]


def outcome_out(published):
    """The JSON of an analysis with its outcome apart, everything else as its very bytes."""
    before, found, outcome = published.partition(b',"outcome":')
    json.loads(before + (b"}" if found else b""))
    return outcome, before + (b"}" if found else b"")


def analysis_in(published):
    """The JSON of an analysis without what is known of its age and of later days, as its very bytes."""
    before, aged, _ = published.partition(b',"age_sessions":')
    assert aged, "the age of the prices is missing"
    return before + b"}"
