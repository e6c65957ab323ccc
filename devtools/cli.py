"""Dispatch of ``./dev COMMAND …``."""

import importlib
import signal
import sys

from .console import DevError

#: command: (module, function, what usage says)
COMMANDS = {
    "setup": ("setup", "main", "everything that is missing; the others call it themselves"),
    "up": ("up", "main", "[--once] [--port N] [--db NAME]: the demo, until Ctrl-C"),
    "test": ("testing", "main", "[PATH…] [pytest options]: all tests, or those of the paths"),
    "lint": ("lint", "main", "ruff, pylint-odoo and Odoo's own test_lint for our addons"),
    "bench": ("run_module", "bench", "[NAME] [--json FILE]: a benchmark"),
    "exam": ("run_module", "exam", "[TRIAL…]: the reliability exam"),
    "shell": ("run_module", "shell", "[DB]: Odoo shell, on the demo database by default"),
    "db": ("db", "main", "NAME: a database of your own, a copy of a template (--help)"),
    "serve": ("serve", "main", "DB: a real server on that database, until Ctrl-C (--help)"),
    "stop": ("stop", "main", "stop the servers and PostgreSQL that ./dev started"),
    "clean": ("stop", "clean", "remove everything that ./dev made"),
}


def usage():
    lines = [f"  {name:<6} {text}" for name, (_module, _function, text) in COMMANDS.items()]
    return "\n".join(["usage: ./dev COMMAND …", *lines])


def main(arguments):
    """Run one command; its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    command, *rest = arguments
    if command not in COMMANDS:
        print(f"./dev: no command {command!r}\n{usage()}", file=sys.stderr)
        return 2
    # All end as Ctrl-C does, which stops the servers; in the background a shell ignores SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    module, function, _text = COMMANDS[command]
    try:
        return getattr(importlib.import_module(f".{module}", __package__), function)(rest)
    except DevError as error:
        print(f"./dev {command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _interrupt(_number, _frame):
    raise KeyboardInterrupt
