"""Tests that each provider has: whatever comes, it is a message or a plain refusal."""

import json

import hypothesis.strategies as st
from hypothesis import given

from .common import JSON, fixture, fuzz, holds, paths, replaced


def any_json(parse, wrap=lambda value: value):
    """A test: whatever JSON comes, perhaps inside of what ``wrap`` makes around it."""

    @fuzz
    @given(JSON)
    def test(value):
        holds(parse, wrap(value))

    return test


def any_value_anywhere(parse, provider, *names):
    """A test: the JSON fixtures of these names, one value of them replaced by another."""

    @fuzz
    @given(st.data())
    def test(data):
        value = json.loads(fixture(provider, data.draw(st.sampled_from(names))))
        path = data.draw(st.sampled_from(sorted(paths(value), key=str)))
        holds(parse, replaced(value, path, data.draw(JSON)))

    return test
