"""What ``./dev exam neighbours`` makes of two runs of Odoo's tests."""

from tests.exam import neighbours

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite name="pytest">
<testcase classname="a.TestCost" name="test_good"/>
<testcase classname="a.TestCost" name="test_sub"/>
<testcase classname="a.TestCost" name="test_sub"><failure message="no"/></testcase>
<testcase classname="a.TestCost" name="test_broken"><error message="no"/></testcase>
<testcase classname="a.TestCost" name="test_left"><skipped/></testcase>
</testsuite></testsuites>"""


def test_the_worst_entry_of_a_test_counts():
    assert neighbours.read(REPORT) == {
        "a.TestCost::test_good": "passed",
        "a.TestCost::test_sub": "failed",
        "a.TestCost::test_broken": "failed",
        "a.TestCost::test_left": "skipped",
    }


def test_what_fails_alone_is_not_ours_and_what_vanishes_is():
    alone = {"a": "passed", "b": "failed", "c": "passed", "d": "passed", "e": "skipped"}
    beside = {"a": "passed", "b": "failed", "c": "failed", "e": "failed"}
    assert neighbours.worsened(alone, beside) == ["c", "d"]
