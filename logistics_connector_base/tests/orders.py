"""Orders with goods, moved by Odoo's own methods. No demo data."""

from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import Form

from .common import InboxCommon


class OrdersCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.make_connection(name="Northwind")
        cls.clock = datetime.fromisoformat("2026-03-10T10:00:00+01:00")
        cls.customer = cls.env["res.partner"].create({"name": "Ada", "street": "Lindenweg 1"})
        cls.lamp = cls.make_goods("Lamp")
        cls.desk_ = cls.make_goods("Desk")
        cls.hours = cls.env["product.product"].create(
            {"name": "Hours", "type": "service", "invoice_policy": "order"}
        )

    @classmethod
    def make_goods(cls, name, **values):
        """Storable goods, of which there are enough in each warehouse of the company."""
        product = cls.env["product.product"].create(
            {"name": name, "is_storable": True, "invoice_policy": "delivery", **values}
        )
        for warehouse in cls.env["stock.warehouse"].search([]):
            cls.env["stock.quant"].with_company(warehouse.company_id)._update_available_quantity(
                product, warehouse.lot_stock_id, 1000
            )
        return product

    def sell(self, *lines, company=None, **values):
        """A confirmed order.

        :param lines: pairs of product and quantity
        """
        company = company or self.company
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": quantity})
                        for product, quantity in lines
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order

    def send(self, picking, *quantities, backorder=True):
        """Validate a transfer: all of it, or these quantities of its moves, by the wizard."""
        picking.action_assign()
        for move, quantity in zip(picking.move_ids, quantities, strict=False):
            move.quantity = quantity
        picking.move_ids.picked = True
        action = picking.button_validate()
        if isinstance(action, dict) and action["res_model"] == "stock.backorder.confirmation":
            wizard = Form.from_action(self.env, action).save()
            wizard.process() if backorder else wizard.process_cancel_backorder()
        self.assertEqual(picking.state, "done")

    def take_back(self, picking, quantity, refund=True):
        """A return by the wizard; not yet received."""
        form = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
            )
        )
        wizard = form.save()
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": refund})
        action = wizard.action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def ship(self, picking, code=None):
        """The delivery's shipment, with an event of it where one is named."""
        shipment = picking._ensure_shipment()
        if code:
            self.tell(shipment, code)
        return shipment

    def tell(self, shipments, code):
        """A partner tells what happened next."""
        for shipment in shipments:
            if not shipment.package_ids:
                shipment.package_ids = [Command.create({"tracking_number": f"NW{shipment.id:09}"})]
            shipment.ship_date = "2026-03-09"  # the day that numbers are matched around
            self.clock += timedelta(minutes=5)
            number = shipment.package_ids.tracking_number
            scan = self.scan(code, self.clock.isoformat(), number, shipment.issuer)
            self.receive(self.partner, self.message(scan))
            self.assertEqual(shipment.last_event_id.code, code)

    def invoice(self, order):
        """Invoices (or credit notes) of what is to be invoiced, posted."""
        moves = order._create_invoices(final=True)
        moves.action_post()
        return moves

    def standing(self, order, product):
        """How the order's line of a product stands, as the screen shows it."""
        line = order.order_line.filtered(lambda line: line.product_id == product)
        return next(one for one in order.logistics_lines if one["id"] == line.id)

    def assert_state(self, order, expected, message=None):
        """What is read now, and what is searched and grouped by once the desk has looked."""
        self.assertEqual(order.logistics_state, expected, message)
        self.work_states()
        orders = self.env["sale.order"]
        self.assertEqual(order.logistics_state, expected, message)
        found = orders.search([("logistics_state", "=", expected), ("id", "=", order.id)])
        self.assertEqual(found, order, message)
        groups = orders._read_group([("id", "=", order.id)], ["logistics_state"], ["__count"])
        self.assertEqual(groups, [(expected, 1)], message)
