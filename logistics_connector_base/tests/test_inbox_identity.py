"""Second identity: facts under the partner's own event ids (law 3)."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import InboxCommon


@tagged("post_install", "-at_install")
class TestInboxIdentity(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z999")

    def _tell(self, code, at="2026-03-10T10:00:00+01:00", **values):
        return self.receive(self.connection, self.message(self.scan(code, at, **values)))

    def _cases(self, kind):
        return self.exceptions(kind).filtered(lambda case: case.connection_id == self.connection)

    def test_another_content_under_an_events_id_and_revision_is_a_conflict(self):
        self._tell("PUP_PICKED_UP", id="idt-1", revision="1")
        self._tell("DLV_DELIVERED", id="idt-1", revision="1")
        self.assertEqual(self.shipment.state, "picked_up", "the first one stands")
        case = self._cases("message_conflict")
        self.assertEqual((len(case), case.shipment_id), (1, self.shipment))

    def test_the_same_event_again_is_no_conflict(self):
        for _time in range(2):
            self._tell("PUP_PICKED_UP", id="idt-1", revision="1")
        self.assertEqual(len(self.shipment.event_ids), 1)
        self.assertFalse(self._cases("message_conflict"))

    def test_other_facts_under_an_id_without_revision_are_kept_and_told(self):
        self._tell("PUP_PICKED_UP", id="idt-1")
        self._tell("MOV_DEPARTED", "2026-03-10T12:00:00+01:00", id="idt-1")
        self.assertEqual(len(self.shipment.event_ids), 2)
        self.assertEqual(len(self._cases("message_conflict")), 1)

    def test_ids_of_two_partners_do_not_meet(self):
        self._tell("PUP_PICKED_UP", id="idt-1")
        body = self.message(
            self.scan("MOV_DEPARTED", "2026-03-10T12:00:00+01:00", id="idt-1"), issuer="other3pl"
        )
        self.receive(self.connection, body)
        self.assertFalse(self._cases("message_conflict"))
        self.assertEqual(self.shipment.state, "in_transit")

    def test_the_name_of_who_signed_may_come_with_the_second_telling(self):
        self._tell("DLV_DELIVERED", id="idt-1")
        self.assertFalse(self.shipment.signed_by)
        self._tell("DLV_DELIVERED", id="idt-1", signed_by="Zoë")
        self.assertEqual(self.shipment.signed_by, "Zoë")
        self._tell("DLV_DELIVERED", id="idt-1", signed_by="Somebody else")
        self.assertEqual(self.shipment.signed_by, "Zoë", "nothing that was said is overwritten")
        self.assertEqual(len(self.shipment.event_ids), 1)

    def test_a_withdrawal_needs_no_time(self):
        self._tell("DLV_DELIVERED", id="idt-1")
        withdrawal = {"id": "idt-2", "retracts": "idt-1", "shipment": self.scan("X")["shipment"]}
        self.receive(self.connection, self.message(withdrawal))
        self.assertEqual(self.shipment.state, "draft")
        self.assertFalse(self._cases("quarantined_time"))

    def test_another_companys_partner_cannot_take_an_events_place(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.make_connection(company=other, name="elsewhere")
        twin = self.make_shipment("1Z999", company=other)
        self.receive(elsewhere, self.message(self.scan("PUP_PICKED_UP", id="idt-1", revision="1")))
        self.assertEqual((twin.state, self.shipment.state), ("picked_up", "draft"))
        self._tell("PUP_PICKED_UP", id="idt-1", revision="1")
        self.assertEqual(self.shipment.state, "picked_up")

    def test_a_mapping_to_an_estimate_allows_a_time_in_the_future(self):
        self.env["logistics.event.mapping"].create(
            {
                "provider": "acme3pl",
                "raw_code": "idt-plan",
                "code_id": self.env.ref("logistics_connector_base.event_code_dlv_eta").id,
                "classifier": "estimated",
            }
        )
        self._tell("idt-plan", "2026-03-27T10:00:00+01:00")
        event = self.shipment.event_ids
        self.assertEqual((event.classifier, event.standing), ("estimated", "active"))

    def test_a_code_that_the_fold_cannot_read_is_refused(self):
        code = self.env.ref("logistics_connector_base.event_code_dlv_eta")
        with self.assertRaisesRegex(ValidationError, "no flag"):
            code.flag_set = "exceptoin"

    # -- carriers' unique ids -----------------------------------------------------------------

    def test_unique_ids_of_a_batch_are_kept_with_their_parcels(self):
        """Several ids, parcels and shipments at once; some are told twice, one is known already."""
        pair = self.make_shipment("1Z-ONE", "1Z-TWO")
        first, second = pair.package_ids
        known, other = self._uid("U-KNOWN"), self.make_shipment("1Z-OTHER")
        self.env["logistics.shipment.reference"].create({"shipment_id": other.id, **known})
        waiting = self._tell_of("", "U-ONE", work=False)
        self.work_inbox()
        self.assertEqual(waiting.state, "parked")
        for number, value in (
            ("1z-one", "U-ONE"),
            ("1Z-TWO", "U-TWO"),
            ("1Z-ONE", "U-ONE"),
            ("1Z-OTHER", "U-KNOWN"),
            ("1Z999", "U-999"),
            ("1Z-NOBODYS", "U-NOBODYS"),
        ):
            self._tell_of(number, value, work=False)
        self.work_inbox()
        kept = self.env["logistics.shipment.reference"].search([("type", "=", "carrier_uid")])
        self.assertEqual(
            {(ref.value, ref.issuer, ref.shipment_id, ref.package_id) for ref in kept},
            {
                ("U-KNOWN", "ups", other, first.browse()),
                ("U-ONE", "ups", pair, first),
                ("U-TWO", "ups", pair, second),
                ("U-999", "ups", self.shipment, self.shipment.package_ids),
            },
        )
        self.assertEqual(len(kept), 4, "each once")
        self.assertEqual(set(kept.mapped("value_key")), {"UKNOWN", "UONE", "UTWO", "U999"})
        self.assertEqual(kept.company_id, self.company)
        self.assertEqual(waiting.state, "received", "who said it is told whose it is")

    @staticmethod
    def _uid(value):
        return {"type": "carrier_uid", "value": value, "issuer": "ups"}

    def _tell_of(self, number, uid, work=True):
        scan = self.scan("PUP_PICKED_UP", number=number)
        numbers = scan["shipment"]["references"] if number else []
        scan["shipment"]["references"] = [*numbers, self._uid(uid)]
        return self.receive(self.connection, self.message(scan), work=work)
