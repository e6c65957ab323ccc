"""``./dev bench``: all benchmarks, one after the other; one file for the figures of all."""

import argparse
import json
from pathlib import Path

from . import (
    audit,
    eta,
    growth,
    ingest,
    labels,
    orders,
    outbox,
    parcels,
    polling,
    process,
    screens,
    tower,
    wms,
)
from ._rig import machine


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--growth", action="store_true", help="also with a million events")
    options = parser.parse_args()
    result = {"bench": "all", "ratios": {}, "figures": {}, "machine": machine()}
    more = [growth] if options.growth else []
    for bench in (
        ingest,
        process,
        outbox,
        polling,
        labels,
        screens,
        orders,
        parcels,
        wms,
        audit,
        tower,
        eta,
        *more,
    ):
        one = bench.main([])
        result["ratios"] |= one["ratios"]
        result["figures"] |= {f"{one['bench']}_{k}": v for k, v in one["figures"].items()}
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
