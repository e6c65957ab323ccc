"""For all tests: a browser test that cannot run fails, and ``./dev test`` gets the counts."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

#: What odoo/tests/common.py says when it skips for want of a browser.
NO_BROWSER = re.compile("chrom|websocket-client", re.IGNORECASE)


# A busy machine must not decide about a test: laws are tested without deadlines. Nor must chance
# decide about a landing: CI draws the same examples each time, developers new ones.
settings.register_profile(
    "project",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=bool(os.environ.get("LOGISTICS_SAME_EXAMPLES")),
)
settings.load_profile("project")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Odoo skips browser tests silently when Chromium or websocket-client is missing: fail."""
    report = (yield).get_result()
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if NO_BROWSER.search(reason):
            report.outcome = "failed"
            report.longrepr = f"Odoo skipped a browser test: {reason}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Leave the counts for ``./dev test``, which adds up its two processes."""
    target = os.environ.get("DEV_TEST_SUMMARY")
    if not target:
        return
    stats = terminalreporter.stats
    names = ("passed", "failed", "skipped", "deselected", "xfailed", "xpassed", "warnings")
    counts = {name: len(stats.get(name, ())) for name in names}
    counts["errors"] = len(stats.get("error", ()))
    failed = [*stats.get("failed", ()), *stats.get("error", ())]
    summary = {"counts": counts, "failures": [report.nodeid for report in failed]}
    Path(target).write_text(json.dumps(summary))
