# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How long a RateLimit header asks us to wait (draft-ietf-httpapi-ratelimit-headers-11)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.rate_headers import MAX_LENGTH, pause_asked

laws = settings(deadline=None, max_examples=300)
CAP = 3600.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        # as the draft's examples have them: something remains
        ('"default";r=50;t=30', None),
        ('"default";r=999;pk=:dHJpYWwxMjEzMjM=:', None),
        ('"problemPolicy";r=20;pk=:QXBwLTk5OQ==:, "p2";r=1;t=4', None),
        # nothing remains
        ('"default";r=0;t=5', 5),
        ('"default"; r=0; t=5', 5),
        (' "default";r=0;t=5 ', 5),
        ("default;r=0;t=5", 5),
        ('"default";t=5;r=0', 5),
        ('"default";r=0;t=0', 0),
        ('"default";r=0;t=99999', 3600),
        ('"default";r=0;t=999999999999', 3600),
        ('"with, comma";r=0;t=9', 9),
        (r'"with \" and \\";r=0;t=9', 9),
        ('"default";r=0;t=7;pk=:AB==:', 7),
        ('"a";r=0;t=7;more;other=?1', 7),
        # the longest of several limits counts, and only those that are used up
        ('"burst";r=0;t=2, "daily";r=0;t=60', 60),
        ('"burst";r=0;t=2,"daily";r=5;t=60', 2),
        # what stands in a string is no parameter
        ('"a;r=0;t=9"', None),
        ('"a";pk="x;r=0;t=9";r=1', None),
        ('"a";pk="x,y";r=0;t=3', 3),
        # the last one of two equal parameters counts (RFC 9651 3.1.2)
        ('"a";r=5;r=0;t=3', 3),
        # nobody says when it is filled again
        ('"default";r=0', None),
        ('"default"', None),
        # malformed
        ("", None),
        ("   ", None),
        (None, None),
        ('"default";r=0;t=5,', None),
        (',"default";r=0;t=5', None),
        ('"default";r=0;t=5;', None),
        ('"default;r=0;t=5', None),
        ('"default";r=0;t=5 "other"', None),
        ("limit=100, remaining=0, reset=50", None),  # as early drafts had it
        ("0", None),
        ('"é";r=0;t=5', None),
        ('"default";r=0;t=-5', None),
        ('"default";r=0;t=1.5', None),
        ('"default";r=-1;t=5', None),
        ('"default";r=٠;t=5', None),
        ('"default";R=0;T=5', None),
    ],
)
def test_how_long(header, seconds):
    assert pause_asked(header, CAP) == seconds


@laws
@given(st.text(max_size=80) | st.text(alphabet='";=rt,0159 \\:?*a', max_size=80))
def test_whatever_is_said_is_bounded_and_never_an_error(header):
    pause = pause_asked(header, CAP)
    assert pause is None or 0 <= pause <= CAP


@laws
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 10**6)),
        min_size=1,
        max_size=10,
    )
)
def test_the_longest_pause_of_those_that_are_used_up(limits):
    header = ", ".join(f'"p{n}";r={r};t={t}' for n, (r, t) in enumerate(limits))
    used_up = [min(t, CAP) for r, t in limits if r == 0]
    assert pause_asked(header, CAP) == max(used_up, default=None)


@pytest.mark.parametrize("piece", ['"a";r=0;t=1,', '"', " ;", ";a=", '"\\"', "a;b;c", " ,"])
def test_long_ones_cost_no_time(piece):
    start = time.perf_counter()
    pause_asked((piece * MAX_LENGTH)[:MAX_LENGTH], CAP)
    assert pause_asked('"a";r=0;t=1,' * MAX_LENGTH + '"a"', CAP) is None
    assert time.perf_counter() - start < 0.5
