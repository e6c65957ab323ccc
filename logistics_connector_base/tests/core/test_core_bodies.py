# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""From a value to the bytes that each try sends."""

import json
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from odoo.addons.logistics_connector_base.core.bodies import CONTENT_TYPES, pack

laws = settings(deadline=None, max_examples=100)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def test_each_format_has_its_bytes():
    assert pack("json", {"a": [1, "é"]}) == '{"a":[1,"é"]}'.encode()
    assert pack("form", {"a b": "1&2", "c": None, "d": 3}) == b"a+b=1%262&c=&d=3"
    assert pack("form", [("a", "1"), ("a", "2")]) == b"a=1&a=2"
    assert pack("text", "é") == "é".encode()
    assert pack("xml", "<a/>") == b"<a/>"
    assert set(CONTENT_TYPES) == {"json", "form", "text", "xml"}


def test_an_element_is_written_with_its_declaration_and_without_what_stands_behind_it():
    root = etree.fromstring("<list><order>é</order> and more</list>")
    packed = pack("xml", root[0])
    assert packed.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert etree.fromstring(packed).text == "é"


@pytest.mark.parametrize("form", list(CONTENT_TYPES))
def test_bytes_are_sent_as_they_are(form):
    assert pack(form, b"\xff\x00") == b"\xff\x00"


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("json", float("nan")),
        ("json", {"a": float("inf")}),
        ("json", date(2026, 3, 10)),
        ("json", {("a", "b"): 1}),
        ("json", "\ud800"),
        ("text", 5),
        ("text", "\ud800"),
        ("xml", 5),
        ("xml", None),
        ("xml", "\ud800"),
        ("form", 5),
        ("form", None),
        ("form", [1, 2]),
        ("form", "abc"),
    ],
)
def test_what_cannot_be_written_is_said_in_plain_words(form, value):
    with pytest.raises(ValueError, match=f"cannot be written as {form}"):
        pack(form, value)


def test_a_value_that_holds_itself():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match="cannot be written"):
        pack("json", loop)


@laws
@given(values)
def test_what_json_can_say_comes_back(value):
    assert json.loads(pack("json", value)) == value
    assert pack("json", value) == pack("json", value)


@laws
@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_pairs_come_back(pairs):
    packed = pack("form", pairs).decode("ascii")
    assert parse_qsl(packed, keep_blank_values=True) == pairs
