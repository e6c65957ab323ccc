"""What the tests of all providers need. Plain Python: no registry, no database."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from odoo.addons.logistics_connector_base.core.canonical import (
    ParseContext,
    ParsedMessage,
    ParseError,
)
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint

ADDON = Path(__file__).resolve().parents[2]
BASE = ADDON.parent / "logistics_connector_base"
NEW_YORK = ParseContext(default_zone="America/New_York")
MAPPING_COLUMNS = [
    "id",
    "provider",
    "raw_code",
    "raw_sub_code",
    "code",
    "reason",
    "classifier",
    "priority",
    "note",
]

# A slow machine is no failure, and nothing is left in the working directory.
fuzz = settings(deadline=None, database=None, max_examples=200)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def fixture(provider, name, suffix="json"):
    return (ADDON / "providers" / provider / "fixtures" / f"{name}.{suffix}").read_bytes()


def fixtures(provider):
    """The file names of a provider's messages, which are JSON or XML."""
    folder = ADDON / "providers" / provider / "fixtures"
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".json", ".xml"))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def told(instant):
    """All of an Instant, to compare in one line: UTC, offset, precision, assumed."""
    if instant is None:
        return None
    return (instant.utc, instant.offset_minutes, instant.precision, instant.assumed)


def keys(event):
    return {(ref.type, ref.value, ref.issuer) for ref in event.references}


def paths(value, path=()):
    """The path of every value inside a JSON tree, its own included."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def replaced(value, path, new):
    """A copy of a JSON tree with another value at ``path``."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def holds(parse, value):
    """:func:`holds_raw` for a value of JSON."""
    holds_raw(parse, json.dumps(value).encode())


def holds_raw(parse, raw):
    """Whatever the message: a ParsedMessage that can be identified and stored, or a ParseError."""
    try:
        message = parse(raw, NEW_YORK)
    except ParseError as error:
        assert str(error)
        return
    assert isinstance(message, ParsedMessage)
    for event in message.events:
        assert event_fingerprint(event).startswith("v1:")
        assert event.raw_code and event.shipment_key and event.references
        # PostgreSQL refuses NUL and lone surrogates.
        texts = [event.raw_text, event.signed_by, event.shipment_key, event.raw_code]
        texts += [ref.value for ref in event.references] + [event.place.city, event.place.zip]
        assert "\0" not in "".join(texts).encode().decode()


def refusal(parse, raw, context=NEW_YORK):
    """What a message that is not understood is told; fails where it is understood."""
    with pytest.raises(ParseError) as failure:
        parse(raw, context)
    return str(failure.value)


def mapping(provider):
    with (ADDON / "providers" / provider / "mapping.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def mapped(provider, event):
    """(code, reason, classifier) of an event as ``logistics.event.mapping`` looks it up: the exact
    row, else the row for any sub code, else None."""
    table = {(row["raw_code"], row["raw_sub_code"]): row for row in mapping(provider)}
    row = table.get((event.raw_code, event.raw_sub_code)) or table.get((event.raw_code, ""))
    return (row["code"], row["reason"], row["classifier"]) if row else None


def taxonomy(model):
    with (BASE / "data" / f"logistics.event.{model}.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}
