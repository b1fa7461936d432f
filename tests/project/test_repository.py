import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from app.services.receipts.provenance import VERSION
from app.settings import Settings
from tests.support.paths import ROOT

TOP = {"app", "templates", "tests", "Dockerfile", "pyproject.toml", "README.md", "requirements.txt"}
LOCKS = {"requirements.txt": "dependencies", "tests/requirements.txt": "test"}
MEBIBYTE = 2**20

in_a_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout"
)


def git(*arguments, given=None):
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, input=given, capture_output=True, text=True, check=False
    ).stdout


def shipped():
    """What git tracks or would add."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def normal(name):
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def requirements(lock):
    """The blocks of a lock file, one for each requirement."""
    return [block for block in re.split(r"\n(?=\S)", (ROOT / lock).read_text()) if not block.startswith("#")]


@in_a_checkout
def test_nothing_that_is_shipped_is_ignored():
    assert git("check-ignore", "--no-index", "--stdin", given="\n".join(shipped())) == ""


@in_a_checkout
def test_nothing_the_app_is_made_of_is_ignored():
    ignored = git("ls-files", "--others", "--ignored", "--exclude-standard", "app", "templates", "tests").splitlines()
    assert [name for name in ignored if "__pycache__/" not in name] == []


@in_a_checkout
def test_every_file_is_text_and_small_enough_for_a_push():
    for name in shipped():
        content = (ROOT / name).read_bytes()
        assert b"\0" not in content, name
        assert len(content) < 10 * MEBIBYTE, name
        content.decode()


@in_a_checkout
def test_the_top_level_holds_only_what_belongs_there():
    top = {Path(name).parts[0] for name in shipped()}
    assert {name for name in top if not name.startswith(".")} <= TOP


@in_a_checkout
def test_no_secret_and_no_absolute_path_of_ours_is_shipped():
    for name in shipped():
        if name != "tests/project/test_repository.py":
            text = (ROOT / name).read_text()
            assert "/work/main" not in text, name
            assert "PRIVATE KEY" not in text, name


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_one_version_with_hashes(lock):
    for block in requirements(lock):
        first, *rest = block.strip().splitlines()
        assert re.match(r"[\w.\[\]-]+==[\w.+!]+( |$)", first), first
        assert rest, first
        assert all(re.fullmatch(r"\s+--hash=sha256:[0-9a-f]{64}( \\)?|\s+#.*", line) for line in rest), first


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_locked(lock):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct = project["project"]["dependencies"] + (project["dependency-groups"]["test"] if "tests" in lock else [])
    assert {normal(one) for one in direct if isinstance(one, str)} <= {normal(one) for one in requirements(lock)}


def test_tests_run_with_the_versions_that_are_shipped():
    served, tested = (dict(pin(block) for block in requirements(lock)) for lock in LOCKS)
    assert {name: tested.get(name) for name in served} == served


def pin(block):
    name, _, version = block.split(" ", 1)[0].partition("==")
    return normal(name), version.strip()


@pytest.mark.parametrize("variable", [name.upper() for name in Settings.model_fields])
def test_every_variable_is_in_the_readmes_table(variable):
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("|")]
    assert [row for row in rows if f"`{variable}`" in row], f"README.md has no row for {variable}"


def test_the_version_that_receipts_name_is_the_projects():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
