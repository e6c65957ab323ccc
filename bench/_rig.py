"""What the benchmarks share: a database with the floors, a server, the report."""

import contextlib
import json
import os
import platform
import signal
import statistics
import subprocess
import tempfile
from pathlib import Path

from devtools import addons, config, databases, paths
from devtools.postgres import Cluster
from devtools.server import OdooServer
from devtools.system import run

from . import _load as load

#: First bound and aim of each ratio (reference/performance.md); "max": smaller is better.
TARGETS = {
    "ingest_vs_empty_controller": (0.50, 0.60, "min"),
    "ingest_vs_base_automation": (1.9, 2.3, "min"),
    "ingest_p99_vs_p50": (4, 2.5, "max"),
    "process_vs_job_per_event": (10, 30, "min"),
    "process_vs_orm_bulk": (0.25, 0.4, "min"),
    "enqueue_vs_orm_create": (1.5, 1.0, "max"),
    "drain_vs_bare_session": (0.4, 0.6, "min"),
    "labels_vs_bare_session": (0.15, 0.3, "min"),
    "advices_vs_validation": (1.5, 1.2, "max"),
    "snapshot_vs_join": (60, 20, "max"),
    "poll_with_many_open": (0.77, 0.9, "min"),
    "eta_coverage_miss_points": (2, 1, "max"),
    "eta_error_vs_promise": (1, 0.6, "max"),
    "growth_1m_ingest": (0.77, 0.9, "min"),
    "growth_1m_process": (0.77, 0.9, "min"),
    "tower_vs_group_by_state": (1.0, 1.0, "max"),
    "list_vs_stock_move": (1.5, 1, "max"),
    "group_orders_vs_state": (4, 2, "max"),
}
ADDONS = paths.PROJECT / "bench" / "addons"


def extra_conf():
    folders = [ADDONS, *addons.addons_path()]
    return {"addons_path": ",".join(map(str, folders)), "log_level": "warn"}


@contextlib.contextmanager
def bench_database(*more):
    """A fresh database with base, base_automation, the floors, and ``more`` of our addons."""
    name = f"bench_{os.getpid()}"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no server behind
    databases.create(name)
    try:
        options = config.options(Cluster.main(), name, **extra_conf())
        conf = config.write(paths.RUN / f"install-{name}.conf", options)
        command = [paths.PYTHON, paths.ODOO_SCRIPT, "-c", conf, "-d", name, "--no-http"]
        try:
            run([*command, "-i", ",".join(["bench_floor", *more]), "--stop-after-init"])
        finally:
            conf.unlink()
        yield name
    finally:
        databases.drop(name)


def server(name, **options):
    return OdooServer(name, workers=2, extra_conf=extra_conf(), **options)


def fire(odoo, requests, connections=8, seconds=5):
    """Run the load generator in a process of its own; its figures."""
    with tempfile.TemporaryDirectory() as folder:
        file, spec = Path(folder) / "requests", Path(folder) / "spec.json"
        load.write_requests(file, requests)
        spec.write_text(
            json.dumps(
                {
                    "host": "127.0.0.1",
                    "port": odoo.port,
                    "connections": connections,
                    "seconds": seconds,
                    "requests": str(file),
                }
            )
        )
        command = [paths.PYTHON, "-m", "bench._load", spec]
        done = subprocess.run(
            command, cwd=paths.PROJECT, capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout)


def http_request(path, body, headers):
    """A complete request, as bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def median(values):
    return statistics.median(values)


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "python": platform.python_version(),
        "postgresql": Cluster.main().sql("SHOW server_version").split()[0],
        "system": platform.platform(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }


def report(bench, ratios, figures, file=None):
    """Print where the targets stand, and write the JSON form."""
    for name, value in figures.items():
        print(f"{name:40} {value if isinstance(value, str) else round(value, 1)}")
    for name, value in ratios.items():
        if name not in TARGETS:
            print(f"{name:40} {value:8.3f}")
            continue
        bound, aim, direction = TARGETS[name]
        good = (
            (lambda target, v=value: v >= target)
            if direction == "min"
            else (lambda target, v=value: v <= target)
        )
        stand = "aim met" if good(aim) else ("bound met" if good(bound) else "MISSED")
        sign = "≥" if direction == "min" else "≤"
        print(f"{name:40} {value:8.3f}   bound {sign} {bound}, aim {sign} {aim}: {stand}")
    result = {"bench": bench, "ratios": ratios, "figures": figures, "machine": machine()}
    if file:
        Path(file).write_text(json.dumps(result, indent=1) + "\n")
    return result
