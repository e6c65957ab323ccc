"""Who may do and see what, with the least rights that make somebody's day possible."""

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon

A, B = "1Z999AA10123456784", "1Z999AA10123456792"
MODELS = ("shipment", "shipment.package", "shipment.reference", "shipment.charge", "event")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestSecurity(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.connection = cls.make_connection(company=cls.company)

    def test_a_warehouse_keeper_needs_no_right_of_logistics(self):
        self.assertFalse(self.keeper.has_group("logistics_connector_base.group_logistics_user"))
        delivery = self.validate(self.make_delivery(), A)
        delivery.carrier_tracking_ref = f"{A},{B}"
        delivery.carrier_tracking_ref = B
        self.receive(
            self.connection,
            self.message(self.scan("DLV_OUT", "2026-03-09T11:00:00Z", B)),
        )
        # They see where the goods are, and nothing else of Logistics.
        self.assertEqual(delivery.shipment_status, "Out for delivery")
        self.assertEqual(delivery.shipment_count, 1)
        with self.assertRaises(AccessError):
            delivery.read(["shipment_ids"])
        for model in MODELS:
            with self.assertRaises(AccessError):
                self.env[f"logistics.{model}"].with_user(self.keeper).search([])

    def test_a_seller_sees_the_state_of_the_order_and_no_shipment(self):
        delivery = self.make_delivery(A)
        order = delivery.sudo().sale_id.with_user(self.seller)
        order.invalidate_recordset()
        self.assertEqual(order.logistics_state, "in_progress")
        with self.assertRaises(AccessError):
            order.read(["shipment_ids"])

    def test_people_of_another_company_see_nothing(self):
        delivery = self.make_delivery(A)
        delivery.sudo().carrier_price = 5.0
        self.receive(
            self.connection,
            self.message(self.scan("DLV_OUT", "2026-03-09T11:00:00Z", A)),
        )
        other = self.make_company("Southern Shop")
        stranger = self.make_user(
            "stranger", "logistics_connector_base.group_logistics_admin", company=other
        )
        shipment = self.shipment_of(delivery)
        for model in MODELS:
            records = self.env[f"logistics.{model}"]
            domain = [("shipment_id" if model != "shipment" else "id", "=", shipment.id)]
            self.assertTrue(records.with_user(self.clerk).search(domain), model)
            self.assertFalse(records.with_user(stranger).search(domain), model)
        with self.assertRaises(AccessError):
            shipment.with_user(stranger).read(["name"])

    def test_the_same_number_in_two_companies_moves_only_the_one_that_is_served(self):
        ours = self.make_delivery(A)
        other = self.make_company("Southern Shop")
        theirs = self.make_shipment(A, company=other)
        self.receive(
            self.connection,
            self.message(self.scan("DLV_OUT", "2026-03-09T11:00:00Z", A)),
        )
        self.assertEqual(self.shipment_of(ours).state, "out_for_delivery")
        self.assertEqual(theirs.state, "draft")

    def test_a_keeper_of_two_companies_makes_each_shipment_in_its_own(self):
        other = self.make_company("Southern Shop")
        keeper = self.make_user("keeper2", "stock.group_stock_user", company=other)
        keeper.company_ids |= self.company
        delivery = self.make_delivery()
        delivery.with_user(keeper).with_context(
            allowed_company_ids=(other | self.company).ids
        ).carrier_tracking_ref = A
        shipment = self.shipment_of(delivery)
        self.assertEqual(shipment.company_id, self.company)
        self.assertEqual(set(shipment.event_ids.company_id), {self.company})
        self.assertEqual(shipment.reference_ids.company_id, self.company)

    def test_nobody_moves_a_shipment_by_hand(self):
        shipment = self.shipment_of(self.make_delivery(A))
        manager = self.make_user("boss", "logistics_connector_base.group_logistics_manager")
        for user in (self.clerk, manager):
            with self.assertRaises(AccessError):
                shipment.with_user(user).write({"state": "delivered"})
            with self.assertRaises(AccessError):
                shipment.event_ids.with_user(user).write({"standing": "retracted"})
            with self.assertRaises(AccessError):
                shipment.event_ids.with_user(user).unlink()

    def test_the_service_account_works_the_inbox_with_what_it_has(self):
        """Its rights suffice for everything that a delivery sets off."""
        delivery = self.validate(self.make_delivery(A))
        body = self.message(
            self.scan(
                "DLV_DELIVERED",
                "2026-03-09T11:00:00Z",
                A,
                documents=[self.document(b"%PDF-1.4 signed")],
            )
        )
        self.assertFalse(self.service.has_group("base.group_user"))
        message = self.receive(self.connection, body)
        self.assertEqual(message.state, "processed")
        self.assertEqual(delivery.shipment_status, "Delivered")
        self.assertEqual(delivery.sudo().sale_id.logistics_state, "fulfilled")
