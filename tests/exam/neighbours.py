"""``./dev exam neighbours [MODULE…]``: Odoo's own tests, with our addons installed.

Each module's tests run twice, on a database with our addons and on one that has the same modules
of Odoo without them: some of Odoo's tests fail on any database that has more than they expect, and
that is not ours. What passes alone and does not pass beside us is.
"""

import contextlib
import os
import subprocess
from collections import Counter
from xml.etree import ElementTree

from devtools import config, databases, odoo_source, paths, ports
from devtools.console import DevError, say, step
from devtools.postgres import Cluster

MODULES = (
    "delivery",
    "stock_delivery",
    "stock",
    "stock_account",
    "sale_stock",
    "account",
    "purchase",
    "stock_landed_costs",
)
INSTALLED = """
SELECT name FROM ir_module_module WHERE state = 'installed' AND name NOT LIKE 'logistics\\_%'
"""
FAILED, SKIPPED, PASSED = "failed", "skipped", "passed"


def main(modules):
    """Compare; the last line says how many tests there were and how many are worse with us.

    :param modules: names of Odoo's modules; empty: those that our addons touch
    :return: 0 where nothing is worse, else 1
    """
    modules = modules or MODULES
    folders = [odoo_source.find() / "odoo/addons" / module / "tests" for module in modules]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise DevError(f"no tests there: {', '.join(missing)}")
    with own_database("beside", modules, standard=False) as database:
        theirs = Cluster.main().sql(INSTALLED, database).split()
        beside = outcomes("beside", database, folders)
    with own_database("alone", theirs, standard=True) as database:
        alone = outcomes("alone", database, folders)
    worse = worsened(alone, beside)
    for name in sorted(name for name, state in alone.items() if state == FAILED):
        say(f"fails without our addons: {name}")
    for name in worse:
        say(f"FAILED with our addons only: {name} ({beside.get(name, 'not run')})")
    count = Counter(alone.values())
    print(
        f"{len(alone)} tests of {', '.join(modules)}: {count[PASSED]} pass without our addons, "
        f"{count[SKIPPED]} are skipped, {count[FAILED]} fail; {len(worse)} are worse with them"
    )
    return 1 if worse or not count[PASSED] else 0


def worsened(alone, beside):
    """Tests that pass without our addons and do not with them, sorted.

    :param dict alone: name of a test → its outcome
    :param dict beside: the same, with our addons
    """
    return sorted(
        name for name, state in alone.items() if state == PASSED and beside.get(name) != PASSED
    )


@contextlib.contextmanager
def own_database(title, modules, standard):
    """A database that has at least these modules, and is dropped afterwards."""
    database = f"neighbours_{title}_{os.getpid()}"
    try:
        with step(f"database {database}"):
            databases.create(database, standard=standard)
            there = Cluster.main().sql(INSTALLED, database).split()
            missing = sorted(set(modules) - set(there))
            if missing:
                databases.install(database, missing)
        yield database
    finally:
        databases.drop(database)


def outcomes(title, database, folders):
    """Run the tests of *folders*: name → outcome."""
    report = paths.RUN / f"{database}.xml"
    conf = config.for_tests(Cluster.main(), database, ports.free())
    try:
        command = [paths.PYTHON, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"]
        command += ["--odoo-http", f"--rootdir={paths.PROJECT}", f"--junitxml={report}"]
        with step(f"Odoo's tests, {title}"), open(paths.LOGS / f"{database}.log", "wb") as log:
            subprocess.run(
                [*command, *folders],
                cwd=paths.PROJECT,
                env=config.environment({"ODOO_RC": conf}),
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if not report.exists():
            raise DevError(f"the tests did not end: {log.name}")
        return read(report.read_text())
    finally:
        conf.unlink(missing_ok=True)
        report.unlink(missing_ok=True)


def read(text):
    """A report of pytest in JUnit's form: name of each test → outcome. One test may have several
    entries (its subtests, its clean-up): the worst counts."""
    found = {}
    for case in ElementTree.fromstring(text).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            state = FAILED
        else:
            state = SKIPPED if case.find("skipped") is not None else PASSED
        order = (PASSED, SKIPPED, FAILED)
        found[name] = max(found.get(name, PASSED), state, key=order.index)
    return found
