"""Schemas that are taken and refused, messages in bounded time, versions, words."""

import contextlib
import json
import re
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from odoo.addons.logistics_connector_base.core.contract import (
    CannotTell,
    SchemaError,
    compiled,
    next_version,
    schema,
    sort_key,
)
from odoo.addons.logistics_connector_base.core.contract.patterns import (
    PatternError,
    longest_text,
)
from odoo.addons.logistics_connector_base.providers.canonical import parse

from .json_schemas import VALUES, schemas


def make(value):
    return compiled(json.dumps(value))


# -- schemas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"$ref": "https://evil.example/x.json"}, "another document"),
        ({"$ref": "file:///etc/passwd"}, "another document"),
        ({"$ref": "other.json#/a"}, "another document"),
        ({"$dynamicRef": "#meta"}, "not known"),
        ({"properties": {"a": {"$id": "https://x.example"}}}, "at the top only"),
        ({"$ref": "#"}, "never come to an end"),
        ({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"not": {"$ref": "#"}}}}, "to an end"),
        ({"$ref": "#/$defs/a"}, "nothing at"),
        ({"$ref": "#/title", "title": "x"}, "is no schema"),
        ({"$ref": "#/examples/0", "examples": [{"requierd": 1}]}, "is no schema"),
        ({"requierd": ["a"]}, "would check nothing"),
        ({"type": "strin"}, "no valid JSON Schema"),
        ({"minLength": -1}, "no valid JSON Schema"),
        ({"pattern": "(a+)+$"}, "for ever"),
        ({"patternProperties": {"(a|a)*b": True}}, "for ever"),
        ({"pattern": "["}, "no valid JSON Schema"),
        ({"pattern": "^(?!x)"}, "look ahead"),
        ({"enum": list(range(3000))}, "values"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "2020-12"),
        ({"allOf": [{"minLength": n} for n in range(6000)]}, "parts"),
        ([], "is an object"),
        (True, "is an object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refused_schemas(value, words):
    with pytest.raises(SchemaError, match=words):
        make(value)


def test_a_deep_schema_is_refused():
    value = {}
    for _level in range(60):
        value = {"items": value}
    with pytest.raises(SchemaError, match="nested"):
        make(value)


def test_notes_are_allowed():
    make({"title": "x", "description": "y", "format": "date", "x-message": "z", "example": 1})


# -- messages --------------------------------------------------------------------------------------


def test_what_is_said():
    found = make(
        {
            "required": ["a", "b"],
            "additionalProperties": False,
            "properties": {
                "a": {"type": ["string", "null"]},
                "list": {"items": {"type": "integer", "maximum": 9}, "uniqueItems": True},
            },
        }
    ).check({"a": 1, "list": [1, "2", 77, 1], "more": 1}, 1)
    assert found.lines == (
        "/: “b” is missing.",
        "/: “more” is no field of this format.",
        "/a: text or nothing expected, found a number.",
        "/list: the list holds an entry twice.",
        "/list/1: a whole number expected, found text.",
        "There is more.",
    )
    assert found.findings[4].rule == "/properties/list/items/type"


def test_each_missing_name_is_told():
    found = make({"required": ["a", "b", "c"]}).check({"b": 1}, 1)
    assert [f.text for f in found.findings] == ["“a” is missing", "“c” is missing"]


def test_bytes_that_are_no_json():
    assert "not JSON" in make({}).check_bytes(b"<xml/>", 1).lines[0]


@pytest.mark.parametrize("quick", [True, False])
def test_time_is_bounded(quick, monkeypatch):
    if not quick:
        monkeypatch.setattr(schema, "jsonschema_rs", None)
    bomb = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    bomb["d40"] = {"type": "string"}
    twice = {"items": {"$ref": "#"}}
    deep = []
    for _level in range(50):
        deep = [deep]
    cases = [
        ({"$ref": "#/$defs/d0", "$defs": bomb}, "a"),
        ({"anyOf": [{**twice, "minItems": 1}, {**twice, "minItems": 2}]}, deep),
        ({"pattern": "^[a-z ]*x[a-z ]*x[a-z ]*!"}, "x " * 100_000),
        ({"patternProperties": {"[a-z]*x[a-z]*!": True}}, {"x" * 100_000: 1}),
    ]
    for value, message in cases:
        fresh = schema.Schema(json.dumps(value))
        monkeypatch.setattr(fresh, "_quick", fresh._quick if quick else None)
        start = time.monotonic()
        try:
            fresh.check(message, 0.2)
        except CannotTell:
            pass
        assert time.monotonic() - start < 3, value


def test_unique_entries_of_a_long_list():
    rows = [{"n": n, "m": [n, {"k": float(n)}]} for n in range(20_000)]
    unique = make({"uniqueItems": True, "$comment": "slow"})
    unique._quick = None
    assert unique.check(rows, 5).fits
    assert not unique.check([*rows, rows[7]], 5).fits
    assert unique.check([1, True, "1", None, [1], {"a": 1}], 1).fits
    assert not unique.check([1, 1.0], 1).fits


@settings(max_examples=200)
@given(schemas(), st.lists(VALUES, min_size=10, max_size=20))
def test_all_judge_alike(value, messages):
    """The quick validator, the one that looks at the clock, and the library's own."""
    try:
        ours = schema.Schema(json.dumps(value))
    except SchemaError:
        return
    theirs = Draft202012Validator(value)
    for message in messages:
        fits = theirs.is_valid(message)
        assert ours._judge(message).fits == fits
        if ours._quick is not None:
            assert ours._quick.is_valid(message) == fits


FIXTURES = sorted(parse.SCHEMA_PATH.parents[1].glob("providers/canonical/fixtures/*.json"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_our_own_schema(fixture):
    ours = compiled(parse.SCHEMA_PATH.read_text(encoding="utf-8"))
    value = json.loads(fixture.read_text(encoding="utf-8"))
    assert ours._quick is not None
    assert ours.check(value, 5).fits == parse.FORMAT.fits(value)


# -- patterns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)+$", r"^(\w+\s?)+$", r"^(a|a)*$", r"^(a|b|ab)*$", r"(x+x+)+y", r"^(a*)*$"),
        *(r"^([a-z]{1,9}){2,20}$", r"(\d+\.?)+:", r"^(([a-c])+.)+[A-Z]([a-z])+$"),
        *(r"^((aa|a)*)$", r"^(ab|a|abb)*$", r"^(a|ab?|b)+$"),
        *(r"^(aa(b?)?c?)+a{1,3}$", r"^((c??)?a{2})*a$"),
        *("(?i)a", r"(a)\1", "(?=a)", "(?<!a)b", "a" * 2000),
        ".*.*.*.*.*=",
    ],
)
def test_dangerous_patterns(pattern):
    with pytest.raises(PatternError):
        longest_text(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^[A-Z]{3}_[A-Z]+(_[A-Z]+)*$", r"\S", r"^x[-_]", r"^[^/\\]+$"),
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9:]+)?)?$",
        *(r"^([0-9]{1,3}\.){3}[0-9]{1,3}$", r"^[^@\s]+@[^@\s]+$", r"^(AA|B|CC)+$", r"^é+$"),
    ],
)
def test_usual_patterns(pattern):
    assert longest_text(pattern) > 30


@contextlib.contextmanager
def ended_after(seconds):
    """Python's matcher looks at signals, in the main thread: a test of it need not hang."""

    def end(_number, _frame):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


ATOMS = st.sampled_from(["a", "b", "[ab]", ".", r"\w", "[^a]", "ab"])


@st.composite
def patterns(draw, depth=2):
    parts = []
    for _part in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            branches = draw(st.lists(patterns(depth - 1), min_size=1, max_size=2))
            atom = f"({'|'.join(branches)})"
        else:
            atom = draw(ATOMS)
        parts.append(atom + draw(st.sampled_from(["", "*", "+", "?", "{1,3}", "{2}"])))
    return "".join(parts)


@settings(max_examples=300)
@given(patterns(), st.sampled_from(["a", "ab", "b", "aab"]))
def test_what_is_taken_ends(pattern, word):
    """Whatever is taken is matched in reasonable time, for texts as long as was said."""
    pattern = f"^{pattern}$"
    try:
        longest = longest_text(pattern)
    except PatternError:
        return
    text = (word * longest)[: min(longest, 3000) - 1] + "!"
    with ended_after(5):
        re.search(pattern, text)


# -- versions --------------------------------------------------------------------------------------


def test_versions():
    assert sorted(["10.0", "9", "9.0.1", "9.10", "9.9"], key=sort_key) == [
        *("9", "9.0.1", "9.9", "9.10", "10.0")
    ]
    assert sort_key("1") == sort_key("1.0.0")
    assert next_version("1.2.5") == "1.3"
    for wrong in ("", "1.", "v1", "1.0.0.0", "01", "1.0 ", "123456"):
        with pytest.raises(ValueError, match="version"):
            sort_key(wrong)
