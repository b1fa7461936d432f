"""Axe, with the rules of WCAG 2.2 A and AA and its best practice."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_no_violation(page: Page) -> None:
    """Nothing of what is to be seen of ``page`` now violates a rule."""
    violations = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}}).response["violations"]
    assert [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in violations
        for node in violation["nodes"]
    ] == []
