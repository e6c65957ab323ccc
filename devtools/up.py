"""``./dev up``: the demo database, PostgreSQL, Odoo and the demo scenario, until Ctrl-C."""

import argparse
import os
import subprocess
import time

from . import addons, databases, paths, ports, setup
from .console import say
from .desk import Desk
from .postgres import Cluster
from .proxy import Proxy
from .server import OdooServer

PORT = 8069
PACE = 30  # seconds that an hour in the demo's warehouse takes
BANNER = """
Odoo is at {url}
  log in as   admin / admin (everything), demo / demo (an ordinary user)
  look at     {url}/odoo → Logistics: Overview, Exceptions, Shipments, Messages
  a 3PL       sell from warehouse “Harbour Fulfilment”: it picks, ships and tells of it, an hour's
              work in {pace} seconds. Its system is down for a minute: curl -X POST {desk}/_down/60
              Goods vanish unseen, and a snapshot shows it:
              curl -d '{{"sku": "LC-LAMP", "quantity": 9}}' {desk}/lose
              curl -X POST {desk}/snapshot
  database    {db}
  log         {log}
Ctrl-C ends it; ./dev up continues with the same database, ./dev clean removes it.
"""


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev up", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play and check the scenario, then end")
    parser.add_argument(
        "--port", type=int, help=f"default {PORT}, or a free one when that is taken"
    )
    parser.add_argument("--db", help="default: demo; with --once a throw-away one")
    options = parser.parse_args(arguments)
    found_running = Cluster.main().running()
    server = setup.ensure()
    try:
        return _once(options) if options.once else _stay(options)
    finally:
        # Another ./dev may be at work on the same cluster by now; then it stays.
        if not found_running and server.running() and server.connections() == 0:
            server.stop()


def _once(options):
    """Play the scenario on a fresh database and check each step."""
    name = options.db or f"once_{os.getpid()}"
    databases.create(name, demo=True)
    try:
        with Desk() as desk, OdooServer(name, workers=3, port=options.port) as odoo:
            code = play(odoo.url, name, desk.url, check=True)
            if code:
                say(f"the scenario failed; Odoo's log is {odoo.log_path}")
            return 1 if code else 0
    finally:
        if not options.db:
            databases.drop(name)


def _stay(options):
    name = options.db or "demo"
    fresh = ensure_demo(name)
    with (
        _desk(name, fresh) as desk,
        OdooServer(name, workers=3) as odoo,
        Proxy(_port(options.port), odoo) as proxy,
    ):
        if fresh:
            say("playing the demo scenario")
            code = play(proxy.url, name, desk.url)
            if code:
                say(f"the scenario ended with {code}; the server stays up. Log: {odoo.log_path}")
        values = {"db": name, "log": odoo.log_path, "desk": desk.url, "pace": PACE}
        print(BANNER.format(url=proxy.url, **values), flush=True)
        while odoo.running():
            time.sleep(0.5)
        say(f"Odoo ended:\n{odoo.log_tail()}")
        return 1


def ensure_demo(name):
    """Make the demo database, or bring one that is there up to date. Whether it is new."""
    kept = paths.STATE / f"demo-{name}"
    key = addons.project_key(demo=True)
    if not databases.exists(name):
        databases.create(name, demo=True)
        kept.write_text(key)
        return True
    if not kept.exists() or kept.read_text() != key:
        say(f"upgrading our addons in {name}: they changed since it was made")
        databases.install(name, addons.ours(), demo=True, upgrade=True)
        kept.write_text(key)
    return False


def _desk(name, fresh):
    """The 3PL of the demo, which has what it had when it was ended."""
    kept = paths.STATE / f"demo-{name}-warehouse"
    if fresh:
        kept.unlink(missing_ok=True)
    return Desk(_desk_port(name), "--state", kept, "--pace", PACE)


def _desk_port(name):
    """The port of the warehouse's system: the demo's flow knows it from the first time on."""
    kept = paths.STATE / f"demo-{name}-desk"
    port = int(kept.read_text()) if kept.exists() else 0
    if not port or not ports.is_free(port):
        port = ports.free()
        kept.write_text(str(port))
    return port


def play(url, database, desk, check=False):
    """Run ``tests.scenario`` against a server; its exit code."""
    if not (paths.PROJECT / "tests/scenario.py").exists():
        say("tests/scenario.py is not there: no scenario to play")
        return 1 if check else 0
    command = [paths.PYTHON, "-m", "tests.scenario", "play", "--url", url, "--db", database]
    command += ["--desk", desk]
    command += ["--check"] if check else []
    return subprocess.run(command, cwd=paths.PROJECT, check=False).returncode


def _port(wanted):
    if wanted:
        return wanted
    if ports.is_free(PORT):
        return PORT
    port = ports.free()
    say(f"port {PORT} is taken, using {port}")
    return port
