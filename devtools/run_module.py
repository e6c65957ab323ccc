"""``./dev bench``, ``./dev exam``, ``./dev shell``: programs of the project in its environment."""

import subprocess

from . import config, databases, paths, ports, setup, up
from .console import DevError, say
from .postgres import Cluster


def _run(command):
    return subprocess.run(command, cwd=paths.PROJECT, check=False).returncode


def bench(arguments):
    """``./dev bench NAME [--json FILE]``: ``python -m bench.NAME``; without a name, the names."""
    folder = paths.PROJECT / "bench"
    modules = [*folder.glob("*.py"), *(path.parent for path in folder.glob("*/__main__.py"))]
    names = sorted(path.stem for path in modules if not path.stem.startswith("_"))
    if not arguments or arguments[0].startswith("-"):
        if not (folder / "__main__.py").exists():
            raise DevError(f"which benchmark? {', '.join(names) or 'none is there yet'}")
        setup.ensure()
        return _run([paths.PYTHON, "-m", "bench", *arguments])
    name, *rest = arguments
    if name not in names:
        raise DevError(f"no benchmark {name!r}; there are: {', '.join(names) or 'none yet'}")
    setup.ensure()
    return _run([paths.PYTHON, "-m", f"bench.{name}", *rest])


def exam(arguments):
    """``./dev exam [TRIAL…]``: ``python -m tests.exam``; its last line says what passed."""
    folder = paths.PROJECT / "tests"
    if not (folder / "exam.py").exists() and not (folder / "exam").is_dir():
        raise DevError("tests/exam is not there yet")
    setup.ensure()
    return _run([paths.PYTHON, "-m", "tests.exam", *arguments])


def shell(arguments):
    """``./dev shell [DB]``: an Odoo shell, on the demo database by default."""
    setup.ensure()
    name = arguments[0] if arguments else "demo"
    if name == "demo":
        up.ensure_demo(name)
    elif not databases.exists(name):
        raise DevError(f"no database {name!r}")
    conf = config.for_tests(Cluster.main(), name, ports.free())
    say(f"Odoo shell on {name}; env.cr.commit() keeps what you change")
    command = [paths.PYTHON, paths.ODOO_SCRIPT, "shell", "-c", conf]
    return subprocess.run(command, env=config.environment(), check=False).returncode
