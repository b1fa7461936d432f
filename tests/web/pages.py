"""What the tests of every page look for."""

from urllib.parse import urlsplit

from tests.panels.cards import elements

LINKS = ("href", "src", "action", "formaction", "poster", "data", "hx-get", "hx-post", "srcset", "xlink:href")
HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
)


def links(document):
    """Every address in a document, with the tag that has it."""
    return [
        (tag, attributes[name])
        for tag, attributes in elements(document)
        for name in LINKS
        if attributes.get(name) is not None
    ]


def policy_of(answer):
    """The content security policy as a dict of lists."""
    rules = answer.headers["content-security-policy"].split(";")
    return {name: values for name, *values in (rule.split() for rule in rules if rule.strip())}


def assert_contained(document):
    """Nothing of a document is loaded from elsewhere, and nothing in it needs a looser policy."""
    for _, address in links(document):
        parts = urlsplit(address)
        assert parts.scheme in ("", "data"), address
        assert not parts.netloc, address
    for tag, attributes in elements(document):
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith(("on", "hx-on"))], (tag, attributes)
        assert tag != "script" or attributes.get("src"), "an inline script"
