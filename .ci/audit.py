"""Asks the package index's advisory service about what the lock ships; fails for what is known to be unsafe."""

import json
import os
import subprocess
import sys

COMMAND = ("-m", "pip_audit", "-r", "requirements.txt", "--disable-pip", "--require-hashes", "--format", "json")

_SHOWN = 500


def main() -> int:
    """Print what was found; where no service can be asked, only AUDIT_REQUIRED (the workflow sets it) makes it fail."""
    command = [sys.executable, *COMMAND, "--progress-spinner", "off"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words.
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    audited = [package for package in packages if "vulns" in package]
    unsafe = [(package, fault) for package in audited for fault in package["vulns"]]
    for package, fault in unsafe:
        fixed = " or ".join(fault["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {fault['id']}, mended in {fixed}")
    if audited:
        print(f"{len(audited)} of {len(packages)} locked packages were audited, {len(unsafe)} known vulnerabilities.")
        return 1 if unsafe else 0
    print("NOT AUDITED: no advisory service that knows these packages can be reached from this machine.")
    print(asked.stderr.strip()[-_SHOWN:], file=sys.stderr)
    return 2 if os.environ.get("AUDIT_REQUIRED") else 0


if __name__ == "__main__":
    sys.exit(main())
