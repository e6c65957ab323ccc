# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Handshakes: decided from the bytes; the address to be called lies with the partner."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.handshake import (
    CallBack,
    echo_challenge,
    read_object,
)


def test_a_challenge_is_repeated():
    raw = json.dumps({"type": "url_verification", "challenge": 'a"b'}).encode()
    assert json.loads(echo_challenge(raw).answer) == {"challenge": 'a"b'}


@pytest.mark.parametrize(
    "message",
    [
        {}, {"type": "url_verification"}, {"challenge": "x"}, {"type": "parcel", "challenge": "x"},
        {"type": "url_verification", "challenge": 5}, {"type": "url_verification", "challenge": ""},
        {"type": "url_verification", "challenge": "x" * 2001}, [], "x", None,
    ],
)  # fmt: skip
def test_what_is_no_challenge(message):
    assert echo_challenge(json.dumps(message).encode()) is None


@given(st.binary(max_size=300))
def test_nothing_raises(raw):
    assert isinstance(read_object(raw), dict)
    assert echo_challenge(raw) is None
    CallBack(raw.decode("latin-1"), ("dhl.com",)).is_theirs()


def test_depth_and_size():
    assert read_object(b"[" * 60_000) == {}
    assert read_object(b'{"a": "' + b"x" * 70_000 + b'"}') == {}


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://api.dhl.com/x", True),
        ("https://dhl.com", True),
        ("https://API.DHL.com./x", True),
        ("https://evildhl.com", False), ("https://dhl.com.evil.example", False),
        ("https://dhl.com@evil.example", False), ("https://u:p@dhl.com", False),
        ("file:///dhl.com", False), ("//dhl.com", False), ("https://[dhl.com", False), ("", False),
        ("https://evil.example\\@dhl.com", False), ("https://169.254.169.254/?dhl.com", False),
    ],
)  # fmt: skip
def test_only_the_partner_is_called(url, is_theirs):
    assert CallBack(url, ("dhl.com",)).is_theirs() is is_theirs
