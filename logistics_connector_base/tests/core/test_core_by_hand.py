# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whatever a person may enter makes a message that our own reader takes."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import by_hand
from odoo.addons.logistics_connector_base.core.canonical import ParseContext
from odoo.addons.logistics_connector_base.providers.canonical.parse import parse

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=100)


def test_a_delivery_with_its_proof():
    at = datetime(2026, 3, 10, 11, 30, tzinfo=timezone(timedelta(hours=1)))
    raw = by_hand.statement(
        "hand-1",
        "lisa",
        "SHP/2026/000001",
        "DLV_DELIVERED",
        at,
        NOW,
        number="1Z1",
        reason="consignee.absent",
        signed_by="J. Jansen",
        place=("Depot", "Faro", "PT"),
        documents=[("pod", "proof.pdf", "application/pdf", b"%PDF-1")],
    )
    message = parse(raw, ParseContext())
    (event,) = message.events
    assert (message.external_id, event.issuer) == ("hand-1", "byhand")
    assert (event.code, event.reason, event.classifier) == (
        "DLV_DELIVERED",
        "consignee.absent",
        "actual",
    )
    assert (event.occurred.utc, event.occurred.offset_minutes) == (at, 60)
    assert [(r.type, r.value) for r in event.references] == [
        ("shipment", "SHP/2026/000001"),
        ("tracking", "1Z1"),
    ]
    assert (event.place.city, event.place.country, event.signed_by) == ("Faro", "PT", "J. Jansen")
    (document,) = event.documents
    assert (document.kind, document.content) == ("pod", b"%PDF-1")


def test_an_estimate():
    expected = NOW + timedelta(days=2)
    raw = by_hand.statement("h", "lisa", "SHP/1", "DLV_ETA", NOW, NOW, expected=expected)
    (event,) = parse(raw, ParseContext()).events
    assert (event.classifier, event.estimated_delivery.utc) == ("estimated", expected)


def test_a_withdrawal():
    raw = by_hand.withdrawal("hand-2", "max", "hand-1", "SHP/1", NOW, "wrong parcel")
    (event,) = parse(raw, ParseContext()).events
    assert (event.retracts, event.raw_text) == ("hand-1", "wrong parcel")


@settings(deadline=None, max_examples=100)
@given(note=words, signed_by=words, city=words)
def test_whatever_is_typed(note, signed_by, city):
    raw = by_hand.statement(
        "h", "lisa", "SHP/1", "EXC_OTHER", NOW, NOW, note=note, signed_by=signed_by,
        place=("", city, ""),
    )  # fmt: skip
    (event,) = parse(raw, ParseContext()).events
    assert event.occurred.utc == NOW
