# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Canonical events as CloudEvents."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.cloud_event import (
    PERSONAL,
    RECORDED,
    WITHDRAWN,
    cloud_event,
    event_id,
    moment,
)

FACTS = {
    "fingerprint": "1:abc",
    "code": "DLV_DELIVERED",
    "classifier": "actual",
    "reason": False,
    "occurred_at": datetime(2026, 3, 10, 9),
    "offset": 60,
    "city": "Utrecht",
    "signed_by": "J. Example",
    "zip": "3511 AB",
    "shipment": {"name": "SHP/1", "state": "delivered"},
}


def test_an_event_in_full():
    assert cloud_event(RECORDED, FACTS, "/logistics/db/1") == {
        "specversion": "1.0",
        "id": event_id(RECORDED, "1:abc"),
        "source": "/logistics/db/1",
        "type": "logistics.event.recorded",
        "subject": "SHP/1",
        "time": "2026-03-10T10:00:00+01:00",
        "datacontenttype": "application/json",
        "data": {
            "code": "DLV_DELIVERED",
            "classifier": "actual",
            "occurred_at": "2026-03-10T10:00:00+01:00",
            "city": "Utrecht",
            "shipment": {"name": "SHP/1", "state": "delivered"},
        },
    }


def test_personal_data_only_where_it_is_wanted():
    told = cloud_event(RECORDED, FACTS, "/x", with_personal=True)["data"]
    assert (told["signed_by"], told["zip"]) == ("J. Example", "3511 AB")
    assert not set(PERSONAL) & set(cloud_event(RECORDED, FACTS, "/x")["data"])


def test_an_event_without_a_time_has_none():
    told = cloud_event(RECORDED, {**FACTS, "occurred_at": None}, "/x")
    assert "time" not in told and "occurred_at" not in told["data"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_id_tells_events_and_news_apart(one, other):
    assert event_id(RECORDED, one) != event_id(WITHDRAWN, one)
    assert (event_id(RECORDED, one) == event_id(RECORDED, other)) == (one == other)
    assert event_id(RECORDED, one).isascii()


@given(st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)), st.integers(-3000, 3000))
def test_the_moment_is_the_same_in_whatever_zone(at, offset):
    at = at.replace(microsecond=0)
    told = datetime.fromisoformat(moment(at, offset))
    assert told == at.replace(tzinfo=UTC)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_whatever_is_told_is_json(more):
    json.dumps(cloud_event(RECORDED, {**more, **FACTS}, "/x", True))
