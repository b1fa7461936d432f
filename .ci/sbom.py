"""Writes the software bill of materials (CycloneDX 1.6, JSON) of what the lock ships: `.ci/sbom.py > sbom.json`."""

import re
import sys
import tomllib
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parents[1]
_PINNED = re.compile(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[\w.+!]+)")


def component(block: str) -> Component:
    """One package of the lock, with the hashes of its files."""
    pinned = _PINNED.match(block)
    if pinned is None:
        raise SystemExit(f"The lock has a line that pins nothing: {block.splitlines()[0]}")
    name, version = pinned["name"].lower(), pinned["version"]
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=one) for one in re.findall(r"sha256:([0-9a-f]{64})", block)]
    address = PackageURL("pypi", name=name, version=version)
    # What a package is locked for is part of what tells two versions of it apart.
    purpose = block.splitlines()[0].partition(";")[2].strip(" \\")
    reference = f"{address} {purpose}".strip()
    return Component(name=name, version=version, purl=address, hashes=hashes, bom_ref=reference)


def bill() -> Bom:
    """The app and all that it is locked to."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text().strip())
    made = Bom(components=[component(block) for block in blocks if not block.startswith("#")])
    root = Component(type=ComponentType.APPLICATION, name=project["name"], version=project["version"], bom_ref="app")
    made.metadata.component = root
    made.register_dependency(root, made.components)
    return made


if __name__ == "__main__":
    sys.stdout.write(JsonV1Dot6(bill()).output_as_string(indent=2) + "\n")
