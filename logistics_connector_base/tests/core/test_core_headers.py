# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Headers that we send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.headers import check_header, check_headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Api-Key", "s3cr3t!~"),
        ("Authorization", "Bearer abc.def"),
        ("X-Empty", ""),
        ("X-Tab", "a\tb"),
        ("X-Latin", "Málaga"),
    ],
)
def test_good_headers(name, value):
    check_header(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "s3cr3t\r\nY: b"),
        ("X", "s3cr3t\nY: b"),
        ("X", "s3cr3t\rY: b"),
        ("X", "s3cr3t\x00"),
        ("X", "s3cr3t\x7f"),
        ("X", " s3cr3t"),
        ("X", "s3cr3t\r\n folded"),
        ("X", "s3cr3t€"),
        ("X", "s3cr3t" * 2000),
        ("X", 1),
        ("X", None),
        ("X", b"s3cr3t"),
        ("X Y", "a"),
        ("X:", "a"),
        ("X\r\nY", "a"),
        ("", "a"),
        ("Ä", "a"),
        (None, "a"),
        ("Host", "evil.example"),
        ("HOST", "evil.example"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "X-Api-Key"),
        ("Expect", "100-continue"),
        ("Proxy-Authorization", "Basic x"),
        ("TE", "trailers"),
        ("Accept-Encoding", "br"),
    ],
)
def test_bad_headers_are_refused_without_telling_the_value(name, value):
    with pytest.raises(ValueError) as caught:
        check_header(name, value)
    assert "s3cr3t" not in str(caught.value) and caught.value.__context__ is None


def test_all_together():
    check_headers({"A": "1", "B": "2"})
    with pytest.raises(ValueError, match="twice"):
        check_headers({"A": "1", "a": "2"})
    with pytest.raises(ValueError, match="together"):
        check_headers({f"A{number}": "x" * 8000 for number in range(5)})


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_passes_is_one_line(name, value):
    try:
        check_header(name, value)
    except ValueError:
        return
    line = f"{name}: {value}".encode("latin-1")
    assert not set(line) & set(b"\r\n\x00") and line.split(b":", 1)[0].decode() == name
