"""What all benchmarks report: medians, the machine, ratios beside their bounds, JSON."""

import json
import os
import platform
import statistics
from pathlib import Path

from devtools.postgres import Cluster

#: ratio: (whether more is better, first bound, aim)
BOUNDS = {
    "ingest_vs_empty_controller": (True, 0.50, 0.60),
    "ingest_vs_base_automation": (True, 1.9, 2.3),
    "ingest_p99_vs_p50": (False, 4, 2.5),
    "process_vs_job_per_event": (True, 10, 30),
    "process_vs_orm_bulk": (True, 0.25, 0.4),
    "growth_1m_process": (True, 0.77, 0.9),
}


def median(values):
    """The median, rounded to four significant digits."""
    return float(f"{statistics.median(values):.4g}")


def medians(rounds):
    """The medians of rounds: ``[{name: value}]`` to ``{name: median}``."""
    return {name: median([one[name] for one in rounds if name in one]) for name in rounds[0]}


def load_average():
    """The load averages of the last 1, 5 and 15 minutes: others may use the machine too."""
    return [round(value, 2) for value in os.getloadavg()]


def machine():
    """What it was measured on."""
    server = Cluster.main().ensure()
    settings = {
        name: server.sql(f"SHOW {name}").strip()
        for name in ("server_version", "synchronous_commit", "fsync", "shared_buffers")
    }
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1024**3),
        "python": platform.python_version(),
        "system": platform.platform(),
        "postgresql": settings,
        "load_average": load_average(),
    }


def verdict(name, value):
    """How a ratio compares with its bound and aim, in words."""
    if name not in BOUNDS:
        return ""
    more, bound, aim = BOUNDS[name]
    sign = "≥" if more else "≤"
    reached = [limit for limit in (bound, aim) if (value >= limit if more else value <= limit)]
    word = ("MISSED", "ok", "aim reached")[len(reached)]
    return f"bound {sign} {bound:g}, aim {sign} {aim:g}: {word}"


def publish(bench, ratios, figures, path=None, load_before=None):
    """Print the outcome and write it as JSON to *path*; the outcome."""
    outcome = {"bench": bench, "ratios": ratios, "figures": figures, "machine": machine()}
    if load_before:
        outcome["machine"]["load_average_before"] = load_before
    print(f"\n{bench}: figures")
    for name, value in figures.items():
        print(f"  {name:<42} {value}")
    print(f"{bench}: ratios")
    for name, value in ratios.items():
        print(f"  {name:<42} {value:<8g} {verdict(name, value)}")
    if path:
        Path(path).write_text(json.dumps(outcome, indent=2) + "\n")
    return outcome
