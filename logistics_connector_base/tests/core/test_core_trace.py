# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The order of a story, and the W3C's trace context."""

import uuid
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.trace import (
    KINDS,
    Hop,
    arrange,
    correlation_of,
    spoken,
    traceparent,
)

START = datetime(2026, 3, 1, 8)
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(KINDS), st.integers(0, 3))))
def test_hops_stand_in_the_order_of_time_and_gaps_add_up(told):
    hops = [Hop(START + timedelta(seconds=at), kind, "x", id=n) for at, kind, n in told]
    rows = arrange(hops)
    assert sorted(map(repr, hops)) == sorted(repr(hop) for hop, _gap in rows)
    moments = [hop.at for hop, _gap in rows]
    assert moments == sorted(moments)
    if rows:
        assert rows[0][1] is None
        assert sum(gap for _hop, gap in rows[1:]) == (moments[-1] - moments[0]).total_seconds()


def test_of_the_same_moment_causes_come_first():
    hops = [Hop(START, kind, kind) for kind in ("exception", "event", "order", "in")]
    assert [hop.kind for hop, _gap in arrange(hops)] == ["order", "in", "event", "exception"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.04, "40 ms"),
        (3, "3 s"),
        (119, "119 s"),
        (720, "12 min"),
        (7300, "2 h"),
        (200000, "2 d"),
    ],
)
def test_a_while_in_short(seconds, text):
    assert spoken(seconds) == text


def test_what_a_caller_says_of_the_story():
    assert correlation_of(f"00-{TRACE}-{SPAN}-01") == str(uuid.UUID(TRACE))
    assert correlation_of(f" 01-{TRACE}-{SPAN}-01-more ") == str(uuid.UUID(TRACE))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n00",
    ],
)
def test_what_is_malformed_says_nothing(text):
    assert correlation_of(text) is None


@given(st.uuids(), st.text(max_size=30))
def test_what_is_passed_on_can_be_read(story, hop):
    text = traceparent(str(story), hop)
    assert correlation_of(text) == (str(story) if story.int else None)


@given(st.text(max_size=50))
def test_whatever_stands_in_the_header_nothing_breaks(text):
    correlation_of(text)
    traceparent(text, text)
