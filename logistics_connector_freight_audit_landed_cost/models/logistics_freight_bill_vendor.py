from collections import defaultdict

from odoo import models


class LogisticsFreightBill(models.Model):
    """The vendor bill of what goods bear, and of what they do not."""

    _inherit = "logistics.freight.bill"

    def _move_parts(self, amounts):
        """What goods bear is on lines of its own: Odoo books it apart from what is an expense."""
        found = self.sudo()._amounts_for_goods()[0]
        if not found:
            return self._guarded(super()._move_parts(amounts))
        goods = defaultdict(float)
        for (_line, _shipment, kind), amount in found.items():
            goods[kind] += amount
        lines = self.env["logistics.freight.bill.shipment"]
        inbound = lines.browse({line for line, _shipment, _kind in found})
        products = self.env["logistics.freight.product"]
        of_goods = self._analytic_by_kind(inbound)
        of_others = self._analytic_by_kind(self.shipment_line_ids - inbound)
        parts = []
        for kind, amount, values in super()._move_parts(amounts):
            mine = self.currency_id.round(goods.get(kind, 0.0))
            if self.currency_id.is_zero(mine):
                parts += self._guarded([(kind, amount, values)])
                continue
            rest = dict(values, analytic_distribution=of_others.get(kind))
            parts += self._guarded([(kind, self.currency_id.round(amount - mine), rest)])
            product, _method = products._landed_product(self.company_id, kind)
            landed = {
                "product_id": product.id,
                "is_landed_costs_line": True,
                "analytic_distribution": of_goods.get(kind),
            }
            parts.append((kind, mine, dict(values, **landed)))
        return parts

    def _guarded(self, parts):
        """What no goods bear is an expense, also by a product that Odoo would book as stock."""
        products = self.env["logistics.freight.product"]
        positions = self.env["account.fiscal.position"].sudo().with_company(self.company_id)
        position = positions._get_fiscal_position(self.partner_id)
        for kind, _amount, values in parts:
            product = products._of(self.company_id, kind).product_id.with_company(self.company_id)
            if product.landed_cost_ok and product.valuation == "real_time":
                accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
                values["account_id"] = accounts["expense"].id
        return parts

    def action_create_vendor_bill(self):
        """Made anew, it stands for what goods bear already."""
        result = super().action_create_vendor_bill()
        for bill in self.sudo():
            orphans = bill.landed_cost_ids.filtered(
                lambda cost: (
                    cost.state == "done"
                    and (not cost.vendor_bill_id or cost.vendor_bill_id.state == "cancel")
                )
            )
            orphans.vendor_bill_id = bill.move_id
        return result
