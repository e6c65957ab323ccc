"""The worst of what was looked at is what is said, and only to who may know why."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_monitoring.core.health import (
    FAIL,
    PASS,
    WARN,
    Check,
    document,
    http_status,
    overall,
)

CHECKS = st.lists(
    st.builds(
        Check,
        st.text("abc:", min_size=1),
        st.sampled_from([PASS, WARN, FAIL]),
        st.text("xyz", max_size=5),
    ),
    max_size=6,
)


@given(CHECKS)
def test_the_worst_counts(checks):
    found = {check.status for check in checks}
    expected = next((status for status in (FAIL, WARN) if status in found), PASS)
    assert overall(checks) == expected


@given(CHECKS, CHECKS)
def test_more_checks_never_look_better(some, more):
    assert http_status(overall([*some, *more])) >= http_status(overall(some))


@given(CHECKS)
def test_strangers_learn_the_status_only(checks):
    assert document(checks, tells_all=False) == {"status": overall(checks)}


def test_who_is_degraded_stays_in_the_round():
    assert [http_status(status) for status in (PASS, WARN, FAIL)] == [200, 200, 503]


def test_what_is_wrong_is_said():
    checks = [Check("a:b"), Check("c:d", WARN, "It waits.", 7, "s")]
    assert document(checks, tells_all=True) == {
        "status": "warn",
        "output": "It waits.",
        "checks": {
            "a:b": [{"status": "pass"}],
            "c:d": [
                {
                    "status": "warn",
                    "observedValue": 7,
                    "observedUnit": "s",
                    "output": "It waits.",
                }
            ],
        },
    }
