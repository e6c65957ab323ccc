"""A pytest plugin that lets Odoo's test_lint see our addons only, and makes its complaints fail.

test_lint is written for Odoo's own tree: it walks all manifests on the addons path, and says some
of what it finds in the log only.
"""

import logging

import pytest

from devtools import addons

#: Tests that check the checkers, walk the whole disk, or were run already (pylint).
LEFT_OUT = ("test_checkers.py", "test_markers.py", "test_pylint.py", "test_eslint.py")


def pytest_sessionstart(session):
    """Before the tests are imported: they take these two names from odoo.modules."""
    import odoo.modules
    from odoo.modules import Manifest

    ours = [Manifest.for_addon(name) for name in addons.ours()]
    Manifest.all_addon_manifests = classmethod(lambda cls: ours)
    odoo.modules.get_modules = addons.ours


def pytest_ignore_collect(collection_path, config):
    return True if collection_path.name in LEFT_OUT else None


class _Complaints(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture(autouse=True)
def complaints_fail():
    """What test_lint logs as a warning about our addons is a failure."""
    logger, handler = logging.getLogger("odoo.addons.test_lint"), _Complaints()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.removeHandler(handler)
    logger.setLevel(level)
    lines = [line for line in handler.lines if addons.PREFIX in line]
    assert not lines, "\n".join(lines)
