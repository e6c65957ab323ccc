"""GS1 EPCIS through the inbox: declarations before and after their events."""

import json
from itertools import permutations
from pathlib import Path

from odoo.tests import tagged

from .common import InboxCommon

FIXTURES = Path(__file__).resolve().parents[1] / "providers" / "epcis" / "fixtures"
ONE = "040123450000000016"


@tagged("post_install", "-at_install")
class TestEpcis(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(cls.env.ref("logistics_connector_base.provider_epcis"))

    def unit(self, sscc):
        shipment = self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "ship_date": "2026-03-09",
                "package_ids": [(0, 0, {"sscc": sscc})],
            }
        )
        return shipment

    def get(self, name, **changes):
        message = json.loads((FIXTURES / f"{name}.json").read_text())
        for event in message["epcisBody"]["eventList"]:
            event.update(changes)
        return self.receive(self.connection, message)

    def test_a_receipt_is_a_delivery_and_a_declaration_takes_it_back_in_any_order(self):
        for order in permutations(("normal", "declaration")):
            with self.subTest(order):
                shipment = self.unit(ONE)
                for name in order:
                    self.get(name, instance=f"{order}")
                self.assertEqual(shipment.state, "draft")
                shown = {event.raw_code: event.standing for event in shipment.event_ids}
                self.assertEqual(shown, {"receiving": "retracted", "error_declaration": "active"})
                withdrawn = shipment.event_ids.filtered(lambda e: e.raw_code == "receiving")
                self.assertIn("did not occur", withdrawn.verdict_text)
                shipment.event_ids.unlink()
                shipment.unlink()

    def test_incorrect_data_leaves_what_its_corrective_event_says(self):
        shipment, other = self.unit(ONE), self.unit("040123450000000023")
        self.get("normal")
        self.assertEqual(shipment.state, "delivered")
        self.get("declaration_with_corrective")
        self.assertEqual((shipment.state, other.state), ("draft", "delivered"))

    def test_a_declaration_without_id_finds_its_event_by_content(self):
        shipment = self.unit(ONE)
        self.get("no_id")
        self.assertEqual(shipment.state, "delivered")
        self.get("declaration_without_id")
        self.assertEqual(shipment.state, "draft")

    def test_one_declaration_takes_the_event_from_all_its_units(self):
        shipments = [self.unit(number) for number in (ONE, "340123450000000024")]
        self.get("two_shipments")
        self.assertEqual([s.state for s in shipments], ["in_transit"] * 2)
        lean = {
            "type": "ObjectEvent",
            "eventID": "urn:uuid:7f6d0c52-1111-4a51-bd6a-0bba13384501",
            "eventTime": "2026-03-11T14:22:05+01:00",
            "errorDeclaration": {"declarationTime": "2026-03-12T10:00:00Z"},
        }
        message = self.receive(self.connection, lean)
        self.assertEqual([s.state for s in shipments], ["draft"] * 2)
        self.assertEqual(message.state, "processed", "it was heard, though of no one shipment")
        self.assertEqual(len(self.exceptions("unknown_shipment")), 1, "the third unit, no more")

    def test_another_content_under_an_event_id_is_a_conflict(self):
        shipment = self.unit(ONE)
        self.get("normal")
        self.get("normal", bizStep="departing", disposition="in_transit")
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(len(self.exceptions("message_conflict")), 1)
