"""Shipments: references, own facts, and a state that only events can change."""

from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..core.canonical import Document
from ..core.order_state import STATES as ORDER_STATES
from ..core.taxonomy import STATES
from ..models.selections import SHIPMENT_STATES


@tagged("post_install", "-at_install")
class TestShipment(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls.env["logistics.shipment"].create(
            {"issuer": "ups", "package_ids": [(0, 0, {"tracking_number": "1z 999-aa1"})]}
        )

    def test_screen_and_taxonomy_know_the_same_states(self):
        self.assertEqual([state for state, _label in SHIPMENT_STATES], list(STATES))
        field = self.env["sale.order"]._fields["logistics_state"]
        self.assertEqual([state for state, _label in field.selection], list(ORDER_STATES))

    def test_numbers_of_packages_are_references_in_one_form(self):
        tracking = self.shipment.reference_ids.filtered(lambda r: r.type == "tracking")
        self.assertEqual((tracking.value_key, tracking.issuer), ("1Z999AA1", "ups"))
        self.assertEqual(self.shipment.tracking_numbers, "1z 999-aa1")

    def test_it_is_found_by_any_reference(self):
        self.env["logistics.shipment.reference"].create(
            {"shipment_id": self.shipment.id, "type": "customer", "value": "PO-4711"}
        )
        found = self.env["logistics.shipment"].name_search("PO-4711")
        self.assertEqual([pair[0] for pair in found], self.shipment.ids)

    def test_own_facts_move_the_state_and_are_told_once(self):
        at = datetime(2026, 3, 1, 9, 0)
        self.shipment._record_own_event("LBL_CREATED", at)
        self.shipment._record_own_event("LBL_CREATED", at)
        self.assertEqual(self.shipment.state, "booked")
        self.assertEqual(len(self.shipment.event_ids), 1)

    def test_goods_that_have_left_cannot_be_cancelled(self):
        self.shipment._record_own_event("PUP_PICKED_UP", datetime(2026, 3, 1, 9, 0))
        self.shipment._record_own_event("SHP_CANCELLED", datetime(2026, 3, 1, 10, 0))
        self.assertEqual(self.shipment.state, "picked_up")
        self.assertTrue(self.shipment._reached_the_carrier())

    def test_nobody_writes_a_state(self):
        admin = new_test_user(
            self.env, "shp_admin", "logistics_connector_base.group_logistics_admin"
        )
        shipment = self.shipment.with_user(admin)
        for values in ({"state": "delivered"}, {"delivered_at": "2026-01-01 00:00:00"}):
            with self.assertRaises(AccessError):
                shipment.write(values)
            with self.assertRaises(AccessError):
                self.env["logistics.shipment"].with_user(admin).create(values)

    def test_trouble_opens_one_exception_that_the_next_scan_closes(self):
        self.shipment._record_own_event("EXC_ADDRESS", datetime(2026, 3, 1, 9, 0))
        self.assertTrue(self.shipment.has_delivery_exception)
        case = self.shipment.exception_ids
        self.assertEqual((len(case), case.is_open), (1, True))
        self.shipment._record_own_event("DLV_OUT", datetime(2026, 3, 2, 9, 0))
        self.assertFalse(self.shipment.has_delivery_exception)
        self.assertFalse(case.is_open)

    def test_moving_after_the_end_is_a_persons_to_judge(self):
        self.shipment._record_own_event("SHP_CANCELLED", datetime(2026, 3, 1, 9, 0))
        self.assertFalse(self.shipment.exception_ids)
        self.shipment._record_own_event("PUP_PICKED_UP", datetime(2026, 3, 2, 9, 0))
        self.assertEqual(self.shipment.state, "cancelled", "the state stays")
        case = self.shipment.exception_ids
        self.assertEqual((case.type_code, case.is_open), ("contradicting_event", True))
        self.assertEqual(case.event_id.code, "PUP_PICKED_UP")
        wrong = self.shipment.event_ids.filtered(lambda event: event.code == "PUP_PICKED_UP")
        wrong.is_implausible = True
        self.shipment._refold()
        self.assertFalse(case.is_open, "it closes by itself when the events agree")

    def test_a_document_is_filed_once_and_markup_is_never_opened_as_such(self):
        self.shipment._record_own_event("DOC_POD")
        event = self.shipment.event_ids
        page = Document("pod", "<b>.html", "text/html", b"<script>alert(1)</script>")
        for _time in range(2):
            self.shipment._file_document(page, event)
        attachment = self.shipment.document_ids
        self.assertEqual(len(attachment), 1)
        self.assertEqual(attachment.mimetype, "text/plain")
        self.assertEqual(attachment.raw, page.content)
        effect = self.env["logistics.effect"].search(
            [("shipment_id", "=", self.shipment.id), ("kind", "=", "file_document")]
        )
        self.assertEqual((effect.res_model, effect.res_id), ("ir.attachment", attachment.id))

    def test_an_effect_is_claimed_once(self):
        effects = self.env["logistics.effect"]
        self.assertTrue(effects._claim("note", "x", self.shipment))
        self.assertFalse(effects._claim("note", "x", self.shipment))
        self.assertTrue(effects._claim("other", "x", self.shipment))
