from decimal import Decimal

from odoo import api, fields, models

from ...core.waterfall import waterfall
from ..charge.logistics_freight_charge_type import NOT_FREIGHT

#: Findings that explain no difference between expected and billed: what is due back, not wrong.
BESIDE = ("late", "tolerance")


class LogisticsFreightBillShipment(models.Model):
    """Four sides of a shipment: what was quoted, expected, billed, and charged to the customer."""

    _inherit = "logistics.freight.bill.shipment"

    quoted_amount = fields.Monetary(
        "Quoted", compute="_compute_sides", compute_sudo=True, help="Estimated at the order."
    )
    is_quoted = fields.Boolean(compute="_compute_sides", compute_sudo=True)
    charged_amount = fields.Monetary(
        "Charged to the customer",
        compute="_compute_sides",
        compute_sudo=True,
        help="Freight and surcharges on its orders, without tax. Freight of an order with several "
        "shipments is divided by them.",
    )
    is_charged = fields.Boolean("Has an order", compute="_compute_sides", compute_sudo=True)
    margin_amount = fields.Monetary(
        "Margin",
        compute="_compute_sides",
        compute_sudo=True,
        help="Charged to the customer less what is billed. Below zero it leaks.",
    )
    waterfall = fields.Json("From quote to bill", compute="_compute_waterfall")

    @api.depends(
        "shipment_id.charge_ids.amount",
        "shipment_id.sale_order_ids.order_line.price_subtotal",
        "freight_amount",
    )
    def _compute_sides(self):
        charged = (self.shipment_id | self.shared_shipment_ids)._charged_to_customer()
        for line in self:
            shipments = line.shared_shipment_ids or line.shipment_id
            quotes = shipments.charge_ids.filtered(
                lambda one: one.kind == "estimated" and one.category != "tax"
            )
            day = line.bill_id.date
            line.is_quoted = bool(quotes)
            line.quoted_amount = sum(
                one.currency_id._convert(one.amount, line.currency_id, line.company_id, day)
                for one in quotes
            )
            known = [charged[one.id] for one in shipments if charged[one.id] is not None]
            line.is_charged = bool(known)
            line.charged_amount = line.company_id.currency_id._convert(
                sum(known), line.currency_id, line.company_id, day
            )
            line.margin_amount = (
                line.charged_amount - line.freight_amount if line.is_charged else 0.0
            )

    @api.depends("findings", "expected_amount", "freight_amount", "quoted_amount", "charged_amount")
    def _compute_waterfall(self):
        types = self.env["logistics.freight.charge.type"]._by_key()
        names = {
            **dict(self._fields["main_finding"]._description_selection(self.env)),
            "quoted": self.env._("Quoted"),
            "changed": self.env._("Booked otherwise"),
            "expected": self.env._("Expected"),
            "other": self.env._("Other"),
            "billed": self.env._("Billed"),
            "charged": self.env._("Charged to the customer"),
        }
        for line in self:
            reasons = [
                (one["code"], _exact(one["amount"]))
                for one in line.findings or ()
                if one["code"] not in BESIDE
                and not (one["key"] in types and types[one["key"]].kind in NOT_FREIGHT)
            ]
            line.waterfall = [
                {
                    "key": step.key,
                    "name": names.get(step.key, step.key),
                    "start": float(step.start),
                    "end": float(step.end),
                    "is_total": step.is_total,
                }
                for step in waterfall(
                    _exact(line.quoted_amount) if line.is_quoted else None,
                    _exact(line.expected_amount) if line.expected_source else None,
                    reasons,
                    _exact(line.freight_amount),
                    _exact(line.charged_amount) if line.is_charged else None,
                )
            ]


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _charged_to_customer(self):
        """What the customers of these shipments were charged for freight.

        :return: {id: amount in the company's currency, without tax; None: it has no order}
        """
        lines = self.env["sale.order.line"].sudo()
        own = {}
        for shipment, one in lines._read_group(
            [("freight_shipment_id", "in", self.ids), ("state", "=", "sale")],
            ["freight_shipment_id"],
            ["id:recordset"],
        ):
            own[shipment.id] = sum(_in_company_currency(line) for line in one)
        found = {}
        for shipment in self.sudo():
            orders = shipment.sale_order_ids.filtered(lambda order: order.state == "sale")
            if not orders:
                found[shipment.id] = None
                continue
            amount = own.get(shipment.id, 0.0)
            for order in orders:
                others = order.shipment_ids.filtered(lambda one: one.state != "cancelled")
                freight = order.order_line.filtered(_is_freight)
                amount += sum(_in_company_currency(line) for line in freight) / (len(others) or 1)
            found[shipment.id] = amount
        return found


def _is_freight(line):
    """Odoo's line of a delivery method (module delivery); others are ours."""
    return "is_delivery" in line._fields and line.is_delivery


def _in_company_currency(line):
    return line.price_subtotal / (line.order_id.currency_rate or 1.0)


def _exact(amount):
    return Decimal(str(round(amount, 6))).normalize() + 0
