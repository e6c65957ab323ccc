"""``./dev exam freight [--seeds N] [--first SEED] [--shipments N]``: months of freight bills with
planted errors, each with another seed.

The drive is that of ``logistics_connector_freight_audit/tests/test_freight_month.py``, of which
``./dev test`` plays a month of 300 shipments.
"""

import argparse
import os

from devtools import testing

DRIVE = "logistics_connector_freight_audit/tests/test_freight_month.py"
SHIPMENTS = 10_000


def main(arguments=None):
    """Audit the months; pytest's last line says how many were audited without a fault.

    :return: 0 where each error was found and nobody else accused, else 1
    """
    parser = argparse.ArgumentParser(prog="./dev exam freight", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many months (1)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--shipments", type=int, default=SHIPMENTS, help="of each month (10000)")
    options = parser.parse_args(arguments)
    failed = 0
    for seed in range(options.first, options.first + options.seeds):
        os.environ["FREIGHT_SEED"] = str(seed)
        os.environ["FREIGHT_SHIPMENTS"] = str(options.shipments)
        failed += bool(testing.main([DRIVE]))
    return 1 if failed else 0
