"""A 3PL is told by which carrier an order is to travel, in its own words."""

from odoo.addons.logistics_connector_wms.tests.release_common import VersionCommon
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestShippingMethod(VersionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.ground, cls.express = cls.env["delivery.carrier"].create(
            [{"name": name, "product_id": product.id} for name in ("Ground", "Express")]
        )

    def word(self, carrier, **values):
        words = {"carrier_code": "UPS", "service_code": carrier.name.upper(), **values}
        return self.env["logistics.shipping.method"].create(
            {"connection_id": self.connection.id, "carrier_id": carrier.id, **words}
        )

    def delivery(self, quantity=3, stock=None, carrier=None):
        self.stock(stock or quantity)
        order = self.order(quantity)
        delivery = order.picking_ids
        if carrier:
            delivery.carrier_id = carrier
        self.settle()
        return delivery

    def test_the_word_goes_with_the_release(self):
        self.word(self.ground, payment="third_party", account="9X1")
        delivery = self.delivery(carrier=self.ground)
        self.assertEqual(
            self.last(delivery)["shipping"],
            {
                "method": "Ground",
                "carrier": "UPS",
                "service": "GROUND",
                "payment": "third_party",
                "account": "9X1",
            },
        )
        self.types(delivery)  # as the contract says

    def test_without_a_word_nothing_is_said(self):
        delivery = self.delivery(carrier=self.ground)
        self.assertNotIn("shipping", self.last(delivery))
        self.assertNotIn("shipping", self.last(self.delivery()))

    def test_another_method_is_a_change(self):
        self.word(self.ground)
        self.word(self.express)
        delivery = self.delivery(carrier=self.ground)
        self.known(delivery.release_ids)
        delivery.carrier_id = self.express
        self.settle()
        self.assertEqual(self.last(delivery)["type"], "replace")
        self.assertEqual(self.last(delivery)["shipping"]["service"], "EXPRESS")

    def test_another_word_is_a_change_of_what_is_open(self):
        word = self.word(self.ground)
        delivery = self.delivery(carrier=self.ground)
        self.known(delivery.release_ids)
        word.service_code = "GRD2"
        self.settle()
        self.assertEqual(self.last(delivery)["shipping"]["service"], "GRD2")
        self.known(delivery.release_ids)
        before = delivery.release_ids.version
        word.unlink()
        self.settle()
        self.assertEqual(self.last(delivery)["revision"], before + 1)
        self.assertNotIn("shipping", self.last(delivery))

    def test_a_gate_waits_for_the_word(self):
        self.warehouse.logistics_gate_shipping = True
        bare, delivery = self.delivery(), self.delivery(carrier=self.ground)
        self.assertIn("no delivery method", bare.release_ids.reasons)
        self.assertIn("“Ground” is not known", delivery.release_ids.reasons)
        self.assertFalse(self.told(delivery))
        self.word(self.ground)
        self.settle()
        self.assertEqual(self.last(delivery)["shipping"]["service"], "GROUND")
        self.assertFalse(delivery.release_ids.reasons)
        self.assertFalse(self.told(bare))
        self.warehouse.logistics_gate_shipping = False
        self.settle()
        self.assertTrue(self.told(bare))

    def test_a_person_may_let_it_go_past_the_gate(self):
        self.warehouse.logistics_gate_shipping = True
        delivery = self.delivery(carrier=self.ground)
        delivery.release_ids.forced_text = "By hand"
        delivery.release_ids._follow()
        self.assertTrue(self.told(delivery))

    def test_our_account_must_be_named(self):
        with self.assertRaises(ValidationError):
            self.word(self.ground, payment="third_party", account=" ")

    def test_only_administrators_write_them(self):
        word = self.word(self.ground)
        self.assertEqual(word.with_user(self.clerk).carrier_code, "UPS")
        with self.assertRaises(AccessError):
            word.with_user(self.clerk).carrier_code = "DHL"
        with self.assertRaises(AccessError):
            word.with_user(self.keeper).read(["carrier_code"])

    def test_another_company_does_not_see_them(self):
        word = self.word(self.ground)
        other = self.make_user("southern", "logistics_connector_base.group_logistics_user")
        other.write(
            {"company_ids": [(6, 0, self.other_company.ids)], "company_id": self.other_company.id}
        )
        self.assertFalse(self.env["logistics.shipping.method"].with_user(other).search([]) & word)

    def test_a_keeper_of_the_warehouse_changes_the_method(self):
        self.word(self.ground)
        self.word(self.express)
        delivery = self.delivery(carrier=self.ground)
        self.known(delivery.release_ids)
        delivery.with_user(self.keeper).carrier_id = self.express
        self.settle()
        self.assertEqual(self.last(delivery)["shipping"]["service"], "EXPRESS")
