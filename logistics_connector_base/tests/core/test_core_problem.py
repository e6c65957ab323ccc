# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""RFC 9457 problem details."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.problem import CONTENT_TYPE, problem


def test_members_of_the_rfc():
    assert problem(401, "Not authentic", "The signature is not valid.") == {
        "type": "about:blank",
        "title": "Not authentic",
        "status": 401,
        "detail": "The signature is not valid.",
    }
    found = problem(429, "Too many", "Wait.", instance="/x/1", type="https://x.example/rate")
    assert found["instance"] == "/x/1" and found["type"] == "https://x.example/rate"
    assert CONTENT_TYPE == "application/problem+json"


def test_it_is_short_and_can_be_sent():
    found = problem(400, "x" * 500, "a\x00\ud800" * 5000, instance="y" * 5000)
    text = json.dumps(found, ensure_ascii=False).encode()
    assert len(text) < 2500


@pytest.mark.parametrize("status", [200, 302, 399, 600])
def test_only_errors_are_problems(status):
    with pytest.raises(ValueError):
        problem(status, "x", "y")
