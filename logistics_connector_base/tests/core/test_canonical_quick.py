"""The quick validator may say yes only to what the schema's own validator accepts."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import own_format
from odoo.addons.logistics_connector_base.providers.canonical import parse

FIXTURES = sorted(Path(parse.__file__).parent.glob("fixtures/*.json"))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(
        ["2026-02-30", "2026-03-01T10:00:00Z", "DLV_DELIVERED", "\n", "\ud800", "x" * 300]
    ),
    st.just([]),
    st.just({}),
)


def documents(value, path=()):
    """Every place inside a JSON value, as a path."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value or ())
    if isinstance(value, dict | list):
        for key, inner in items:
            yield from documents(inner, (*path, key))


def is_valid(value):
    return next(parse.FORMAT.validator.iter_errors(value), None) is None


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_both_judge_the_fixtures_alike(fixture):
    value = json.loads(fixture.read_text(encoding="utf-8"))
    assert parse.FORMAT.fits(value) == is_valid(value)


@given(st.data())
def test_what_it_accepts_is_valid(data):
    value = json.loads(FIXTURES[0].read_text(encoding="utf-8"))
    path = data.draw(st.sampled_from([path for path in documents(value) if path]))
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(VALUES)
    if parse.FORMAT.fits(changed):
        assert is_valid(changed)


def test_it_is_there_in_the_project_and_may_be_missing_elsewhere(monkeypatch):
    assert parse.FORMAT.quick_validator is not None
    monkeypatch.setattr(own_format, "jsonschema_rs", None)
    assert own_format.OwnFormat(parse.SCHEMA_PATH).fits({}) is False
