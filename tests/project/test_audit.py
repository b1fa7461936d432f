import json
import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

SAFE = {"name": "one", "version": "1", "vulns": []}
UNSAFE = {"name": "two", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "three", "skip_reason": "not found"}
CASES = {
    "safe": ([SAFE, UNKNOWN], 0, "1 of 2 locked packages were audited, 0 known"),
    "unsafe": ([SAFE, UNSAFE], 1, "two 2: PYSEC-1, mended in 3"),
    "unknown to the service": ([UNKNOWN], 0, "Skipped: no advisory service"),
    "without internet": (None, 0, "Skipped: no advisory service"),
}


@pytest.mark.parametrize(("packages", "status", "words"), CASES.values(), ids=CASES)
def test_the_gate_fails_for_what_is_known_and_not_for_want_of_internet(tmp_path, packages, status, words):
    said = json.dumps({"dependencies": packages}) if packages else "ConnectionError"
    (tmp_path / "pip_audit.py").write_text(f"print({said!r})")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, ".ci/audit.py"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, words in ended.stdout) == (status, True)
