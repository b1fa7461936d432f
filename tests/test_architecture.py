import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"

# Who may import whom: the picture in the README, and every arrow of it.
ALLOWED = {
    "__main__": set(),
    "serve": {"main", "settings", "logs"},
    "work": {"main", "compute", "settings", "logs", "version"},
    "schedule": {"compute", "settings", "logs"},
    "analyse": {"main", "web", "panels", "market", "compute", "settings", "errors"},
    "diagnose": {"main", "settings", "compute", "market", "panels"},
    "main": {"web", "panels", "market", "compute", "settings", "version"},
    "web": {"panels", "charts", "text", "market", "compute", "errors", "logs", "version"},
    "panels": {"charts", "forecasting", "indicators", "levels", "market", "patterns", "text", "errors"},
    "evaluation": {"forecasting", "patterns"},
    "training": {"evaluation", "forecasting", "market", "networks", "patterns"},
    "market": {"errors"},
    "forecasting": {"networks"},
    "patterns": {"networks"},
    "networks": set(),
    "indicators": set(),
    "levels": set(),
    "charts": {"text"},
    "text": set(),
    "compute": {"errors"},
    "logs": {"settings"},
    "settings": set(),
    "version": set(),
    "errors": set(),
}
DOMAIN = ("market", "forecasting", "patterns", "charts", "panels", "indicators", "levels")
SERVING = {"starlette", "jinja2", "anyio", "uvicorn", "markupsafe"}
MODELS = {"prophet", "cmdstanpy", "tensorflow", "keras", "matplotlib", "pyts", "numba", "arch", "statsmodels"}
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "base"}
IMPORT_WHERE_THEY_ARE_NEEDED: set[str] = set()
WITH_WORKERS = ("compute", "evaluation")
# The second looks for the certificates of a proxy under the names that all TLS clients share.
READERS = ("app.settings", "app.market.yahoo_session")
LONGEST_MODULE, LONGEST_FUNCTION = 200, 40
BROAD = {
    "app.analyse.run": "a command ends with a sentence",
    "app.diagnose._works": "one part that fails must not hide the others",
    "app.compute.call.guarded": "a worker must survive any job",
    "app.compute.dask.reconnect._end_of": "the next connection must follow",
    "app.market.watched.load": "counted, and raised again",
    "app.web.metrics.run": "counted, and raised again",
    "app.web.report._shown": "one card must not cost the others",
}
"""Where any error may be caught, and why."""


@cache
def trees():
    return {
        ".".join(("app", *path.relative_to(APP).with_suffix("").parts)).removesuffix(".__init__"): ast.parse(
            path.read_text()
        )
        for path in APP.rglob("*.py")
    }


def imported(tree):
    """The dotted names that a piece of syntax imports; ``from a import b`` is a.b where that is a module, else a."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"a relative import of {node.module}"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in trees() else node.module for name in inside)


def part_of(module):
    return module.split(".")[1] if "." in module else ""


def arrows():
    found = {part_of(module): set() for module in trees() if part_of(module)}
    for module, tree in trees().items():
        targets = {part_of(name) for name in imported(tree) if name.split(".")[0] == "app"}
        found.setdefault(part_of(module), set()).update(targets - {part_of(module)})
    return {part: targets for part, targets in found.items() if part}


def functions():
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def test_every_part_of_the_app_is_in_the_diagram():
    assert set(arrows()) == set(ALLOWED)


@pytest.mark.parametrize("part", ALLOWED)
def test_imports_follow_the_arrows(part):
    assert arrows().get(part, set()) <= ALLOWED[part]


@pytest.mark.parametrize("part", ALLOWED)
def test_no_arrow_is_drawn_that_no_import_follows(part):
    assert ALLOWED[part] <= arrows().get(part, set())


def test_the_domain_knows_nothing_of_serving():
    for module, tree in trees().items():
        if part_of(module) in DOMAIN:
            assert {name.split(".")[0] for name in imported(tree)} & SERVING == set(), module


def test_nobody_draws_with_pyplot():
    for module, tree in trees().items():
        words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert "pyplot" not in words | {name.rpartition(".")[2] for name in imported(tree)}, module
        assert "matplotlib.pyplot" not in {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def test_no_module_needs_itself_to_be_imported():
    graph = {module: {name for name in imported(tree) if name in trees()} for module, tree in trees().items()}
    TopologicalSorter(graph).prepare()


def test_imports_stand_at_the_top_of_their_module():
    for module, function in functions():
        if module not in IMPORT_WHERE_THEY_ARE_NEEDED:
            inside = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert inside == [], f"{module}.{function.name}"


def test_the_web_process_loads_no_model():
    script = "import sys, app.serve, app.market.yahoo_client; print(*{name.partition('.')[0] for name in sys.modules})"
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=APP.parent)
    assert set(ended.stdout.split()) & (MODELS | {"django", "distributed"}) == set()


def test_modules_are_named_after_what_they_hold():
    for module in trees():
        assert set(module.split(".")) & VAGUE == set(), module


def test_every_module_and_function_can_be_seen_at_once():
    for path in APP.rglob("*.py"):
        assert len(path.read_text().splitlines()) <= LONGEST_MODULE, path
    for module, function in functions():
        assert function.end_lineno - function.lineno < LONGEST_FUNCTION, f"{module}.{function.name}"


def catches_everything(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return handler.type is None or any(ast.unparse(kind) in ("Exception", "BaseException") for kind in kinds)


def test_any_error_is_caught_in_the_open_and_only_where_there_is_a_reason():
    broad = set()
    for module, function in functions():
        handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
        broad |= {f"{module}.{function.name}" for handler in handlers if catches_everything(handler)}
    assert broad == set(BROAD)


def test_nobody_gathers_a_single_thing_to_catch_its_errors():
    for module, tree in trees().items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if "return_exceptions" in {keyword.arg for keyword in call.keywords}:
                alone = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
                assert not alone, f"{module}, line {call.lineno}"


def test_only_settings_read_the_environment_and_only_those_with_workers_set_it():
    for module, tree in trees().items():
        words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if part_of(module) not in WITH_WORKERS and module not in READERS:
            assert not words & {"environ", "getenv", "environb"}, module
