"""``./dev stop`` and ``./dev clean``: end, and remove, what ``./dev`` of this DEV_HOME made."""

import os
import shutil
import signal
import time
from pathlib import Path

from . import databases, paths, postgres
from .console import say
from .system import lock


def main(_arguments):
    stop_servers()
    for cluster in _clusters():
        if cluster.running():
            say(f"stopping PostgreSQL {cluster.name}")
            cluster.stop()
    return 0


def clean(_arguments):
    """Remove databases, clusters and DEV_HOME."""
    stop_servers()
    if os.environ.get("PGHOST"):
        for name in databases.made():
            say(f"dropping {name}")
            databases.drop(name)
    for cluster in _clusters():
        say(f"removing PostgreSQL {cluster.name}")
        cluster.destroy()
    shutil.rmtree(postgres.clusters_folder(), ignore_errors=True)
    shutil.rmtree(paths.DEV_HOME, ignore_errors=True)
    say(f"removed {paths.DEV_HOME}")
    return 0


def stop_servers():
    """End the Odoo servers that were started with a configuration of this DEV_HOME, and brokers."""
    groups = _server_groups()
    for group in groups:
        say(f"stopping process group {group}")
        os.killpg(group, signal.SIGTERM)
    deadline = time.monotonic() + 15
    while _server_groups() and time.monotonic() < deadline:
        time.sleep(0.2)
    for group in _server_groups():
        os.killpg(group, signal.SIGKILL)


def _server_groups():
    """The process groups of our servers, known by the file or folder they were given."""
    marks, groups = [f"{paths.RUN}/{name}-".encode() for name in ("odoo", "rabbitmq")], set()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if any(mark in command.read_bytes() for mark in marks):
                groups.add(os.getpgid(int(command.parent.name)))
        except OSError:  # it ended meanwhile
            continue
    return groups - {os.getpgid(0)}


def _clusters():
    folder = postgres.clusters_folder()
    if not folder.exists():
        return []
    with lock("clusters"):
        return [postgres.Cluster(home.name) for home in sorted(folder.iterdir()) if home.is_dir()]
