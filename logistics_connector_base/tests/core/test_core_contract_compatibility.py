"""Nothing is called compatible that is not."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.contract import (
    BREAKING,
    UNKNOWN,
    Schema,
    SchemaError,
    compare,
)

from .json_schemas import NAMES, VALUES, schemas


def kinds(old, new):
    return {(d.kind, d.pointer) for d in compare(Schema(json.dumps(old)), Schema(json.dumps(new)))}


ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "maxLength": 20},
        "weight": {"type": "number", "minimum": 0},
        "state": {"enum": ["NEW", "DONE"]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "additionalProperties": False,
    "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}},
}


def changed(**changes):
    """The order's schema with other values at places such as properties__id__maxLength."""
    schema = copy.deepcopy(ORDER)
    for path, value in changes.items():
        *steps, last = path.split("__")
        inner = schema
        for name in steps:
            inner = inner[name]
        inner[last] = value
    return schema


@pytest.mark.parametrize(
    "change",
    [
        {"properties__id__maxLength": 30},
        {"properties__id__description": "theirs"},
        {"properties__weight__minimum": -1},
        {"properties__weight__type": ["number", "null"]},
        {"properties__state__enum": ["NEW", "DONE", "LOST"]},
        {"properties__note": {"type": "string"}},
        {"required": []},
        {"additionalProperties": True},
        {"minProperties": 1},
        {"properties__id": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
    ],
    ids=str,
)
def test_wider_is_compatible(change):
    assert kinds(ORDER, changed(**change)) == set()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"required": ["id", "state"]}, (BREAKING, "/state")),
        ({"properties__id__maxLength": 10}, (BREAKING, "/id")),
        ({"properties__id__pattern": "^A"}, (BREAKING, "/id")),
        ({"properties__id__type": "integer"}, (BREAKING, "/id")),
        ({"properties__weight__type": "integer"}, (BREAKING, "/weight")),
        ({"properties__weight__exclusiveMinimum": 0}, (BREAKING, "/weight")),
        ({"properties__weight__multipleOf": 2}, (BREAKING, "/weight")),
        ({"properties__state__enum": ["NEW"]}, (BREAKING, "/state")),
        ({"properties__lines__maxItems": 9}, (BREAKING, "/lines")),
        ({"properties__lines__uniqueItems": True}, (BREAKING, "/lines")),
        ({"$defs__line__required": ["sku"]}, (BREAKING, "/lines/*/sku")),
        ({"$defs__line__properties__sku__type": "integer"}, (BREAKING, "/lines/*/sku")),
        ({"$defs__line__additionalProperties": False}, (BREAKING, "/lines/*/*")),
        ({"$defs__line__properties__qty": {"type": "integer"}}, (UNKNOWN, "/lines/*/qty")),
        ({"properties__id__not": {"const": "X"}}, (UNKNOWN, "/id")),
        ({"properties__id__oneOf": [{"minLength": 1}]}, (UNKNOWN, "/id")),
        ({"properties__lines__contains": {"type": "object"}}, (UNKNOWN, "/lines")),
        ({"propertyNames": {"maxLength": 3}}, (UNKNOWN, "")),
    ],
    ids=str,
)
def test_narrower_is_found_at_its_place(change, found):
    assert found in kinds(ORDER, changed(**change))


def test_a_field_taken_away_from_a_closed_object_breaks():
    new = changed()
    del new["properties"]["state"]
    assert kinds(ORDER, new) == {(BREAKING, "/state")}


def test_cases_and_recursion():
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
    }
    assert kinds(tree, {**tree, "title": "other"}) == set()
    assert kinds(tree, {**tree, "required": ["name"]})
    both = {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}
    assert kinds(both, {"type": ["string", "integer"]}) == set()
    assert kinds(both, {"type": "string"})
    when = {"if": {"required": ["a"]}, "then": {"required": ["b", "c"]}}
    assert kinds(when, {**when, "then": {"required": ["b"]}}) == set()
    assert kinds({**when, "then": {"required": ["b"]}}, when)


def test_a_huge_comparison_ends_without_an_answer():
    wide = {
        "$defs": {
            f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"minLength": n}]} for n in range(40)
        },
        "$ref": "#/$defs/d0",
    }
    wide["$defs"]["d40"] = {"type": "string"}
    other = copy.deepcopy(wide)
    other["$defs"]["d40"]["maxLength"] = 3
    assert {kind for kind, _pointer in kinds(wide, other)} <= {UNKNOWN, BREAKING}
    assert kinds(wide, other)


def test_long_names_and_many_values_end():
    slow = {"patternProperties": {"^.*a.*b.*c$": {"type": "string"}}}
    assert kinds(slow, {**slow, "properties": {"x" * 400: True}}) == {(UNKNOWN, "")}
    many = {"enum": [f"value {n}" for n in range(2000)]}
    assert kinds(many, {**many, "maxLength": 10}) == set()
    assert kinds(many, {**many, "maxLength": 9}) == {(BREAKING, "")}


# -- the law ---------------------------------------------------------------------------------------


def parts(schema, path=()):
    """All schemas inside a schema, as paths."""
    yield path
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name in ("properties", "patternProperties", "dependentSchemas"):
                for key, item in value.items():
                    yield from parts(item, (*path, name, key))
            elif name in ("allOf", "anyOf", "oneOf", "prefixItems"):
                for index, item in enumerate(value):
                    yield from parts(item, (*path, name, index))
            elif name in ("items", "not", "additionalProperties", "if", "then", "else"):
                yield from parts(value, (*path, name))


@st.composite
def neighbours(draw):
    """Two schemas that differ a little: most of two unrelated ones are plainly incompatible."""
    old = draw(schemas())
    new = copy.deepcopy(old)
    for _change in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(parts(new))))
        inner = new
        for step in path:
            inner = inner[step]
        if not isinstance(inner, dict):
            continue
        other = draw(schemas(1))
        if inner and draw(st.booleans()):
            del inner[draw(st.sampled_from(sorted(inner)))]
        else:
            inner.update(other)
    return (old, new) if draw(st.booleans()) else (new, old)


def read(schema):
    try:
        return Schema(json.dumps(schema))
    except SchemaError:
        return None


@settings(max_examples=400)
@given(neighbours(), st.lists(VALUES, min_size=15, max_size=30))
def test_what_is_declared_compatible_is(pair, values):
    old, new = map(read, pair)
    if old is None or new is None or compare(old, new):
        return
    for value in values:
        if old.check(value, 5).fits:
            assert new.check(value, 5).fits, value


@settings(max_examples=100)
@given(schemas(), st.dictionaries(NAMES, st.just({"title": "x"}), max_size=1))
def test_the_same_is_compatible(schema, notes):
    old, new = read(schema), read({**schema, "title": "other words", "$defs": notes})
    if old is not None:
        assert compare(old, new) == ()
