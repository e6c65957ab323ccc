from odoo import fields, models

from ..models.rates.logistics_rates import charges_json


class ChooseDeliveryCarrier(models.TransientModel):
    """Odoo's own window for the delivery of an order."""

    _inherit = "choose.delivery.carrier"

    logistics_quote = fields.Json(
        "Carrier's quote",
        groups=fields.NO_ACCESS,
        help="What the carrier asks for the price that is shown, as it said it.",
    )

    def action_compare_rates(self):
        """What all methods would cost for the weight that stands here."""
        self.ensure_one()
        order = self.order_id.with_context(order_weight=self.total_weight)
        return order.action_compare_rates()

    def _get_delivery_rate(self):
        asked = {}
        wizard = self.with_context(logistics_asked_rates=asked)
        found = super(ChooseDeliveryCarrier, wizard)._get_delivery_rate()
        method = self.carrier_id
        rate = asked.get(method.id)
        self.sudo().logistics_quote = rate and {
            "method": method.id,
            "service": rate.service,
            "total": rate.total,
            "currency": rate.currency,
            "charges": charges_json(rate.charges),
            "price": self.delivery_price,
        }
        return found

    def button_confirm(self):
        result = super().button_confirm()
        quote = dict(self.sudo().logistics_quote or {})
        # Another method, or its price without having asked: nobody has quoted that.
        if quote.get("method") == self.carrier_id.id and quote.pop("price") == self.delivery_price:
            self.order_id._keep_quote(quote)
        return result
