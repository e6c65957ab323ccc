"""``./dev db NAME``: a database of one's own to work in; prints the lines to go on with."""

import argparse

from . import addons, config, databases, paths, ports, setup
from .postgres import Cluster

EPILOG = "Example: ./dev db mine --standard -i logistics_connector_base"


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev db", description=__doc__, epilog=EPILOG)
    parser.add_argument("name")
    parser.add_argument("--demo", action="store_true", help="with demo data")
    parser.add_argument("--standard", action="store_true", help="without our addons")
    parser.add_argument("--keep", action="store_true", help="keep the database if it is there")
    parser.add_argument("-i", dest="install", default="", help="addons to install, comma separated")
    parser.add_argument("-u", dest="upgrade", default="", help="addons to upgrade; ours: all")
    parser.add_argument("--drop", action="store_true", help="remove it")
    options = parser.parse_args(arguments)
    setup.ensure()
    if options.drop:
        databases.drop(options.name)
        return 0
    if not (options.keep and databases.exists(options.name)):
        databases.create(options.name, options.demo, standard=options.standard)
    for names, upgrade in ((options.install, False), (options.upgrade, True)):
        if names:
            modules = addons.ours() if names == "ours" else names.split(",")
            databases.install(options.name, modules, options.demo, upgrade)
    conf = config.for_tests(Cluster.main(), options.name, ports.free())
    print(f"database {options.name} is ready. In {paths.PROJECT}:")
    print(f"  ODOO_RC={conf} {paths.VENV}/bin/pytest PATH   # tests")
    print(f"  {paths.PYTHON} {paths.ODOO_SCRIPT} shell -c {conf}   # Odoo shell")
    print(f"  ./dev serve {options.name} --port 8069   # server: workers, cron, job runner")
    return 0
