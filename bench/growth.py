"""Does anything slow down when the tables fill? Intake and processing on one database, before and
after so many old events (with their messages, keys, bodies and shipments) were put into it.

python -m bench.growth [--json FILE] [--events 1000000] [--rounds 3]

Above two million the indexes are taken away while the tables fill, and made anew: row by row it
would last for hours. Medians of the rounds.
"""

import argparse
import time

from tests.support.inside import Inside

from . import _growth, ingest, process
from . import _rig as rig

NEW_EVENTS, SECONDS = 10_000, 4
MANY = 2_000_000


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench growth", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--events", type=int, default=_growth.EVENTS)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with rig.bench_database() as name, rig.server(name) as odoo:
        intake, drains = ingest.Bench(odoo), process.Bench(odoo)
        with Inside(name, rig.extra_conf()) as inside:
            process.drain(drains, inside, 500)  # warm
            figures = compare(intake, drains, inside, options)
    size = "1m" if options.events == _growth.EVENTS else f"{options.events:,}"
    ratios = {
        f"growth_{size}_{case}": figures[f"{case}_after"] / figures[f"{case}_before"]
        for case in ("ingest", "process")
    }
    return rig.report("growth", ratios, figures, options.json)


def compare(intake, drains, inside, options):
    """Figures of both, before and after."""

    def one_intake():
        with intake.drain_held():
            result = ingest.fire(intake, intake.messages, 900, SECONDS, "202")
        intake.wait_drained()
        return result["per_second"]

    def one_drain():
        return process.drain(drains, inside, NEW_EVENTS)

    def both():
        runs = [(one_intake(), one_drain()) for _round in range(options.rounds)]
        return [rig.median(values) for values in zip(*runs, strict=True)]

    figures = {}
    figures["ingest_before"], figures["process_before"] = both()
    start = time.monotonic()
    figures["rows"] = _growth.fill(
        drains.database, drains.connection_id, options.events, bulk=options.events > MANY
    )
    figures["filled_in_s"] = time.monotonic() - start
    one_drain(), one_intake()  # caches
    figures["ingest_after"], figures["process_after"] = both()
    size = "SELECT pg_database_size(current_database()) / 1e9::float8"
    figures["database_gb"] = drains.database.value(size)
    return figures | {"events": options.events, "rounds": options.rounds}


if __name__ == "__main__":
    main()
