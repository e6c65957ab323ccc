# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Why a call did not prove who sends it."""

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.verifiers import (
    KINDS,
    Call,
    Shortfall,
    shortfall,
    telling_headers,
)
from werkzeug.datastructures import Headers

NOW = 1_760_000_000
SECRET = b"5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4"
BODY = b"{}"


def call(target="/logistics/v1/in/abc", remote="198.51.100.7", **headers):
    named = Headers([(name.replace("_", "-"), value) for name, value in headers.items()])
    return Call(BODY, named, NOW, target=target, remote=remote)


def scheme(kind, **values):
    return KINDS[kind].make(values)


HMAC = scheme("hmac", header="X-Signature")
TIMED = scheme("hmac_time", header="X-Signature", timestamp_header="X-Time", tolerance=300)


@pytest.mark.parametrize(
    ("asked", "came", "lack"),
    [
        (HMAC, call(), Shortfall("headers", ("X-Signature",))),
        (HMAC, call(x_signature="00"), Shortfall("mismatch")),
        (TIMED, call(x_time="1"), Shortfall("headers", ("X-Signature",))),
        (TIMED, call(), Shortfall("headers", ("X-Signature", "X-Time"))),
        (TIMED, call(x_signature="0", x_time="soon"), Shortfall("moment", ("soon",))),
        (TIMED, call(x_signature="0", x_time=str(NOW - 3600)), Shortfall("clock", ("3600",))),
        (TIMED, call(x_signature="0", x_time=str(NOW + 400)), Shortfall("clock", ("-400",))),
        (TIMED, call(x_signature="0", x_time=str(NOW - 299)), Shortfall("mismatch")),
        (scheme("bearer"), call(), Shortfall("headers", ("Authorization",))),
        (scheme("basic"), call(Authorization="Bearer x"), Shortfall("mismatch")),
        (
            scheme("standard_webhooks"),
            call(svix_signature="v1,x", svix_id="m"),
            Shortfall("headers", ("svix-timestamp",)),
        ),
        (
            scheme("standard_webhooks"),
            call(webhook_signature="v1,x", webhook_id="m", webhook_timestamp=str(NOW - 900)),
            Shortfall("clock", ("900",)),
        ),
        (scheme("query"), call("/in?tok=1"), Shortfall("parameter", ("token",))),
        (scheme("query"), call("/in?token=1"), Shortfall("mismatch")),
        (
            scheme("addresses", networks="192.0.2.0/24"),
            call(),
            Shortfall("address", ("198.51.100.7",)),
        ),
        (scheme("client_certificate"), call(), Shortfall("proxy")),
        (
            scheme("http_signature", key_id="k"),
            call(Signature="x"),
            Shortfall("headers", ("Signature-Input", "Content-Digest")),
        ),
    ],
)
def test_what_was_lacking(asked, came, lack):
    assert asked.verify([SECRET], came) is None
    assert shortfall(asked, came) == lack


def test_a_wrong_secret_is_told_from_a_missing_header():
    mac = hmac.new(b"another secret, as long as ours is", BODY, hashlib.sha256).hexdigest()
    assert shortfall(HMAC, call(x_signature=mac)) == Shortfall("mismatch")


def test_names_of_headers_and_no_values():
    names = ["X-Sig", "Content-Type", "HOST", "a b", "x" * 61, "X-Api-Key", "\u00e4"]
    assert telling_headers(names) == ("X-Api-Key", "X-Sig")
    assert len(telling_headers(f"x-{n}" for n in range(200))) == 30


@settings(deadline=None, max_examples=200)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    headers=st.dictionaries(
        st.sampled_from(
            [
                "X-Signature",
                "X-Time",
                "Authorization",
                "webhook-id",
                "webhook-timestamp",
                "Signature",
            ]
        ),
        st.text(st.characters(max_codepoint=255), max_size=80),
    ),
    target=st.text(st.characters(max_codepoint=127), max_size=40),
)
def test_whatever_comes_it_has_words(kind, headers, target):
    asked = scheme(kind, header="X-Signature", timestamp_header="X-Time")
    found = shortfall(asked, Call(BODY, headers, NOW, target=target))
    assert found.code in {"headers", "parameter", "address", "proxy", "moment", "clock", "mismatch"}
    assert all("\x00" not in name and len(name) <= 60 for name in found.names)
