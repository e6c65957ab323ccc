from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

from ..bill.logistics_freight_bill_book import parts
from ..bill.logistics_freight_bill_decide import AUDITOR


class LogisticsFreightBill(models.Model):
    """Charging customers with what carriers charged us for them, as lines on their orders."""

    _inherit = "logistics.freight.bill"

    recharge_count = fields.Integer("Charged to customers", compute="_compute_recharge_count")

    def _compute_recharge_count(self):
        lines = self.env["sale.order.line"].sudo()
        counts = lines._read_group(
            [("freight_charge_id.bill_id", "in", self.ids)], ["freight_charge_id"], ["__count"]
        )
        found = {}
        for charge, count in counts:
            found[charge.bill_id.id] = found.get(charge.bill_id.id, 0) + count
        for bill in self:
            bill.recharge_count = found.get(bill.id, 0)

    def action_recharge(self):
        """Show what the customers of these bills are to be charged with."""
        self.check_access("read")
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors charge customers."))
        for bill in self:
            if bill.state not in ("decided", "billed"):
                raise UserError(self.env._("Decide first on all that bill %s charges.", bill.name))
        wizard = self.env["logistics.freight.recharge.ask"].create(
            {
                "bill_ids": [Command.set(self.ids)],
                "line_ids": [
                    Command.create(values) for bill in self for values in bill._recharges()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charge customers"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_view_recharged(self):
        orders = (
            self.env["sale.order.line"]
            .sudo()
            .search([("freight_charge_id.bill_id", "in", self.ids)])
            .order_id
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders charged"),
            "res_model": "sale.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", orders.ids)],
        }

    def _recharges(self):
        """What is still to be charged: values of lines to be shown, one for each charge and order.
        What is disputed is not charged, as long as the carrier may take it back."""
        self.ensure_one()
        rules = self.env["logistics.freight.recharge"]._rules(self.company_id)
        if not rules:
            return []
        found = []
        for line in self.sudo().shipment_line_ids:
            disputed = line._disputed_charges()
            shares = line._shares()
            for charge in line.charge_ids:
                if (
                    charge.is_informational
                    or not charge.net
                    or charge.currency_id != self.currency_id
                ):
                    continue
                amounts = parts(charge.net, shares, charge.currency_id)
                for shipment_id, amount in zip(shares, amounts, strict=True):
                    shipment = self.env["logistics.shipment"].sudo().browse(shipment_id)
                    found += self._recharge(rules, charge, shipment, amount, charge in disputed)
        return found

    def _recharge(self, rules, charge, shipment, amount, is_disputed):
        order = shipment.sale_order_ids.filtered(
            lambda order: order.state == "sale" and order.company_id == self.company_id
        ).sorted("id")[:1]
        customer = (order or shipment).partner_id
        model = self.env["logistics.freight.recharge"]
        rule = model._of(rules, charge, customer)
        done = self.env["sale.order.line"].sudo()
        if not rule or done.search_count(
            [
                ("freight_charge_id", "=", charge.id),
                ("freight_shipment_id", "=", shipment.id),
            ],
            limit=1,
        ):
            return []
        problem = False
        if is_disputed:
            problem = "disputed"
        elif not order:
            problem = "no_order"
        elif order.locked:
            problem = "locked"
        currency = order.currency_id or self.currency_id
        price = self.currency_id._convert(
            amount * (1 + rule.markup / 100), currency, self.company_id, self.date
        )
        return [
            {
                "charge_id": charge.id,
                "shipment_id": shipment.id,
                "shipment_name": shipment.name,
                "order_id": order.id,
                "order_name": order.name,
                "partner_name": customer.display_name,
                "rule_id": rule.id,
                "name": charge.type_id.name or charge.description or charge.code or "?",
                "bill_currency_id": self.currency_id.id,
                "amount": amount,
                "currency_id": currency.id,
                "price": price,
                "problem": problem,
                "is_wanted": not problem,
            }
        ]


class LogisticsFreightBillShipment(models.Model):
    _inherit = "logistics.freight.bill.shipment"

    def _disputed_charges(self):
        """The charges that the carrier may still take back: those of a dispute that it has not
        rejected."""
        self.ensure_one()
        if not self.disputed_amount:
            return self.env["logistics.freight.bill.charge"]
        answers = self.env["logistics.freight.dispute.line"].sudo()
        answers = answers.search([("line_id", "=", self.id)])
        if answers and set(answers.mapped("outcome")) == {"rejected"}:
            return self.env["logistics.freight.bill.charge"]
        named = {one for finding in self.findings or () for one in finding["charges"]}
        return self.charge_ids.filtered(lambda charge: not named or charge.id in named)
