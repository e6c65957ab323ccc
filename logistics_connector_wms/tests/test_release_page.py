from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestReleasePage(HttpCase):
    def test_choosing_the_3pl_releases_what_is_ready(self):
        company = self.env["res.company"].create({"name": "Northern Shop"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self.env["logistics.connection"].create(
            {
                "name": "Harbour Fulfilment",
                "provider_id": self.env.ref("logistics_connector_base.provider_canonical").id,
                "company_id": company.id,
                "state": "live",
            }
        )
        new_test_user(
            self.env,
            "chief",
            "stock.group_stock_manager,logistics_connector_base.group_logistics_user",
            password="chief-chief",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        product = self.env["product.product"].create({"name": "Lamp", "type": "consu"})
        delivery = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": self.env["res.partner"].create({"name": "Ada"}).id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "company_id": company.id,
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "location_id": warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        },
                    )
                ],
            }
        )
        delivery.action_confirm()
        self.assertEqual((delivery.state, len(delivery.shipment_ids)), ("assigned", 0))
        action = self.env.ref("stock.action_warehouse_form").id
        self.start_tour(
            f"/odoo/action-{action}/{warehouse.id}", "logistics_warehouse_connection", login="chief"
        )
        self.assertEqual(delivery.shipment_ids.state, "released")
        self.start_tour("/odoo/logistics-at-warehouse", "logistics_at_warehouse", login="chief")
