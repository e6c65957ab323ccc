from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.bill.logistics_freight_bill_decide import AUDITOR


class LogisticsFreightRechargeAsk(models.TransientModel):
    """What customers are about to be charged with; a person takes lines out or changes prices."""

    _name = "logistics.freight.recharge.ask"
    _description = "Charge Customers"

    bill_ids = fields.Many2many("logistics.freight.bill", readonly=True)
    line_ids = fields.One2many("logistics.freight.recharge.ask.line", "ask_id")
    problem_count = fields.Integer(compute="_compute_problem_count")

    @api.depends("line_ids.problem")
    def _compute_problem_count(self):
        for ask in self:
            ask.problem_count = len(ask.line_ids.filtered("problem"))

    def action_charge(self):
        """Write the wanted lines on the orders."""
        self.ensure_one()
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors charge customers."))
        self.bill_ids.check_access("read")
        wanted = self.line_ids.filtered("is_wanted")
        if not wanted:
            raise UserError(self.env._("Nothing is to be charged."))
        wanted._charge()
        return self.bill_ids.action_view_recharged()


class LogisticsFreightRechargeAskLine(models.TransientModel):
    _name = "logistics.freight.recharge.ask.line"
    _description = "A Charge for a Customer"
    _order = "problem desc, order_name, id"

    ask_id = fields.Many2one("logistics.freight.recharge.ask", required=True, ondelete="cascade")
    charge_id = fields.Many2one(
        "logistics.freight.bill.charge", required=True, readonly=True, ondelete="cascade"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, ondelete="cascade"
    )
    shipment_name = fields.Char("Shipment number", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    order_name = fields.Char("Order number", readonly=True)
    partner_name = fields.Char("Customer", readonly=True)
    rule_id = fields.Many2one(
        "logistics.freight.recharge", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Char("What for", readonly=True)
    bill_currency_id = fields.Many2one("res.currency", "Currency of the bill", readonly=True)
    amount = fields.Monetary("Billed to us", currency_field="bill_currency_id", readonly=True)
    currency_id = fields.Many2one("res.currency", "Currency of the order", readonly=True)
    price = fields.Monetary("Charged")
    problem = fields.Selection(
        [
            ("disputed", "It is disputed"),
            ("no_order", "It has no confirmed order"),
            ("locked", "The order is locked"),
        ],
        readonly=True,
    )
    is_wanted = fields.Boolean("Charge it")

    def _charge(self):
        names = dict(self._fields["problem"]._description_selection(self.env))
        # What the wizard shows may be old, and anybody may write to it: look again.
        may = {
            (one["charge_id"], one["shipment_id"]): one
            for bill in self.ask_id.bill_ids
            for one in bill._recharges()
        }
        for line in self:
            now = may.get((line.charge_id.id, line.shipment_id.id))
            if not now:
                raise UserError(
                    self.env._("%s: the customer was charged with this already.", line.name)
                )
            if now["problem"]:
                raise UserError(
                    self.env._(
                        "%(name)s cannot be charged: %(why)s.",
                        name=line.name,
                        why=names[now["problem"]],
                    )
                )
            line.sudo()._write_on_order(self.env["sale.order"].sudo().browse(now["order_id"]))

    def _write_on_order(self, order):
        order = order.with_company(order.company_id)
        product = self.rule_id.product_id
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": self.env._(
                                "%(charge)s, shipment %(shipment)s",
                                charge=self.name,
                                shipment=self.shipment_name,
                            ),
                            "product_uom_qty": 1,
                            "qty_delivered": 1,
                            "price_unit": self.price,
                            "freight_charge_id": self.charge_id.id,
                            "freight_shipment_id": self.shipment_id.id,
                        }
                    )
                ]
            }
        )
