"""Messages in the partners' own shapes, from raw bytes to the delivery and the order."""

import json

from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon, fixture

UPS_NUMBER, FEDEX_NUMBER, SENDCLOUD_NUMBER = "1ZA1B2C30312345674", "771234500012", "3SEXMP0012345"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestProvidersInbox(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.connections = {
            provider.code: cls.make_connection(provider, company=cls.company)
            for provider in (cls.ups, cls.fedex, cls.sendcloud)
        }
        cls.methods = {
            "ups": cls.method,
            "fedex": cls.make_method("FedEx Home", cls.fedex),
            "sendcloud": cls.make_method("PostNL Standard", cls.sendcloud),
        }

    def ship(self, provider, number, **values):
        """A validated delivery and its shipment."""
        delivery = self.make_delivery(method=self.methods[provider], **values)
        self.validate(delivery, number)
        return delivery, self.shipment_of(delivery)

    def get(self, provider, name, **changes):
        """Receive a fixture, with some top-level values changed."""
        body = fixture(provider, name)
        if changes:
            body = json.dumps({**json.loads(body), **changes}).encode()
        return self.receive(self.connections[provider], body)

    def facts(self, shipment):
        """(code, local time) of the shipment's events from outside, in the order of the facts."""
        events = shipment.event_ids.filtered("connection_id")
        events = events.sorted(lambda event: (event.occurred_at, event.code))
        return [(event.code, event.occurred_local) for event in events]

    # -- UPS ----------------------------------------------------------------------------------

    def test_ups_from_the_road_to_the_door(self):
        delivery, shipment = self.ship("ups", UPS_NUMBER)
        order = delivery.sudo().sale_id
        self.assertEqual(order.logistics_state, "in_progress")
        self.get("ups", "in_transit")
        self.assertEqual((shipment.state, delivery.shipment_status), ("in_transit", "In transit"))
        self.assertEqual(str(shipment.estimated_delivery_at), "2026-03-11 14:00:00")
        self.get("ups", "update")
        self.assertEqual(str(shipment.estimated_delivery_at), "2026-03-12 19:00:00")
        self.assertEqual(shipment.state, "in_transit")
        message = self.get("ups", "normal")
        self.assertEqual(message.message_type, "track_alert")
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 18:22:05")
        self.assertEqual(
            self.facts(shipment),
            [
                ("MOV_DEPARTED", "2026-03-09 22:30 (UTC-04:00)"),
                ("DLV_ETA", "2026-03-10 12:00 (UTC-04:00)"),
                ("DLV_DELIVERED", "2026-03-11 14:22 (UTC-04:00)"),
            ],
        )
        self.assertEqual(order.logistics_state, "fulfilled")
        self.assertFalse(self.exceptions())

    def test_ups_delivered_first_and_the_road_later_is_still_delivered(self):
        _delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.get("ups", "normal")
        self.get("ups", "in_transit")
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(shipment.last_event_id.code, "DLV_DELIVERED")

    def test_ups_photo_is_a_proof_of_delivery_on_shipment_and_delivery(self):
        delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.get("ups", "delivery_photo")
        self.assertEqual((shipment.state, shipment.signed_by), ("delivered", "R. EXAMPLE"))
        self.assertTrue(shipment.pod_received)
        files = shipment.document_ids | self.env["ir.attachment"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "=", delivery.id)]
        )
        self.assertEqual(sorted(files.mapped("res_model")), ["logistics.shipment", "stock.picking"])
        self.assertEqual(set(files.mapped("mimetype")), {"image/jpeg"})
        # The same delivery without the photo is the same delivery.
        self.get("ups", "normal")
        self.assertEqual(shipment.event_ids.mapped("code").count("DLV_DELIVERED"), 1)

    def test_ups_unmapped_code_is_kept_shown_and_mapped(self):
        _delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.get("ups", "unmapped")
        self.assertEqual(shipment.state, "booked")
        case = self.exceptions()
        self.assertEqual((case.type_code, case.provider), ("unmapped_code", "ups"))
        self.assertEqual((case.raw_code, case.raw_sub_code), ("Q", "Z9/777"))
        manager = self.make_user("boss", "logistics_connector_base.group_logistics_manager")
        self.env["logistics.exception.map"].with_user(manager).create(
            {
                "exception_ids": [(6, 0, case.ids)],
                "code_id": self.env.ref("logistics_connector_base.event_code_dlv_out").id,
            }
        ).action_map()
        self.assertEqual((shipment.state, case.state), ("out_for_delivery", "resolved"))

    def test_ups_time_without_zone_is_read_in_the_connections_and_marked(self):
        _delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.connections["ups"].tz = "America/New_York"
        self.get("ups", "missing_offset")
        event = shipment.last_event_id
        self.assertEqual(str(event.occurred_at), "2026-03-10 10:15:00")
        self.assertTrue(event.zone_assumed)
        self.assertIn("assumed", event.occurred_local)

    def test_ups_event_without_time_is_kept_and_does_not_count(self):
        _delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.get("ups", "bare")
        self.assertEqual(shipment.state, "booked")
        self.assertEqual(self.exceptions().type_code, "quarantined_time")

    def test_ups_two_shipments_in_one_message(self):
        _first, one = self.ship("ups", UPS_NUMBER)
        message = self.get("ups", "two_shipments")
        self.assertEqual((one.state, message.state), ("picked_up", "parked"))
        _second, two = self.ship("ups", "1ZA1B2C30398765432")
        self.work_inbox()
        self.assertEqual((two.state, message.state), ("picked_up", "processed"))
        self.assertFalse(self.exceptions())

    def test_what_has_the_wrong_types_is_given_to_a_person(self):
        for provider in self.connections:
            with self.subTest(provider=provider):
                message = self.get(provider, "hostile_types")
                self.assertEqual(message.state, "dead")
        self.assertEqual(len(self.exceptions("parse_failure")), 3)

    # -- FedEx --------------------------------------------------------------------------------

    def test_fedex_history_comes_again_and_is_not_doubled(self):
        delivery, shipment = self.ship("fedex", FEDEX_NUMBER)
        self.get("fedex", "in_transit")
        self.assertEqual(shipment.state, "in_transit")
        self.assertEqual(str(shipment.estimated_delivery_at), "2026-03-11 17:00:00")
        self.get("fedex", "normal")
        self.assertEqual((shipment.state, shipment.signed_by), ("delivered", "J.EXAMPLE"))
        self.assertEqual(
            self.facts(shipment),
            [
                ("TRK_MANIFESTED", "2026-03-09 09:12 (UTC-05:00)"),
                ("PUP_PICKED_UP", "2026-03-09 18:05 (UTC-06:00)"),
                ("MOV_ARRIVED", "2026-03-10 15:20 (UTC-06:00)"),
                ("DLV_ETA", "2026-03-10 23:41 (UTC-05:00)"),
                ("MOV_DEPARTED", "2026-03-10 23:41 (UTC-05:00)"),
                ("DLV_OUT", "2026-03-11 07:02 (UTC-04:00)"),
                ("DLV_DELIVERED", "2026-03-11 10:57 (UTC-04:00)"),
            ],
        )
        self.assertEqual(str(shipment.picked_up_at), "2026-03-10 00:05:00")
        self.assertEqual(delivery.sudo().sale_id.logistics_state, "fulfilled")
        self.assertFalse(self.exceptions())

    def test_fedex_number_that_was_given_out_again(self):
        with freeze_time("2025-11-17 12:00:00"):
            _old_delivery, old = self.ship("fedex", FEDEX_NUMBER)
        self.assertEqual(str(old.ship_date), "2025-11-17")
        _new_delivery, new = self.ship("fedex", FEDEX_NUMBER)
        self.get("fedex", "two_shipments")
        self.assertEqual((old.state, str(old.delivered_at)), ("delivered", "2025-11-20 11:00:00"))
        self.assertEqual((new.state, new.delivered_at), ("picked_up", False))
        # From now on their unique ids tell them apart.
        uids = {
            ref.value: shipment
            for shipment in (old, new)
            for ref in shipment.reference_ids
            if ref.type == "carrier_uid"
        }
        self.assertEqual(
            uids, {"2460330000~771234500012~FDEG": old, "2461110000~771234500012~FDEG": new}
        )
        self.get("fedex", "normal")
        self.assertEqual(new.state, "delivered")
        self.assertEqual(len(old.event_ids.filtered("connection_id")), 2)
        self.assertFalse(self.exceptions())

    def test_fedex_old_life_of_a_number_waits_where_it_is_not_known(self):
        _delivery, new = self.ship("fedex", FEDEX_NUMBER)
        self.get("fedex", "two_shipments")
        self.assertEqual((new.state, new.delivered_at), ("picked_up", False))
        self.assertEqual(self.exceptions().type_code, "unknown_shipment")

    def test_fedex_corrected_number_is_not_tied_to_the_old_unique_id(self):
        delivery, shipment = self.ship("fedex", FEDEX_NUMBER)
        self.get("fedex", "normal")
        self.assertEqual(shipment.state, "delivered")
        delivery.carrier_tracking_ref = "771234599999"
        self.work_inbox()
        self.assertEqual(shipment.state, "booked")
        body = fixture("fedex", "normal").replace(b"771234500012", b"771234599999")
        body = body.replace(b"2461110000", b"2461119999")
        self.receive(self.connections["fedex"], body)
        self.assertEqual(shipment.state, "delivered")

    def test_fedex_delivery_exception_opens_a_case_and_the_last_leg_closes_it(self):
        _delivery, shipment = self.ship("fedex", FEDEX_NUMBER)
        # Some hours before the delivery of the other fixtures.
        body = fixture("fedex", "exception").replace(b"T14:05:00-04:00", b"T08:05:00-04:00")
        self.receive(self.connections["fedex"], body)
        self.assertTrue(shipment.has_delivery_exception)
        case = self.exceptions("delivery_exception")
        self.assertEqual(case.shipment_id, shipment)
        self.assertIn("Customer not available", case.detail)
        self.get("fedex", "proof")
        self.assertEqual((shipment.state, case.state), ("delivered", "resolved"))
        self.assertEqual(len(shipment.document_ids), 2)

    # -- Sendcloud ----------------------------------------------------------------------------

    def test_sendcloud_moves_the_parcel_whatever_carrier_has_it(self):
        delivery, shipment = self.ship("sendcloud", SENDCLOUD_NUMBER)
        self.get("sendcloud", "seconds")
        self.assertEqual(shipment.state, "in_transit")
        self.get("sendcloud", "normal")
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 15:20:05")
        self.assertEqual(delivery.sudo().sale_id.logistics_state, "fulfilled")
        self.assertFalse(self.exceptions())

    def test_sendcloud_before_the_label_is_found_by_the_order(self):
        delivery = self.make_delivery(method=self.methods["sendcloud"])
        delivery.sudo().sale_id.name = "S00042"
        shipment = delivery._ensure_shipment()
        self.get("sendcloud", "missing_carrier_time")
        self.assertEqual(shipment.event_ids.mapped("code"), ["TRK_INFO"])

    def test_sendcloud_other_parcels_of_the_order_do_not_move_this_one(self):
        delivery, shipment = self.ship("sendcloud", SENDCLOUD_NUMBER)
        order = delivery.sudo().sale_id
        shipment.reference_ids.filtered(lambda ref: ref.type == "order").value = "S00042"
        self.assertTrue(order)
        body = fixture("sendcloud", "normal").replace(b"3SEXMP0012345", b"3SOTHER000001")
        self.receive(self.connections["sendcloud"], body.replace(b"412345678", b"412340001"))
        self.get("sendcloud", "return")
        self.assertEqual(shipment.state, "booked")
        self.assertEqual(
            set(self.exceptions("unknown_shipment").mapped("reference")),
            {"3SOTHER000001", "3SRETN0000001"},
        )

    def test_sendcloud_messages_about_the_shop_are_processed_and_say_nothing(self):
        for name in ("integration", "test_webhook"):
            message = self.get("sendcloud", name)
            self.assertEqual((message.state, message.event_count), ("processed", 0))
        self.assertFalse(self.exceptions())

    # -- together -----------------------------------------------------------------------------

    def test_several_partners_messages_in_one_batch(self):
        shipments = {
            "ups": self.ship("ups", UPS_NUMBER)[1],
            "fedex": self.ship("fedex", FEDEX_NUMBER)[1],
            "sendcloud": self.ship("sendcloud", SENDCLOUD_NUMBER)[1],
        }
        for provider in shipments:
            self.receive(self.connections[provider], fixture(provider, "normal"), work=False)
        self.work_inbox()
        self.assertEqual({s.state for s in shipments.values()}, {"delivered"})

    def test_a_message_is_worked_again_without_any_second_effect(self):
        delivery, shipment = self.ship("ups", UPS_NUMBER)
        self.get("ups", "delivery_photo")

        def seen():
            return (
                shipment.event_ids.ids,
                shipment.document_ids.ids,
                delivery.sudo().message_ids.ids,
                self.env["logistics.effect"].search([]).ids,
                delivery.sudo().sale_id.logistics_state,
            )

        before = seen()
        self.env["logistics.message"].search([]).with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual(seen(), before)
