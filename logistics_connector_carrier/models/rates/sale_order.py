from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.rate.subject"]

    def _rate_methods(self):
        methods = self.env["delivery.carrier"]
        methods = methods.search(methods._check_company_domain(self.company_id))
        return methods.available_carriers(self.partner_shipping_id, self)

    def _rate_currency(self):
        return self.currency_id

    def _rate_ends(self):
        order = self.sudo()
        sender = order.warehouse_id.partner_id or order.company_id.partner_id
        return sender, order.partner_shipping_id

    def _rate_own_price(self, method):
        found = method.sudo().rate_shipment(self.sudo())
        if not found["success"]:
            raise UserError(found["error_message"])
        return found["carrier_price"], found["price"]

    def _rate_customer_price(self, method, cost):
        """With the method's margins, taxes and what is free, as Odoo reckons."""
        method = method.sudo().with_context(logistics_known_rate=cost)
        return method.rate_shipment(self.sudo())["price"]

    def _rate_promised(self):
        return self._day_of(self.commitment_date)

    def _rate_case(self):
        goods = self.order_line.filtered(lambda line: not line.is_delivery)
        return {
            "weight": self.env.context.get("order_weight") or self._get_estimated_weight(),
            "value": self._company_value(sum(goods.mapped("price_subtotal")), self.currency_id),
            "country": self.partner_shipping_id.country_id,
            "categories": goods.product_id.categ_id,
        }

    def _rate_problem(self):
        if self.state == "cancel" or self.locked:
            return self.env._("%s can no longer be changed.", self.name)
        return ""

    def _apply_offer(self, offer):
        method = self.env["delivery.carrier"].browse(offer.method)
        self.set_delivery_line(method, float(offer.price))
        self.write({"recompute_delivery_price": False, "delivery_message": False})

    def set_delivery_line(self, carrier, amount):
        # Whatever was quoted before was for the method of before.
        self.sudo().filtered("logistics_quote").logistics_quote = False
        return super().set_delivery_line(carrier, amount)
