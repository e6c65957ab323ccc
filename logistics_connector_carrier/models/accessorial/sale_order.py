from odoo import models

from ...core.accessorials import Accessorials


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _rate_accessorials(self, method):
        """What the method asks for with each delivery, as far as it changes the price.

        :param method: the ``delivery.carrier``, as superuser
        :rtype: Accessorials
        """
        self.ensure_one()
        offers = method._offers()
        goods = self.order_line.filtered(lambda line: not line.is_delivery)
        value = sum(goods.mapped("price_subtotal")) * method.shipping_insurance / 100
        currency = self.currency_id
        if value > 0 and offers.currency and offers.currency != currency.name:
            target = self.env["res.currency"].search([("name", "=", offers.currency)], limit=1)
            value = currency._convert(value, target or currency, self.company_id, self.date_order)
            currency = target or currency
        insured = {method._insured_as(): f"{value:.2f}"} if value > 0 else {}
        return Accessorials(
            **insured,
            currency=currency.name if insured else "",
            signature=method.logistics_signature or "",
            saturday=method.logistics_saturday,
        )

    def _due_at_the_door(self):
        """What the customer pays by Odoo's own cash on delivery: None where the order is
        paid otherwise, 0 where it cannot be told what this one delivery collects."""
        self.ensure_one()
        order = self.sudo()
        pending = order.transaction_ids.filtered(
            lambda one: one.provider_id.custom_mode == "cash_on_delivery" and one.state == "pending"
        )
        if not pending:
            return None
        invoices = order.invoice_ids.filtered(lambda one: one.state == "posted")
        is_paid_in_part = any(
            order.currency_id.compare_amounts(one.amount_residual, one.amount_total)
            for one in invoices
        )
        deliveries = order.picking_ids.filtered(
            lambda one: one.picking_type_code == "outgoing" and one.state != "cancel"
        )
        if is_paid_in_part or len(deliveries) != 1:
            return 0.0
        return sum(pending.mapped("amount"))
