"""What a correction does to deliveries and orders: notes, filed proofs, revisions of DCSA."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon, fixture

PDF = b"%PDF-1.4 proof of delivery"
MARK = "WITHDRAWN "


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarrierCorrections(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.connection = cls.make_connection(company=cls.company)

    def ship(self, number):
        delivery = self.make_delivery()
        self.validate(delivery, number)
        return delivery, self.shipment_of(delivery)

    def deliver(self, number, at="2026-03-10T10:00:00Z", **values):
        return self.receive(
            self.connection,
            self.message(
                self.scan("DLV_DELIVERED", at, number, documents=[self.document(PDF)], **values)
            ),
        )

    def withdraw(self, target, number):
        shipment = self.scan("DLV_OUT", number=number)["shipment"]
        event = {"retracts": target, "recorded_at": "2026-03-11T10:00:00Z", "shipment": shipment}
        self.receive(self.connection, self.message(event))

    def files(self, record):
        return (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", record._name), ("res_id", "=", record.id)])
            .mapped("name")
        )

    def notes(self, delivery):
        bodies = delivery.sudo().message_ids.sorted("id").mapped("body")
        words = {
            "Delivered 2": "delivered",
            "was withdrawn": "withdrawn",
            "not about these goods": "not these",
            "Corrected": "corrected",
        }
        found = [[name for text, name in words.items() if text in str(body)] for body in bodies]
        return [names[-1] for names in found if names]

    def test_a_withdrawn_delivery_is_told_with_its_reason_and_the_order_follows(self):
        delivery, shipment = self.ship("1ZA1")
        order = delivery.sudo().sale_id
        self.deliver("1ZA1", id="e1")
        self.assertEqual(order.logistics_state, "fulfilled")
        self.withdraw("e1", "1ZA1")
        self.assertEqual(order.logistics_state, "in_progress")
        self.assertEqual(self.notes(delivery), ["delivered", "withdrawn"])
        withdrawn = [str(b) for b in delivery.sudo().message_ids.mapped("body") if "withdrawn" in b]
        self.assertTrue(any(self.connection.name in body for body in withdrawn))
        self.assertEqual(self.files(delivery), [f"{MARK}pod.pdf"])
        self.assertEqual(self.files(shipment), [f"{MARK}pod.pdf"])
        self.deliver("1ZA1", "2026-03-11T15:00:00Z", id="e2")
        self.assertEqual(self.notes(delivery), ["delivered", "withdrawn", "delivered"])
        self.assertEqual(self.files(delivery), ["pod.pdf"])

    def test_a_corrected_time_of_delivery_is_told_once(self):
        delivery, shipment = self.ship("1ZA1")
        self.deliver("1ZA1", id="e1", revision=1)
        for _time in range(2):
            self.deliver("1ZA1", "2026-03-10T12:30:00Z", id="e1", revision=2)
        self.assertEqual(str(shipment.delivered_at), "2026-03-10 12:30:00")
        self.assertEqual(self.notes(delivery), ["delivered", "corrected"])

    def test_a_wrong_parcel_number_takes_its_proof_and_its_note_along(self):
        delivery, shipment = self.ship("1ZWRONG")
        self.deliver("1ZWRONG", id="e1")
        self.assertEqual(self.files(delivery), ["pod.pdf"])
        delivery.carrier_tracking_ref = "1ZRIGHT"
        self.work_inbox()
        self.assertEqual(shipment.delivered_at, False)
        self.assertEqual(self.files(delivery), [f"{MARK}pod.pdf"])
        self.assertEqual(self.notes(delivery), ["delivered", "not these"])
        # Whose parcel it really was gets both.
        owner, other = self.ship("1ZWRONG")
        self.work_inbox()
        self.assertEqual(other.state, "delivered")
        self.assertEqual((self.files(owner), self.notes(owner)), (["pod.pdf"], ["delivered"]))
        self.assertEqual(self.files(delivery), [f"{MARK}pod.pdf"])

    def test_the_proof_moves_although_its_message_was_purged(self):
        delivery, _shipment = self.ship("1ZWRONG")
        message = self.deliver("1ZWRONG")
        self.env.cr.execute(
            "UPDATE logistics_message_body SET content = NULL WHERE message_id = %s", (message.id,)
        )
        delivery.carrier_tracking_ref = "1ZRIGHT"
        owner, other = self.ship("1ZWRONG")
        self.work_inbox()
        self.assertEqual(other.state, "delivered")
        self.assertEqual(self.files(owner), ["pod.pdf"])
        self.assertEqual(self.files(delivery), [f"{MARK}pod.pdf"])

    # -- DCSA ---------------------------------------------------------------------------------

    def container(self, number):
        return self.make_shipment(number, issuer="", company=self.company)

    def dcsa(self, *names):
        provider = self.env.ref("logistics_connector_carrier.provider_dcsa")
        connection = self.make_connection(provider, company=self.company)
        for name in names:
            self.receive(connection, fixture("dcsa", name))

    def test_a_revision_names_another_container_and_a_retraction_nothing_at_all(self):
        wrong, right = self.container("ACMU4812095"), self.container("ACMU9000015")
        self.dcsa("v3", "v3_revision")
        self.assertEqual(right.state, "in_transit")
        self.assertEqual(wrong.state, "delivered", "by its drop-off, which stands")
        departed = wrong.event_ids.filtered(lambda e: e.raw_code == "EQUIPMENT.GTOT")
        self.assertEqual(departed.standing, "superseded")
        self.dcsa("v3_retracted")
        self.assertEqual(right.state, "draft")
        self.assertEqual(departed.standing, "retracted")

    def test_a_retraction_may_come_before_all_that_it_discards(self):
        wrong, right = self.container("ACMU4812095"), self.container("ACMU9000015")
        self.dcsa("v3_retracted", "v3_revision", "v3")
        self.assertEqual((right.state, wrong.state), ("draft", "delivered"))
        states = (
            self.env["logistics.message"]
            .sudo()
            .search([("connection_id.provider_id.code", "=", "dcsa")])
        )
        self.assertEqual(set(states.mapped("state")), {"processed"}, "nothing waits any more")
        self.assertFalse(self.exceptions("unknown_shipment"))

    def test_estimates_of_version_2(self):
        shipment = self.container("ACMU4812095")
        self.dcsa("estimates")
        self.assertEqual(str(shipment.estimated_delivery_at), "2026-03-15 07:00:00")
        self.assertEqual(shipment.state, "draft")
