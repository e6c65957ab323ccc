"""A pytest plugin that lets Odoo's test_lint judge our addons only, and makes its complaints fail.

test_lint is written for Odoo's own tree: it walks all manifests on the addons path or all models of
the registry, and says some of what it finds in the log only.
"""

import contextlib
import logging
import sys
import types

import pytest

from devtools import addons

#: Tests that check the checkers, walk the whole disk, were run already (pylint), need eslint, or
#: want folders of plain pytest tests imported by Odoo (lint.py checks what is left of that).
LEFT_OUT = (
    "test_checkers.py",
    "test_eslint.py",
    "test_markers.py",
    "test_pylint.py",
    "test_test_holes.py",
)
#: What queue_job does, not we.
THEIRS = {"queue.job.function.channel_id"}


def pytest_sessionstart(session):
    """Before the tests are imported, because they take these names from odoo.modules."""
    import odoo.modules
    from odoo.modules import Manifest
    from odoo.tests.case import TestCase

    Manifest.all_addon_manifests = staticmethod(_our_manifests)
    odoo.modules.get_modules = addons.ours
    TestCase.subTest = _sub_test


def pytest_ignore_collect(collection_path, config):
    return True if collection_path.name in LEFT_OUT else None


def pytest_collection_finish(session):
    index = sys.modules.get("odoo.addons.test_lint.tests.test_index")
    if index:
        index.BTREE_INDEX_IGNORE_FIELDS.update(THEIRS)


def _our_manifests():
    from odoo.modules import Manifest

    return [Manifest.for_addon(name) for name in addons.ours()]


@contextlib.contextmanager
def _sub_test(test, _msg=None, **params):
    """Sub-tests name the module that they are about; those about others' modules cannot fail."""
    test._subtest = types.SimpleNamespace(params=params)
    try:
        yield
    except (AssertionError, TypeError):
        if params.get("module") in addons.ours():
            raise


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
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    yield
    logger.removeHandler(handler)
    logger.setLevel(level)
    lines = [line for line in handler.lines if addons.PREFIX in line]
    assert not lines, "\n".join(lines)
