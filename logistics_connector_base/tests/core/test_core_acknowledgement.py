# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whether an answer says that a message was taken."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.acknowledgement import (
    ACCEPTED,
    REJECTED,
    SILENT,
    Rules,
    judge,
    parse_values,
)

laws = settings(deadline=None, max_examples=200)
STATUS = Rules("result.status", text_field="result.message")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"result": {"status": "OK"}}', (ACCEPTED, "OK")),
        (b'{"result": {"status": true}}', (ACCEPTED, "true")),
        (b'{"result": [{"status": "Accepted", "message": "thanks"}]}', (ACCEPTED, "thanks")),
        (b'{"result": {"status": "error", "message": "no item"}}', (REJECTED, "no item")),
        (b'{"result": {"status": 7}}', (REJECTED, "7")),
        (b'{"result": {"status": ""}}', (REJECTED, "")),
    ],
)
def test_what_an_answer_in_json_says(body, expected):
    assert judge(body, STATUS) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"result": {}}',
        b'{"result": {"status": null}}',
        b'{"result": {"status": {"a": 1}}}',
        b"\xff",
        b"<a>",
        b"<!DOCTYPE a><result/>",
        b"NaN",
    ],
)
def test_what_says_neither(body):
    assert judge(body, STATUS)[0] == SILENT


def test_an_answer_in_xml():
    rules = Rules("Envelope.Body.Ack.Status", frozenset({"00"}), "Envelope.Body.Ack.Text")
    body = (
        b'<s:Envelope xmlns:s="urn:soap"><!-- x --><s:Body><Ack><Status>%s</Status>'
        b"<Text>why</Text></Ack></s:Body></s:Envelope>"
    )
    assert judge(body % b"00", rules) == (ACCEPTED, "why")
    assert judge(body % b"17", rules) == (REJECTED, "why")
    assert judge(b"<Other/>", rules)[0] == SILENT


def test_values_that_mean_yes():
    assert parse_values("00, Taken") == {"00", "taken"}
    assert "ok" in parse_values("")


@laws
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
        ),
        max_leaves=10,
    ).map(lambda value: json.dumps(value).encode()),
    st.text(max_size=20),
)
def test_whatever_comes_there_is_a_verdict(body, field):
    verdict, text = judge(body, Rules(field))
    assert verdict in (ACCEPTED, REJECTED, SILENT) and isinstance(text, str)
