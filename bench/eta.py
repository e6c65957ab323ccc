"""When it will come: a generated history forecast in the order of time.

python -m bench.eta [--json FILE] [--days 300] [--parcels 120] [--seed 19]

Lanes, services, weekdays, drift and a peak (bench/_lane_history.py). Each night learns from what
had arrived by then, each milestone is forecast from the night before; the first 60 days are not
counted. The band promises 90 of 100. It stops with an error where the band misses that by more
than 2 points, or where the median is no better than the carrier's promise. No database.
"""

import argparse
import time

from devtools import addons

from . import _rig as rig
from ._lane_history import history

WARM_UP = 60
TOLERANCE = 2  # points


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench eta", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--days", type=int, default=300)
    parser.add_argument("--parcels", type=int, default=120, help="a day, in ordinary weeks")
    parser.add_argument("--seed", type=int, default=19)
    options = parser.parse_args(arguments)
    back_test, conformal = _core()
    trips = history(options.seed, options.days, options.parcels)
    start = time.perf_counter()
    told = back_test(trips, WARM_UP).figures()
    seconds = time.perf_counter() - start
    unfollowed = back_test(trips, WARM_UP, adaptive=False).figures()
    ratios = {
        "eta_coverage_miss_points": abs(told["coverage_percent"] - 100 * conformal.TARGET),
        "eta_error_vs_promise": told["median_error_hours"] / told["promise_error_hours"],
    }
    figures = {
        "parcels": len(trips),
        "target_percent": 100 * conformal.TARGET,
        **told,
        "fixed_level_percent": unfollowed["coverage_percent"],
        "fixed_level_worst_month_percent": unfollowed["worst_month_percent"],
        "seconds": seconds,
    }
    result = rig.report("eta", ratios, figures, options.json)
    if ratios["eta_coverage_miss_points"] > TOLERANCE:
        raise SystemExit("the band does not keep what it says")
    if ratios["eta_error_vs_promise"] >= 1:
        raise SystemExit("the carrier's promise is better")
    return result


def _core():
    """The addon's pure core, without a server or a database."""
    from odoo.tools import config

    config.parse_config([f"--addons-path={','.join(map(str, addons.addons_path()))}"])
    from ._back_test import back_test, conformal

    return back_test, conformal


if __name__ == "__main__":
    main()
