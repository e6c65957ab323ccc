"""The demo scenario of ``./dev up``: partners come alive on a running Odoo.

python -m tests.scenario play --url http://127.0.0.1:8069 --db demo [--check] [--orders 40]

It may be played again on the same database: the steps make new orders each time, the history of
orders is made once. ``--check`` waits for what each step must bring about, prints a table, and ends
with 1 when something else is seen.
"""

import argparse
import sys
import time

from .history import generator
from .history.aging import age
from .history.commerce import Shop
from .history.desks import ensure_desks, start_clocks
from .history.harbour import Harbour
from .history.partners import connected_lanes
from .history.people import ensure_people
from .history.steps import PATIENCE, Stage
from .support.polling import wait_for
from .support.rpc import Session

ORDERS, ORDERS_WHEN_CHECKED = 40, 12


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.scenario", description=__doc__)
    parser.add_argument("command", choices=["play"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--db", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--desk", help="URL of the 3PL's system; without it nothing is sent")
    parser.add_argument("--check", action="store_true", help="verify each step")
    parser.add_argument("--orders", type=int, help="how many orders the history has")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    rpc = Session(options.url, options.db, options.login, options.password)
    people = ensure_people(rpc)
    ensure_desks(rpc)
    shop, lanes = Shop(rpc), connected_lanes(rpc)
    stage = Stage(rpc, shop, lanes)
    played = list(stage.steps())
    if options.desk:
        played += Harbour(rpc, shop, options.desk).steps()
    count = options.orders or (ORDERS_WHEN_CHECKED if options.check else ORDERS)
    made = generator.play(rpc, shop, lanes, count)
    if made:
        wait_for(lambda: not waiting(rpc), PATIENCE, "the inbox is not empty")
        age(options.db, generator.MARK)
        start_clocks(rpc, generator.MARK)
    say(f"{len(played)} steps played, {made} orders of the last {generator.DAYS} days made")
    for login, password, name in people:
        say(f"log in as {login} / {password}: {name}")
    code = 0
    if options.check:
        code = report(played)
    say(f"scenario: {time.monotonic() - start:.0f} s")
    return code


def waiting(rpc):
    return rpc("logistics.message", "search_count", [("state", "in", ("received", "processing"))])


def report(played):
    """Check each step and print the table; the exit code."""
    rows = [("step", "expected", "seen", "ok")]
    for step in played:
        seen, ok = step.check()
        rows.append((step.title, step.expected, "the same" if ok else seen, "ok" if ok else "NO"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    failed = sum(row[3] == "NO" for row in rows)
    say(f"{len(played) - failed} passed, {failed} failed")
    return 1 if failed else 0


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
