"""``./dev serve DB``: one real server on a database that is there, until Ctrl-C."""

import argparse
import time

from . import ports, setup
from .console import say
from .proxy import Proxy
from .server import OdooServer


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev serve", description=__doc__)
    parser.add_argument("db")
    parser.add_argument("--port", type=int, default=None, help="a free one by default")
    parser.add_argument("--workers", type=int, default=3)
    options = parser.parse_args(arguments)
    setup.ensure()
    port = options.port or ports.free()
    with OdooServer(options.db, options.workers) as server, Proxy(port, server) as proxy:
        print(f"{proxy.url}  (admin / admin), log: {server.log_path}", flush=True)
        while server.running():
            time.sleep(0.5)
        say(f"Odoo ended:\n{server.log_tail()}")
    return 1
