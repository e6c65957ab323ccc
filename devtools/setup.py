"""``./dev setup``: whatever is missing. Quick when nothing is."""

import shutil

from . import odoo_source, paths, venv
from .console import say
from .postgres import Cluster
from .system import apt_install, lock


def ensure(browser=False):
    """Odoo, Python environment, PostgreSQL; with *browser* also Chromium. Returns the server."""
    paths.make_folders()
    with lock("setup"):
        source = odoo_source.find()
        venv.ensure(source)
        if browser:
            _ensure_browser()
    return Cluster.main().ensure()


def _ensure_browser():
    if not any(shutil.which(name) for name in ("google-chrome", "chromium", "chromium-browser")):
        apt_install("chromium", "fonts-liberation")  # without a font a page shows boxes


def main(_arguments):
    server = ensure(browser=True)
    source = odoo_source.find()
    say(f"Odoo {odoo_source.version(source)} in {source}")
    say(f"Python in {paths.PYTHON}")
    say(f"PostgreSQL at {server.host}, role {server.user}")
    return 0
