"""Factories for deliveries that are tracked. No demo data."""

from pathlib import Path

from odoo.addons.logistics_connector_base.tests.common import InboxCommon

FIXTURES = Path(__file__).parents[1] / "providers"
# The day on which the tests' deliveries happen: near the dates of the fixtures.
TODAY = "2026-03-09 12:00:00"


def fixture(provider, name, suffix="json"):
    """The raw bytes of a message as the provider publishes its shape."""
    return (FIXTURES / provider / "fixtures" / f"{name}.{suffix}").read_bytes()


class CarrierCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.make_company("Northern Shop")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.clerk = cls.make_user("clerk", "logistics_connector_base.group_logistics_user")
        cls.customer = cls.env["res.partner"].create({"name": "Ada Example", "city": "Oslo"})
        cls.product = cls.env["product.product"].create(
            {"name": "Lamp", "type": "consu", "is_storable": True, "weight": 2.0}
        )
        cls.ups = cls.env.ref("logistics_connector_carrier.provider_ups")
        cls.fedex = cls.env.ref("logistics_connector_carrier.provider_fedex")
        cls.sendcloud = cls.env.ref("logistics_connector_carrier.provider_sendcloud")
        cls.method = cls.make_method("UPS Ground", cls.ups)

    @classmethod
    def make_company(cls, name):
        company = cls.env["res.company"].create({"name": name})
        cls.service.company_ids |= company
        return company

    @classmethod
    def make_method(cls, name, provider=None, **values):
        """A delivery method of fixed price: no integration of Odoo's own is needed for tracking."""
        product = cls.env["product.product"].create(
            {"name": name, "type": "service", "list_price": 9.0, "invoice_policy": "order"}
        )
        return cls.env["delivery.carrier"].create(
            {
                "name": name,
                "product_id": product.id,
                "delivery_type": "fixed",
                "fixed_price": 9.0,
                "logistics_provider_id": provider.id if provider else False,
                **values,
            }
        )

    @classmethod
    def stock(cls, quantity=100, warehouse=None, product=None):
        cls.env["stock.quant"]._update_available_quantity(
            product or cls.product, (warehouse or cls.warehouse).lot_stock_id, quantity
        )

    def make_order(self, steps="ship_only", quantity=3, method=None, **values):
        """A confirmed sales order, sold by somebody without a right of Logistics or Inventory."""
        if self.warehouse.delivery_steps != steps:
            self.warehouse.delivery_steps = steps
        method = self.method if method is None else method
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "warehouse_id": self.warehouse.id,
                    "client_order_ref": "PO-778",
                    "carrier_id": method.id,
                    "order_line": [
                        (0, 0, {"product_id": self.product.id, "product_uom_qty": quantity})
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order.sudo()

    def make_delivery(self, number=None, method=None, **values):
        """The delivery of a new order as the warehouse keeper, with a tracking number if given."""
        method = self.method if method is None else method
        delivery = self.make_order(method=method, **values).picking_ids.with_user(self.keeper)
        if delivery.carrier_id != method:
            delivery.sudo().carrier_id = method
        if number:
            delivery.carrier_tracking_ref = number
        return delivery

    def validate(self, picking, number=None):
        """Validate a transfer as the warehouse keeper does."""
        picking = picking.with_user(self.keeper)
        picking.action_assign()
        for move in picking.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        if number:
            picking.carrier_tracking_ref = number
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def shipment_of(self, picking):
        """The one shipment of a delivery, as superuser."""
        shipments = picking.sudo().shipment_ids
        self.assertEqual(len(shipments), 1)
        return shipments

    def references(self, shipment, *types):
        """The open references of a shipment: {(type, value, issuer)}."""
        return {
            (ref.type, ref.value, ref.issuer)
            for ref in shipment.reference_ids
            if not ref.valid_to and (not types or ref.type in types)
        }
