"""Carriers that tell a window of delivery: its beginning is kept, and not its end alone."""

from importlib import import_module

import pytest
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import window_begins

from .common import NEW_YORK, fixture

ADDON = "odoo.addons.logistics_connector_carrier.providers"


def windows(provider, body):
    """From and to (ISO, with the local clock where it is known), of what tells an estimate."""
    parse = import_module(f"{ADDON}.{provider}.parse").parse
    return {
        tuple(
            instant and instant.utc.isoformat()[:16]
            for instant in (event.estimated_from, event.estimated_delivery)
        )
        for event in parse(body, NEW_YORK).events
        if event.estimated_delivery
    }


@pytest.mark.parametrize(
    ("provider", "begins", "ends"),
    [
        ("aftership", "2026-03-11T16:00", "2026-03-12T16:00"),
        ("dhl", "2026-03-11T12:00", "2026-03-11T14:00"),
        ("royalmail", "2026-03-30T08:00", "2026-03-30T12:00"),
        ("seventeentrack", "2026-03-11T07:00", "2026-03-12T17:00"),
        ("ups", "2026-03-11T14:00", "2026-03-11T18:00"),
        ("usps", "2026-03-11T14:45", "2026-03-11T18:45"),
    ],
)
def test_a_window_has_a_beginning(provider, begins, ends):
    assert windows(provider, fixture(provider, "in_transit")) == {(begins, ends)}


@pytest.mark.parametrize(
    ("provider", "told", "instead"),
    [
        ("dhl", b"2026-03-11T13:00:00+01:00", b"2026-03-11T15:30:00+01:00"),
        ("royalmail", b"2026-03-30T09:00:00+01:00", b"soon"),
        ("seventeentrack", b"2026-03-11T08:00:00+01:00", b""),
        ("ups", b'"100000"', b'"150000"'),
        ("usps", b"10:45:00", b"2pm"),
    ],
)
def test_a_beginning_that_makes_no_window_is_left_out(provider, told, instead):
    body = fixture(provider, "in_transit")
    assert told in body
    ((begins, ends),) = windows(provider, body.replace(told, instead))
    assert begins is None and ends


def test_a_window_begins_before_it_ends():
    nine, ten = parse_iso("2026-03-11T09:00Z"), parse_iso("2026-03-11T10:00Z")
    assert window_begins(nine, ten) == nine
    assert window_begins(ten, nine) is window_begins(nine, nine) is None
    assert window_begins(None, ten) is window_begins(nine, None) is None
