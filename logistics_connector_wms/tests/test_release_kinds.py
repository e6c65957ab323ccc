"""Receipts, returns and transfers are told as well, where the warehouse wants them."""

from odoo.tests import tagged

from .release_common import VersionCommon


@tagged("post_install", "-at_install")
class TestReleaseKinds(VersionCommon):
    def transfer(self, kind, source, target, quantity=3, **values):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "company_id": self.company.id,
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                        },
                    )
                ],
                **values,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.settle()
        return picking

    def receipt(self, **values):
        supplier = self.env["res.partner"].create({"name": "Lamps Inc.", "city": "Graz"})
        return self.transfer(
            self.warehouse.in_type_id,
            self.env.ref("stock.stock_location_suppliers"),
            self.warehouse.lot_stock_id,
            partner_id=supplier.id,
            origin="P00007",
            **values,
        )

    def test_a_receipt_is_announced_with_what_is_expected_of_whom_and_when(self):
        self.warehouse.logistics_tells_receipt = True
        receipt = self.receipt()
        self.assertEqual(self.types(receipt), [("release", 1)])
        message = self.last(receipt)
        self.assertEqual((message["kind"], message["receipt"]), ("receipt", receipt.name))
        self.assertEqual(message["supplier"]["name"], "Lamps Inc.")
        self.assertEqual(message["origin"], "P00007")
        self.assertIn("expected_at", message)
        self.assertEqual(message["lines"][0]["quantity"], 3)
        self.assertEqual(message["lines"][0]["line"], receipt.move_ids.id)
        self.assertFalse(receipt.shipment_ids)

    def test_what_is_expected_changes_and_is_called_off(self):
        self.warehouse.logistics_tells_receipt = True
        receipt = self.receipt()
        self.known(receipt.release_ids)
        receipt.move_ids.with_user(self.keeper).product_uom_qty = 5
        self.settle()
        self.assertEqual(self.last(receipt)["lines"][0]["quantity"], 5)
        self.known(receipt.release_ids)
        receipt.action_cancel()
        self.assertEqual(self.types(receipt), [("release", 1), ("replace", 2), ("cancel", 2)])

    def test_expected_lots_are_told_where_they_are_known(self):
        self.warehouse.logistics_tells_receipt = True
        self.product.tracking = "lot"
        receipt = self.receipt()
        self.known(receipt.release_ids)
        receipt.move_line_ids.lot_name = "L7"
        self.settle()
        self.assertEqual(self.last(receipt)["lines"][0]["lots"], ["L7"])

    def test_units_are_told_with_their_factor(self):
        self.warehouse.logistics_tells_receipt = True
        receipt = self.receipt()
        self.known(receipt.release_ids)
        receipt.move_ids.product_uom = self.env.ref("uom.product_uom_dozen")
        self.settle()
        line = self.last(receipt)["lines"][0]
        self.assertEqual(
            (line["quantity"], line["base_quantity"], line["base_unit"]), (3, 36, "Units")
        )

    def test_a_receipt_of_a_warehouse_that_does_not_want_it_is_not_told(self):
        receipt = self.receipt()
        self.assertFalse(receipt.release_ids)
        self.warehouse.logistics_tells_receipt = True
        self.assertEqual(self.types(receipt), [("release", 1)], "told when it is wanted")

    def test_deliveries_may_be_left_out(self):
        self.warehouse.logistics_tells_delivery = False
        delivery = self.delivery()
        self.assertFalse(delivery.release_ids)
        self.assertEqual(self.told(delivery), [])

    def test_what_a_customer_sends_back_is_announced_as_a_return(self):
        delivery = self.delivery()
        delivery.move_ids.picked = True
        delivery._action_done()
        self.settle()
        self.warehouse.logistics_tells_return = True
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.settle()
        message = self.last(back)
        self.assertEqual((message["kind"], message["return"]), ("return", back.name))
        self.assertEqual(message["return_of"], delivery.name)
        self.assertEqual(message["orders"], delivery.sale_id.mapped("name"))
        self.assertEqual(message["lines"][0]["quantity"], 2)
        self.assertEqual(self.types(back), [("release", 1)])

    def test_a_transfer_between_two_3pls_is_told_to_both(self):
        there = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        partner = self.make_connection(name="south", company=self.company)
        self.flow(connection_id=partner.id)
        there.logistics_connection_id = partner
        (self.warehouse | there).logistics_tells_transfer = True
        self.stock(3)
        transfer = self.transfer(
            self.warehouse.int_type_id, self.warehouse.lot_stock_id, there.lot_stock_id
        )
        told = {
            release.warehouse_id: (release.kind, release.version_ids.message_id.connection_id)
            for release in transfer.release_ids
        }
        self.assertEqual(
            told,
            {
                self.warehouse: ("transfer", self.connection),
                there: ("receipt", partner),
            },
        )
        self.assertEqual(len(self.types(transfer)), 2)
        transfer.action_cancel()
        self.assertEqual(transfer.release_ids.mapped("state"), ["cancelled"] * 2)

    def test_a_transfer_inside_the_warehouse_is_its_own_affair(self):
        self.warehouse.logistics_tells_transfer = True
        self.stock(3)
        shelf = self.env["stock.location"].create(
            {
                "name": "Shelf",
                "location_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        transfer = self.transfer(self.warehouse.int_type_id, self.warehouse.lot_stock_id, shelf)
        self.assertFalse(transfer.release_ids)
