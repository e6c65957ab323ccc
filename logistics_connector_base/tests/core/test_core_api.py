# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The API's pure part: what is asked, where pages end, how things look, how it is described."""

import json
import logging
import os
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from odoo.addons.logistics_connector_base.core.api import documents, keys, paging, query, shapes
from odoo.addons.logistics_connector_base.core.api.operations import (
    BY_CODE,
    OPERATIONS,
    ORDER_STATES,
    REFERENCE_TYPES,
    SHIPMENT_STATES,
)
from odoo.addons.logistics_connector_base.core.masking import LogTokenFilter, mask_path

FILE = Path(__file__).parents[3] / "docs" / "openapi.yaml"
READERS = BY_CODE["list_shipments"].readers


def validator(name):
    """A strict one of our answers."""
    answers, _events = documents.schemas()
    schema = {"$ref": f"#/$defs/{name}", "$defs": answers["$defs"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


# -- what is asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "name"),
    [
        ([("limit", "0")], "limit"),
        ([("limit", "201")], "limit"),
        ([("limit", "9" * 5000)], "limit"),
        ([("limit", "²")], "limit"),
        ([("limit", "1"), ("limit", "1")], "limit"),
        ([("state", "Delivered")], "state"),
        ([("tracking_number", "")], "tracking_number"),
        ([("tracking_number", "1Z\x00")], "tracking_number"),
        ([("tracking_number", "\ud800")], "tracking_number"),
        ([("tracking_number", "x" * 201)], "tracking_number"),
        ([("updated_since", "2026-03-01")], "updated_since"),
        ([("updated_since", "2026-03-01T00:00:00")], "updated_since"),
        ([("updated_since", "0001-01-01T00:00:00+23:59")], "updated_since"),
        ([("updated_since", "2026-02-30T00:00:00Z")], "updated_since"),
        ([("stat", "delivered")], "stat"),
        ([("<script>", "x")], "a parameter"),
    ],
)
def test_bad_parameters(pairs, name):
    with pytest.raises(query.BadParameter) as refused:
        query.read(pairs, READERS)
    assert refused.value.name == name
    assert "script" not in refused.value.reason


def test_good_parameters():
    found = query.read(
        [("limit", "200"), ("updated_since", "2026-03-01T09:30:00+01:00"), ("state", "lost")],
        READERS,
    )
    moment = datetime(2026, 3, 1, 8, 30)
    assert found == {"limit": 200, "updated_since": moment, "state": "lost"}


@given(st.lists(st.tuples(st.one_of(st.sampled_from(sorted(READERS)), st.text()), st.text())))
def test_whatever_is_asked_is_read_or_refused(pairs):
    try:
        found = query.read(pairs, READERS)
    except query.BadParameter:
        return
    assert set(found) <= set(READERS)


# -- pages -----------------------------------------------------------------------------------------

numbers = st.integers(0, paging.BIGGEST)


@given(st.text(), numbers, numbers)
def test_a_cursor_leads_back(list_key, position, number):
    place = paging.Place(position, number)
    cursor = paging.encode(list_key, place)
    assert paging.decode(list_key, cursor) == place
    assert len(cursor) <= paging.MAX_LENGTH
    with pytest.raises(ValueError, match="another list"):
        paging.decode(list_key + "x", cursor)


@given(st.text())
def test_no_text_breaks_the_reader_of_cursors(text):
    with pytest.raises(ValueError, match="ursor"):
        paging.decode("list", text)


@given(
    st.one_of(
        st.binary(max_size=100),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=4),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_no_made_up_cursor_breaks_it(plain):
    import base64

    text = base64.urlsafe_b64encode(plain).decode().rstrip("=")
    with pytest.raises(ValueError, match="ursor"):
        paging.decode("list", text)


# -- keys ------------------------------------------------------------------------------------------


def test_a_key_is_found_in_its_header_only():
    key = keys.make()
    assert keys.SHAPE.fullmatch(key)
    assert keys.make() != key
    assert keys.from_header(f"Bearer {key}") == keys.from_header(f"bearer  {key} ") == key
    for header in (None, "", key, f"Basic {key}", f"Bearer {key}x", f"Bearer {key.upper()}"):
        assert keys.from_header(header) is None
    assert keys.prefix(key) in key
    assert key not in keys.digest(key)


def test_a_key_stands_in_no_log():
    key = keys.make()
    masked = mask_path(f"GET /logistics/v1/shipments?key={key} and {key}")
    assert key not in masked
    assert masked.count(f"{keys.prefix(key)}_***") == 2
    record = logging.LogRecord("x", 20, "", 1, "said %s", (key,), None)
    LogTokenFilter().filter(record)
    assert key not in record.getMessage()


# -- how things look -------------------------------------------------------------------------------

NOW = datetime(2026, 3, 10, 9, 0, 1, 500_000)
SHIPMENT = {
    "public_id": "0" * 32,
    "name": "SHP/1",
    "correlation_id": "c",
    "state": "lost",
    **dict.fromkeys([column for column, _name in shapes.FLAGS], True),
    "mode": "parcel",
    **dict.fromkeys(("issuer", "carrier_name", "service", "origin"), ""),
    "ship_date": NOW.date(),
    **dict.fromkeys(
        (
            "promised_delivery_at", "estimated_delivery_at", "picked_up_at", "delivered_at",
            "last_event_at", "write_date",
        ),
        NOW,
    ),
    "signed_by": "Ada Lovelace",
}  # fmt: skip
STOP = {
    "role": "destination", "city": "Utrecht", "country": "NL", "planned_at": None,
    "arrived_at": NOW, "departed_at": None, "name": "Ada Lovelace", "street": "Dom 1",
    "zip": "3512",
}  # fmt: skip
EVENT = {
    "fingerprint": "f", "shipment_public_id": "0" * 32, "shipment_name": "SHP/1",
    "code": "DLV_DELIVERED", "classifier": "actual", "reason": None, "standing": "active",
    "occurred_at": NOW, "occurred_offset": 60, "occurred_precision": "second",
    "zone_assumed": None, "recorded_at": None, "received_at": NOW, "estimated_delivery_at": None,
    "issuer": "ups", "connection": "UPS", "tracking_number": "1Z", "raw_code": "D",
    "raw_sub_code": "", "source_id": "", "revision": "", "retracts": "", "corrects": "",
    "city": "Utrecht", "state_name": "", "country_code": "NL", "place_name": "Ada Lovelace",
    "zip": "3512", "latitude": 52.09, "longitude": 5.12, "signed_by": "Ada Lovelace",
    "raw_text": "Left with Ada Lovelace",
}  # fmt: skip
ORDER = {
    "name": "S1", "client_order_ref": False, "date_order": NOW, "commitment_date": None,
    "logistics_state": "blocked", "logistics_blocked_reason": "SHP/2 is on hold",
}  # fmt: skip


@pytest.mark.parametrize("personal", [False, True])
def test_what_is_made_fits_the_schema(personal):
    shipment = shapes.shipment(
        SHIPMENT,
        [{"type": "order", "value": "S1", "issuer": ""}],
        [{"tracking_number": "1Z", "sscc": False}],
        [STOP],
        ["S1"],
        personal,
    )
    event = shapes.event(EVENT, personal)
    validator("Shipment").validate(shipment)
    validator("Event").validate(event)
    shown = json.dumps([shipment, event])
    assert ("Lovelace" in shown) == personal
    assert ("3512" in shown) == ("Dom 1" in shown) == ("52.09" in shown) == personal
    assert event["occurred_at"] == "2026-03-10T10:00:01.500000+01:00"
    assert shipment["delivered_at"] == "2026-03-10T09:00:01Z"


def test_a_time_at_the_end_of_the_calendar():
    event = shapes.event({**EVENT, "occurred_at": datetime(1, 1, 1), "occurred_offset": -600})
    validator("Event").validate(event)
    assert event["occurred_at"] == "0001-01-01T00:00:00Z"


def test_an_event_that_waits_has_no_shipment():
    event = shapes.event({**EVENT, "shipment_public_id": None, "shipment_name": None})
    validator("Event").validate(event)
    assert event["shipment"] is None


def test_the_reason_of_a_hidden_shipment_is_not_told():
    visible = [{"public_id": "0" * 32, "name": "SHP/1"}]
    for hidden in (False, True):
        order = shapes.order(ORDER, visible, hidden)
        validator("Order").validate(order)
        assert order["blocked_reason"] == (None if hidden else "SHP/2 is on hold")


def test_receipts():
    row = {"receipt": "0" * 32, "correlation_id": "c", "connection": "UPS", "state": "dead",
           "received_at": NOW, "processed_at": None, "event_count": 0}  # fmt: skip
    validator("Message").validate(shapes.receipt(row))
    assert set(shapes.RECEIPT_STATES.values()) == set(
        validator("Fate").schema["$defs"]["Fate"]["properties"]["state"]["enum"]
    )


# -- how it is described ---------------------------------------------------------------------------


def test_the_file_is_what_is_served():
    """``WRITE_OPENAPI=1`` writes it anew."""
    served = json.loads(documents.openapi_json())
    if os.environ.get("WRITE_OPENAPI"):
        head = "# Made from schemas/ and core/api/operations.py; see tests/core/test_core_api.py.\n"
        text = yaml.safe_dump(served, sort_keys=False, allow_unicode=True, width=110)
        FILE.write_text(head + text)
    assert yaml.safe_load(FILE.read_text()) == served


def test_words_are_those_of_the_schemas():
    answers, events = documents.schemas()
    properties = answers["$defs"]["Shipment"]["properties"]
    assert tuple(properties["state"]["enum"]) == SHIPMENT_STATES
    assert tuple(answers["$defs"]["Order"]["properties"]["state"]["enum"]) == ORDER_STATES
    kinds = events["$defs"]["shipment"]["properties"]["references"]["items"]["properties"]["type"]
    assert tuple(kinds["enum"]) == REFERENCE_TYPES


def test_the_document_holds_together():
    document = documents.document()
    text = documents.openapi_json().decode()
    assert document["openapi"].startswith("3.1")
    assert "#/$defs" not in text
    for reference in set(_values(document, "$ref")):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        whole = Draft202012Validator({"$ref": f"#/components/schemas/{name}", **document})
        for example in schema.get("examples", ()):
            whole.validate(example)
    body = document["paths"]["/logistics/v1/events"]["post"]["requestBody"]["content"]
    sample = body["application/json"]
    Draft202012Validator({**sample["schema"], **document}).validate(sample["example"])


def test_examples_of_answers_fit_the_strict_schemas():
    answers, _events = documents.schemas()
    for name, schema in answers["$defs"].items():
        for example in schema.get("examples", ()):
            validator(name).validate(example)


def test_each_operation_is_described():
    paths = documents.document()["paths"]
    for operation in OPERATIONS:
        described = paths[operation.path][operation.method.lower()]
        assert described["operationId"] == operation.code
        assert bool(described.get("security")) == bool(operation.scope)
        assert not operation.scope or operation.scope in keys.SCOPES
        assert {"429", "503"} <= set(described["responses"])
    assert len({operation.code for operation in OPERATIONS}) == len(OPERATIONS)


class Page(HTMLParser):
    """Ids, links and whatever would be loaded."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.loaded += [tag] if tag in ("script", "link", "img", "iframe") else []
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in ("meta", "br", "wbr")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_for_people():
    text = documents.html().decode()
    page = Page(text)
    assert page.open == []
    assert page.loaded == []
    assert len(set(page.ids)) == len(page.ids)
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids)
    for operation in OPERATIONS:
        assert operation.code in page.ids
    for word in ("Retry-After", "RateLimit", "cursor", "curl", "application/problem+json"):
        assert word in text
    assert "unsafe" not in documents.security_policy()


def _values(node, name):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name and isinstance(value, str):
                yield value
            else:
                yield from _values(value, name)
    elif isinstance(node, list):
        for item in node:
            yield from _values(item, name)


def test_times_are_utc():
    assert shapes.utc(NOW) == "2026-03-10T09:00:01Z"
    assert datetime.fromisoformat(shapes.utc(NOW)).tzinfo == UTC
