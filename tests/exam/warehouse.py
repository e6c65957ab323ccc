"""``./dev exam wms [--seeds N] [--first SEED]``: days of a simulated 3PL, each with another seed.

The drive is that of ``tests/e2e/test_warehouse_day.py``, of which ``./dev test`` plays five days.
"""

import argparse
import os
import subprocess

from devtools import paths

DRIVE = "tests/e2e/test_warehouse_day.py"
SEEDS = 50


def main(arguments=None):
    """Play the days; pytest's last line says how many ended as they must.

    :return: 0 where all did, else 1
    """
    parser = argparse.ArgumentParser(prog="./dev exam wms", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many days (50)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    options = parser.parse_args(arguments)
    command = [paths.PYTHON, "-m", "pytest", "-q", "-p", "no:odoo", DRIVE]
    environment = {
        **os.environ,
        "WAREHOUSE_SEED": str(options.first),
        "WAREHOUSE_SEEDS": str(options.seeds),
    }
    run = subprocess.run(command, cwd=paths.PROJECT, env=environment, check=False)
    return 1 if run.returncode else 0
