import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter

import pytest

from tests.support.paths import ROOT

APP = ROOT / "app"

# Who may import whom: the picture in the README, and every arrow of it.
ALLOWED = {
    "__main__": set(),
    "cli": {"main", "web", "services", "panels", "market", "compute", "settings", "errors"},
    "main": {"web", "services", "panels", "market", "compute", "store", "settings"},
    "web": {"services", "panels", "charts", "text", "market", "compute", "errors"},
    "services": {"panels", "charts", "text", "market", "forecasting", "compute", "store", "settings", "errors"},
    "panels": {"charts", "forecasting", "market", "patterns", "text", "errors"},
    "evaluation": {"forecasting", "market", "patterns"},
    "market": {"errors"},
    "patterns": {"forecasting"},
    "forecasting": set(),
    "charts": {"text"},
    "text": set(),
    "compute": {"errors"},
    "store": set(),
    "settings": set(),
    "errors": set(),
}
BELOW_WEB = (
    "services",
    "store",
    "compute",
    "evaluation",
    "market",
    "forecasting",
    "patterns",
    "charts",
    "panels",
    "text",
)
SERVING_PROCESS = "app.cli.serve, app.main"
SERVING = {"starlette", "jinja2", "uvicorn", "markupsafe"}
MODELS = {"prophet", "cmdstanpy", "tensorflow", "keras", "matplotlib", "pyts", "numba", "arch", "statsmodels"}
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "base"}
IMPORT_WHERE_THEY_ARE_NEEDED: set[str] = set()
WITH_WORKERS = ("compute", "evaluation")
# The second looks for the certificates of a proxy under the names that all TLS clients share.
READERS = ("app.settings", "app.market.yahoo.session")
LONGEST_MODULE, LONGEST_FUNCTION = 200, 30
FEWEST_IN_A_FOLDER, MOST_IN_A_FOLDER = 3, 15
SHORT_MODULE, MOST_SHORT = 40, 0.14
MOST_MODULES = 232
RETIRED = {
    *("audience", "birth", "came_to", "crew", "crewplan", "dossier", "ear", "farewell", "fleet", "heard", "life"),
    *("notary", "nosayerror", "nursery", "observed", "remembering", "said_by", "strangeerror", "strangehosterror"),
    *("shelf", "until_told", "waitinglist", "ways", "workshop"),
}
"""Names that something else says in plain words now; each is a whole name of a module, class, function or parameter."""
BROAD = {
    "app.cli.analyse.run": "a command ends with a sentence",
    "app.cli.diagnose._works": "one part that fails must not hide the others",
    "app.compute.call.guarded": "a worker must survive any job",
    "app.compute.dask.connection._end_of": "the next connection must follow",
    "app.market.fallback.load": "counted, and raised again",
    "app.services.metrics.run": "counted, and raised again",
    "app.web.api.agents.protocol._call": "an agent reads of any error in the tool's own answer",
    "app.web.pages.report._views": "one card must not cost the others",
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


def test_what_stands_below_the_web_knows_no_http():
    for module, tree in trees().items():
        if part_of(module) in BELOW_WEB:
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


def loaded_by(imports):
    """The packages that are loaded once a fresh process has imported these modules."""
    script = f"import sys, {imports}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=APP.parent)
    return set(ended.stdout.split())


def test_the_web_process_loads_no_model():
    assert loaded_by(f"{SERVING_PROCESS}, app.market.yahoo.client") & (MODELS | {"django", "distributed"}) == set()


def test_a_page_is_up_before_what_it_does_not_need_is_loaded():
    assert loaded_by(SERVING_PROCESS) & {"scipy", "pandas", "redis", "curl_cffi", "yfinance"} == set()


def test_modules_are_named_after_what_they_hold():
    for module in trees():
        assert set(module.split(".")) & VAGUE == set(), module


def test_no_name_is_one_of_those_that_plain_words_replaced():
    for module, tree in trees().items():
        functions_of = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        arguments = [one.arg for node in functions_of for one in ast.walk(node.args) if isinstance(one, ast.arg)]
        classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        names = {*module.split("."), *classes, *arguments, *(node.name for node in functions_of)}
        assert {name.lower().strip("_") for name in names} & RETIRED == set(), module


def things_in(folder):
    """What a reader finds in a folder: modules, packages and other files, but for those that Python itself names."""
    return [path for path in folder.iterdir() if not path.name.startswith("__")]


def test_a_folder_has_three_to_fifteen_things():
    for top in (APP, ROOT / "tests"):
        folders = [top, *(path for path in top.rglob("*") if path.is_dir() and not path.name.startswith("__"))]
        for folder in folders:
            assert len(things_in(folder)) <= MOST_IN_A_FOLDER, folder
            if top == APP:
                assert len(things_in(folder)) >= FEWEST_IN_A_FOLDER, folder


def test_modules_are_few_and_hardly_one_is_a_splinter():
    lengths = sorted(len(path.read_text().splitlines()) for path in APP.rglob("*.py") if path.name != "__init__.py")
    assert len(lengths) <= MOST_MODULES
    assert 80 <= lengths[len(lengths) // 2] <= 120
    assert sum(length < SHORT_MODULE for length in lengths) < MOST_SHORT * len(lengths)


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
