"""Fixtures of the end-to-end tests: real servers on fresh databases."""

import os

import pytest

from devtools import databases
from devtools.rpc import Rpc
from devtools.server import OdooServer


@pytest.fixture(scope="module")
def odoo_server(request):
    """A real prefork server (two workers, cron, job runner) on a fresh database without demo data.

    One for each test module; its log is shown when the module's server does not start.
    """
    name = f"e2e_{os.getpid()}_{request.module.__name__.rpartition('.')[2]}"[:60]
    databases.create(name)
    try:
        with OdooServer(name) as server:
            yield server
    finally:
        databases.drop(name)


@pytest.fixture(scope="module")
def rpc(odoo_server):
    """Odoo's external API as admin: ``rpc("sale.order", "search_count", [])``."""
    return Rpc(odoo_server.url, odoo_server.db)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: not in CI; run them with -m slow")


def pytest_collection_modifyitems(config, items):
    """Leave the slow tests out, unless ``-m`` chooses or they are named one by one."""
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
