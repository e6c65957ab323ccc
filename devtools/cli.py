"""Dispatch of ``./dev COMMAND …``."""

import importlib
import sys

from .console import DevError

COMMANDS = {
    "setup": ("setup", "everything that is missing"),
    "db": ("db", "NAME: a database of your own, a copy of a template (--help)"),
    "serve": ("serve", "DB: a real server on that database, until Ctrl-C (--help)"),
}


def usage():
    lines = [f"  {name:<6} {text}" for name, (_module, text) in COMMANDS.items()]
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
    module = importlib.import_module(f".{COMMANDS[command][0]}", __package__)
    try:
        return module.main(rest)
    except DevError as error:
        print(f"./dev {command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
