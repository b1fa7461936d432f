import json
import os
import re
import subprocess
import sys

import pytest
from packageurl import PackageURL

from tests.support.paths import ROOT

SAFE = {"name": "one", "version": "1", "vulns": []}
UNSAFE = {"name": "two", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "three", "skip_reason": "not found"}
CASES = {
    "safe": ([SAFE, UNKNOWN], "", 0, "1 of 2 locked packages were audited, 0 known"),
    "unsafe": ([SAFE, UNSAFE], "", 1, "two 2: PYSEC-1, mended in 3"),
    "unknown to the service": ([UNKNOWN], "", 0, "NOT AUDITED: no advisory service"),
    "without internet": (None, "", 0, "NOT AUDITED: no advisory service"),
    "unknown to the service, where an audit is required": ([UNKNOWN], "1", 2, "NOT AUDITED: no advisory service"),
    "without internet, where an audit is required": (None, "1", 2, "NOT AUDITED: no advisory service"),
}


@pytest.mark.parametrize(("packages", "required", "status", "words"), CASES.values(), ids=CASES)
def test_the_gate_fails_for_what_is_known_and_for_want_of_internet_only_where_an_audit_is_required(
    tmp_path, packages, required, status, words
):
    said = json.dumps({"dependencies": packages}) if packages else "ConnectionError"
    (tmp_path / "pip_audit.py").write_text(f"print({said!r})")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "AUDIT_REQUIRED": required}
    command = [sys.executable, ".ci/audit.py"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, words in ended.stdout) == (status, True)


def test_the_bill_of_materials_names_every_locked_package_with_its_hashes():
    ended = subprocess.run([sys.executable, ".ci/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    bill = json.loads(ended.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    lock = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^([\w.-]+)(?:\[.*\])?==([\w.+!]+)", lock, re.MULTILINE)
    assert sorted((one["name"], one["version"]) for one in bill["components"]) == sorted(pinned)
    assert sum(len(one["hashes"]) for one in bill["components"]) == lock.count("--hash=sha256:")
    assert all(PackageURL.from_string(one["purl"]).type == "pypi" for one in bill["components"])
