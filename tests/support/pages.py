"""What the tests of every page look for."""

from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from tests.support.cards import elements

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
    canonical = [link["href"] for _, link in elements(document, "link") if link["rel"] == "canonical"]
    for _, address in links(document):
        # It says where this page is, and nobody loads it.
        if address in canonical:
            continue
        parts = urlsplit(address)
        assert parts.scheme in ("", "data"), address
        assert not parts.netloc, address
    for tag, attributes in elements(document):
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith(("on", "hx-on"))], (tag, attributes)
        assert tag != "script" or attributes.get("src"), "an inline script"


LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
REFUSED = {
    "a picture": LINK | {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "a script's request": LINK | {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    "a frame": LINK | {"Sec-Fetch-Dest": "iframe"},
}


def numbers(client):
    """Every sample by its name and labels, as Prometheus's own parser reads them."""
    text = client.get("/metrics").text
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>{{ 7191*8237 }}"

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "'><a href=javascript:alert(1)>x</a>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;",
]
