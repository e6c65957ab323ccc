"""A user who is narrowed to one warehouse, in a real browser."""

from odoo.tests import tagged

from .test_tours import USER, TourCommon


@tagged("post_install", "-at_install")
class TestScopeTours(TourCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["logistics.exception"].search([]).is_open = False
        near = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        far = near.create({"name": "Far away", "code": "FAR"})
        cls.shipment.warehouse_id = far
        cls.mine = cls.make_shipment("1ZMINE", warehouse_id=near.id)
        cls.theirs = cls.make_shipment("1ZTHEIRS", warehouse_id=far.id)
        cls.lisa = cls.make_user("tour_narrowed", USER)
        cls.env["logistics.exception"]._report(
            [
                {
                    "type": "delivery_exception",
                    "key": f"tour:{shipment.id}",
                    "name": f"{word} is damaged",
                    "company_id": cls.company.id,
                    "warehouse_id": shipment.warehouse_id.id,
                    "shipment_id": shipment.id,
                }
                for word, shipment in (("Mine", cls.mine), ("Theirs", cls.theirs))
            ]
        )
        cls.env["logistics.scope"].create(
            {
                "name": "Hers",
                "user_ids": [(6, 0, cls.lisa.ids)],
                "warehouse_ids": [(6, 0, near.ids)],
            }
        )

    def test_the_queue_is_that_of_ones_own_shipments(self):
        self._tour("/odoo/logistics-exceptions", "logistics_scope", "tour_narrowed")

    def test_shipments_and_the_counts_on_their_buttons(self):
        self._tour("/odoo/logistics-shipments", "logistics_scope_shipments", "tour_narrowed")

    def test_anothers_shipment_is_refused_by_its_address(self):
        path = f"/odoo/logistics-shipments/{self.theirs.id}"
        # The browser is told by an error; its console says so, too.
        self.start_tour(
            path,
            "logistics_scope_foreign",
            login="tour_narrowed",
            error_checker=lambda _message: False,
        )
