"""``./dev lint``: ruff, pylint-odoo, Odoo's pylint checkers, Odoo's test_lint for our addons."""

import ast
import os
import subprocess

from . import addons, config, databases, odoo_source, paths, ports, setup
from .console import DevError, say
from .postgres import Cluster

#: The checkers that Odoo runs on itself (addons/test_lint/tests), and what they look for.
ODOO_CHECKERS = (
    "_odoo_checker_sql_injection",
    "_odoo_checker_gettext",
    "_odoo_checker_unlink_override",
)
ODOO_MESSAGES = (
    "sql-injection",
    "missing-gettext",
    "gettext-variable",
    "gettext-placeholders",
    "gettext-repr",
    "raise-unlink-override",
)


def main(_arguments):
    setup.ensure()
    failed = [title for title, check in _checks() if not _passes(title, check)]
    for title in failed:
        say(f"FAILED: {title}")
    print("lint: " + (f"{len(failed)} failed" if failed else "all passed"), flush=True)
    return 1 if failed else 0


def _checks():
    """The checks, cheapest first."""
    yield "ruff check", lambda: _tool("ruff", "check", ".")
    yield "ruff format", lambda: _tool("ruff", "format", "--check", ".")
    if addons.ours():
        yield "tests that Odoo would not find", _forgotten_tests
        yield "pylint-odoo", lambda: _tool("pylint", "--rcfile=.pylintrc", *addons.ours())
        yield "Odoo's pylint checkers", _odoo_checkers
        yield "Odoo's test_lint", _test_lint


def _passes(title, check):
    say(title)
    try:
        return check() == 0
    except DevError as error:  # addons that do not install; the other checks are still worth it
        say(str(error))
        return False


def _tool(name, *arguments, env=None):
    command = [paths.VENV / "bin" / name, *arguments]
    environment = config.environment(env)
    return subprocess.run(command, cwd=paths.PROJECT, env=environment, check=False).returncode


def _forgotten_tests():
    """Odoo's own runner sees the test modules that ``tests/__init__.py`` imports, and no others."""
    forgotten = []
    for name in addons.ours():
        folder = paths.PROJECT / name / "tests"
        modules = {path.stem for path in folder.glob("test_*.py")}
        imported = imported_modules(folder / "__init__.py") if modules else set()
        forgotten += [f"{name}/tests/{module}.py" for module in sorted(modules - imported)]
    for path in forgotten:
        print(f"{path}: not imported in tests/__init__.py")
    return len(forgotten)


def imported_modules(init):
    """The names that an ``__init__.py`` imports from its own package."""
    if not init.exists():
        return set()
    imports = [node for node in ast.walk(ast.parse(init.read_text())) if _is_own_import(node)]
    return {alias.name for node in imports for alias in node.names}


def _is_own_import(node):
    return isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module


def _test_lint_folder():
    return odoo_source.addons_folder() / "test_lint" / "tests"


def _odoo_checkers():
    options = [
        f"--rcfile={os.devnull}",
        "--score=n",
        f"--load-plugins={','.join(ODOO_CHECKERS)}",
        "--disable=all",
        f"--enable={','.join(ODOO_MESSAGES)}",
        "--msg-template={path}:{line}: [{symbol}] {msg}",
    ]
    env = {"PYTHONPATH": str(_test_lint_folder())}
    return _tool("pylint", *options, *addons.ours(), env=env)


def _test_lint():
    """Odoo's tests of its own addons, shown only ours (see lint_plugin)."""
    database = f"lint_{os.getpid()}"
    databases.create(database)
    conf = config.for_tests(Cluster.main(), database, ports.free())
    arguments = ["-q", "-p", "devtools.lint_plugin", f"--rootdir={paths.PROJECT}"]
    env = {"ODOO_RC": str(conf), "PYTHONPATH": str(paths.PROJECT)}
    try:
        return _tool("pytest", *arguments, str(_test_lint_folder()), env=env)
    finally:
        databases.drop(database)
        conf.unlink(missing_ok=True)
