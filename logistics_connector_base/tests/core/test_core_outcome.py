# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What came of one call: whose trouble it is, and whether the partner has worked the message."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.outcome import (
    DELIVERED,
    DOUBT,
    GONE,
    REFUSED,
    REJECTED,
    THROTTLED,
    TROUBLE,
    of_answer,
    of_error,
)

laws = settings(deadline=None, max_examples=200)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
KINDS = {DELIVERED, REJECTED, TROUBLE, DOUBT, THROTTLED, GONE, REFUSED}
statuses = st.integers(100, 599)
headers = st.dictionaries(st.sampled_from(["Retry-After", "RateLimit"]), st.text(max_size=60))


def kind(status, repeats=False, **more):
    return of_answer(status, more, NOW, repeats).kind


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, DELIVERED),
        (201, DELIVERED),
        (202, DELIVERED),
        (204, DELIVERED),
        (301, TROUBLE),
        (307, TROUBLE),
        (308, TROUBLE),
        (302, DOUBT),  # many say it after having worked a POST
        (303, DOUBT),  # shows what came of it
        (304, DOUBT),
        (400, REJECTED),
        (401, TROUBLE),
        (403, TROUBLE),
        (404, TROUBLE),
        (408, TROUBLE),
        (409, REJECTED),
        (410, GONE),
        (413, REJECTED),
        (422, REJECTED),
        (425, THROTTLED),
        (429, THROTTLED),
        (500, DOUBT),
        (502, DOUBT),  # the system behind the gateway may have broken off in the middle
        (503, TROUBLE),
        (504, DOUBT),
        (100, DOUBT),
    ],
)
def test_what_a_status_means(status, expected):
    assert kind(status) == expected


def test_a_repetition_that_they_know_has_arrived():
    assert kind(409, repeats=True) == DELIVERED
    assert kind(422, repeats=True) == REJECTED


@laws
@given(statuses, headers, st.booleans())
def test_every_answer_has_an_outcome(status, headers, repeats):
    outcome = of_answer(status, headers, NOW, repeats)
    assert outcome.kind in KINDS - {REFUSED} and outcome.status == status
    assert outcome.pause is None or 0 <= outcome.pause <= 86400
    assert outcome.is_trouble == (outcome.kind in (TROUBLE, DOUBT))
    assert outcome.is_ours == (status in (401, 403, 407))


@laws
@given(statuses, headers, st.booleans())
def test_only_2xx_is_delivered_and_a_known_repetition(status, headers, repeats):
    is_delivered = of_answer(status, headers, NOW, repeats).kind == DELIVERED
    assert is_delivered == (200 <= status < 300 or (repeats and status == 409))


@laws
@given(
    st.sampled_from(["no", "unknown", "yes"]),
    st.none() | statuses,
    st.text(max_size=20),
    st.booleans(),
)
def test_every_error_has_an_outcome_and_none_is_delivered(sent, status, text, repeats):
    outcome = of_error(sent, text, status, repeats=repeats)
    assert outcome.kind in KINDS - {REFUSED}
    assert outcome.kind != DELIVERED or (sent, status, repeats) == ("yes", 409, True)
    assert text in outcome.text


@laws
@given(statuses.filter(lambda status: not 200 <= status < 300), st.booleans())
def test_a_status_is_certain_though_what_came_with_it_is_broken(status, repeats):
    assert of_error("yes", "too large", status, repeats=repeats).kind == kind(status, repeats)


@pytest.mark.parametrize(
    ("sent", "status", "expected"),
    [
        ("no", None, TROUBLE),
        ("unknown", None, DOUBT),
        ("yes", None, DOUBT),
        ("yes", 200, DOUBT),  # it may say anything
    ],
)
def test_a_call_without_an_answer(sent, status, expected):
    assert of_error(sent, "broken", status).kind == expected


def test_what_our_own_rules_forbid():
    assert of_error("no", "not allowed", is_refused=True).kind == REFUSED
    assert not of_error("no", "not allowed", is_refused=True).is_trouble


def test_retry_after_wins_over_the_rate_limit():
    both = {"Retry-After": "7", "RateLimit": '"default";r=0;t=90'}
    assert of_answer(429, both, NOW).pause == 7
    assert of_answer(429, {"RateLimit": both["RateLimit"]}, NOW).pause == 90
    assert of_answer(429, {**both, "Retry-After": "soon"}, NOW).pause == 90
    assert of_answer(503, {"Retry-After": "Tue, 10 Mar 2026 12:00:30 GMT"}, NOW).pause == 30
    assert of_answer(429, {}, NOW).pause is None


def test_what_was_the_last_one_for_now_holds_the_next():
    """A message that got through can have used up what the partner grants."""
    assert of_answer(200, {"RateLimit": '"default";r=0;t=5'}, NOW).pause == 5
    assert of_answer(200, {"RateLimit": '"default";r=1;t=5'}, NOW).pause is None
    # With 2xx, Retry-After speaks about the work behind it (202), not about the next message.
    assert of_answer(202, {"Retry-After": "60"}, NOW).pause is None


def test_people_read_what_a_status_means():
    assert of_answer(503, {}, NOW).text == "503 Service Unavailable"
    assert of_answer(422, {}, NOW).text.startswith("422 Unprocessable")
    assert of_answer(599, {}, NOW).text == "599"
    assert of_answer(401, {}, NOW).text == "401: access refused"


def test_a_rejection_asks_for_no_pause():
    assert of_answer(422, {"Retry-After": "60"}, NOW).pause is None
