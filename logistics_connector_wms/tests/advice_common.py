"""A shop whose warehouse is a 3PL's that speaks our warehouse JSON."""

import uuid

from odoo import fields
from odoo.addons.logistics_connector_base.tests.common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"


def line(product, quantity, **more):
    """Goods of an advice."""
    return {"product": product.default_code, "quantity": quantity, **more}


class AdviceCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction of a test has begun already.
        cls.classPatch(cls.registry["logistics.advice.desk"], "_isolate", lambda self, cr: None)
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        provider = cls.env.ref("logistics_connector_wms.provider_warehouse_json")
        cls.connection = cls.make_connection(provider=provider, name="Harbour Fulfilment")
        cls.warehouse.logistics_connection_id = cls.connection
        cls.lamp, cls.bulb = (cls.make_product(name) for name in ("LAMP-01", "BULB-02"))
        cls.oil = cls.make_product("OIL-5L", tracking="lot")
        cls.drill = cls.make_product("DRILL-X", tracking="serial")
        cls.partner = cls.env["res.partner"].create({"name": "Ada", "country_id": 57})
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user", USER)
        cls.clerk = cls.make_user("clerk", USER)

    @classmethod
    def make_product(cls, code, **values):
        return cls.env["product.product"].create(
            {"name": code, "default_code": code, "is_storable": True, **values}
        )

    @classmethod
    def make_flow(cls, **values):
        """How the 3PL is told of releases."""
        return cls.env["logistics.flow"].create(
            {
                "name": "Order releases",
                "code": "release",
                "connection_id": cls.connection.id,
                "url": "https://harbour.example.com/orders",
                **values,
            }
        )

    def arrive(self, delivery):
        """What was told of a delivery has reached the 3PL."""
        self.env.cr.precommit.run()
        told = self.env["logistics.message"].search(
            [("direction", "=", "out"), ("business_key", "=", delivery.name)]
        )
        self.assertTrue(told)
        told.filtered(lambda one: one.state == "pending").state = "delivered"

    def lot(self, product, name):
        return self.env["stock.lot"].create({"name": name, "product_id": product.id})

    def stock(self, product, quantity, lot=None):
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity, lot_id=lot
        )

    def order(self, *lines):
        """A confirmed order of (product, quantity); its delivery."""
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.partner.id,
                    "warehouse_id": self.warehouse.id,
                    "order_line": [
                        (0, 0, {"product_id": product.id, "product_uom_qty": quantity})
                        for product, quantity in lines
                    ],
                }
            )
        )
        order.action_confirm()
        return order.sudo().picking_ids

    def receipt(self, *lines):
        """A confirmed receipt of (product, quantity)."""
        kind = self.warehouse.in_type_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": kind.default_location_dest_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "company_id": self.company.id,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": kind.default_location_dest_id.id,
                        },
                    )
                    for product, quantity in lines
                ],
            }
        )
        picking.action_confirm()
        return picking

    def tell(self, *advices, identity=None):
        """The 3PL says something, and what can be booked is."""
        body = {
            "id": identity or str(uuid.uuid4()),
            "issuer": "harbour",
            "advices": [self.advice(**advice) for advice in advices],
        }
        message = self.receive(self.connection, body, at=fields.Datetime.now())
        self.work()
        return message

    def advice(self, type, **values):
        now = fields.Datetime.now().isoformat() + "Z"
        named = {"id": str(uuid.uuid4())} if type not in ("release", "progress") else {}
        moment = {"as_of": now} if type == "snapshot" else {"occurred_at": now}
        return {"type": type, **named, **moment, **values}

    def work(self):
        """What the desk does, in the one transaction of this test."""
        self.env.flush_all()
        desk = self.env["logistics.advice.desk"].with_user(self.service)
        with self.enter_registry_test_mode():
            while claimed := desk._claim():
                desk._work(*claimed)
        self.env.invalidate_all()

    def said(self, order=None):
        domain = [("connection_id", "=", self.connection.id)]
        if order:
            domain.append(("order_ref", "=", order.name))
        return self.env["logistics.advice"].search(domain, order="id")

    def on_hand(self, product, lot=None, location=None):
        location = location or self.warehouse.lot_stock_id
        quants = self.env["stock.quant"]._gather(product, location, lot_id=lot)
        return sum(quants.mapped("quantity"))

    def cases(self, kind="advice_trouble"):
        return self.env["logistics.exception"].search(
            [
                ("connection_id", "=", self.connection.id),
                ("type_code", "=", kind),
                ("is_open", "=", True),
            ]
        )
