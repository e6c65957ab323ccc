# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""JSON from strangers."""

import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import jsonsafe
from odoo.addons.logistics_connector_base.core.canonical import ParseError

laws = settings(deadline=None, max_examples=100)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@laws
@given(JSON, st.booleans(), st.booleans())
def test_all_proper_json_is_read(value, ascii_only, with_mark):
    # ensure_ascii also sends the lone surrogates that st.text() leaves out of UTF-8
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert jsonsafe.loads((b"\xef\xbb\xbf" if with_mark else b"") + raw) == value


@laws
@given(st.binary(max_size=200) | st.text(alphabet='[]{}":,\\ \n\t01eE-+.truefalsn', max_size=80))
def test_anything_else_is_a_parse_error(raw):
    raw = raw.encode() if isinstance(raw, str) else raw
    try:
        jsonsafe.loads(raw)
    except ParseError as error:
        assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        ('{"a": "ä"}'.encode("latin-1"), "not UTF-8"),
        (b'{"a": 1', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1,\n "b": x}', "(line 2, column 7)"),
        (b'{"a": 1} x', "not JSON"),
        (b'"\x00"', "not JSON"),
        (b"]]]]", "not JSON"),
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e400]", "too large"),
        (b"[-1e400]", "too large"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' twice"),
        (b'{"x": {"a": 1, "\\u0061": 3}}', "'a' twice"),
        (b"9" * 4301, "digits"),
        (b"[" * 65 + b"]" * 65, "deeper than 64"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper than 64"),
        (b"[" * 100_000, "deeper than 64"),
        (b'["' + b"]" * 50 + b'",' + b"[" * 64 + b"]" * 64 + b"]", "deeper than 64"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_poison_is_refused_in_plain_words(raw, words):
    with pytest.raises(ParseError) as caught:
        jsonsafe.loads(raw)
    assert words in str(caught.value)
    assert caught.value.__cause__ is None


def test_size_limit():
    assert jsonsafe.loads(b'"12345678"', max_bytes=10) == "12345678"
    with pytest.raises(ParseError, match="larger than 10 bytes"):
        jsonsafe.loads(b'"123456789"', max_bytes=10)


def test_the_deepest_allowed_nesting_is_read():
    value = jsonsafe.loads(b"[" * 64 + b"]" * 64)
    for _level in range(63):
        (value,) = value
    assert value == []


def test_many_beside_each_other_are_not_deep():
    value = [[], {}] * 1000
    assert jsonsafe.loads(json.dumps(value).encode()) == value


def test_the_longest_allowed_number_is_read():
    assert jsonsafe.loads(b"9" * 4300) == 10**4300 - 1


def test_brackets_inside_strings_are_no_nesting():
    text = "[" * 1000 + '"\\' + "{" * 1000
    assert jsonsafe.loads(json.dumps([text]).encode()) == [text]


def test_deeper_than_the_interpreter_stands_is_still_a_parse_error():
    with pytest.raises(ParseError):
        jsonsafe.loads(b"[" * 100_000 + b"]" * 100_000, max_depth=1_000_000)


@pytest.mark.parametrize(
    "raw",
    [
        b'"' * 1_000_000,
        b'"' + b'\\"' * 500_000,
        b'"\\' * 500_000,
        b"[]" * 500_000,
        b"9" * 1_000_000,
    ],
    ids=["quotes", "escaped quotes", "open escapes", "brackets", "digits"],
)
def test_hostile_megabytes_are_refused_at_once(raw):
    started = time.perf_counter()
    with pytest.raises(ParseError):
        jsonsafe.loads(raw)
    assert time.perf_counter() - started < 2  # measured: 0.05 s; quadratic would be minutes


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, ""),
        (12, "12"),
        (1.5, "1.5"),
        ("  a b \r\n c\rd ", "a b \n c\nd"),
        ("a\x00b\x07c\x1bd\x7fe\x9bf\ud800g", "abcdefg"),
        ("tab\tstays", "tab\tstays"),
        ("7\u202e1", "71"),
        ("Zoë 東京 🚚", "Zoë 東京 🚚"),
    ],
)
def test_clean_text(value, clean):
    assert jsonsafe.clean_text(value) == clean


def test_clean_text_is_cut():
    assert jsonsafe.clean_text("abcdef", 6) == "abcdef"
    assert jsonsafe.clean_text("abcdefg", 6) == "abcde…"
    assert jsonsafe.clean_text("abcdefg", 0) == ""
    assert jsonsafe.clean_text("x" * 10_000_000, 20) == "x" * 19 + "…"


def storable(text):
    text.encode("utf-8")  # raises for lone surrogates
    return not any(ord(char) < 32 and char not in "\t\n" for char in text)


@laws
@given(st.text(alphabet=st.characters(), max_size=60), st.integers(0, 30))
def test_clean_text_can_be_stored_and_is_stable(text, limit):
    clean = jsonsafe.clean_text(text)
    assert storable(clean)
    assert jsonsafe.clean_text(clean) == clean
    assert len(jsonsafe.clean_text(text, limit)) <= limit


@laws
@given(
    st.recursive(
        st.none() | st.floats() | st.text(alphabet=st.characters(), max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text(st.sampled_from("a\x00\ud800"), max_size=3), inner, max_size=4
            )
        ),
        max_leaves=10,
    )
)
def test_clean_value_is_accepted_by_jsonb_and_loses_no_entry(value):
    clean = jsonsafe.clean_value(value)
    text = json.dumps(clean, ensure_ascii=False, allow_nan=False)
    assert storable(text) and "\x00" not in text and "\\u0000" not in text
    assert count(clean) == count(value)


def count(value):
    if isinstance(value, dict):
        return 1 + sum(map(count, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(count, value))
    return 1


def test_clean_value_keeps_what_is_sound():
    value = {"a": [1, 1.5, True, None, "x"], "b": {"c": "d"}}
    assert jsonsafe.clean_value(value) == value
    assert jsonsafe.clean_value([math.nan, math.inf]) == [None, None]
    assert jsonsafe.clean_value({"a": 1, "a\x00": 2, "\x00a": 3}) == {
        "a": 1,
        "a (2)": 2,
        "a (3)": 3,
    }
