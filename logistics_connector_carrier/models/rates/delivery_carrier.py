from odoo import models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def _rate_of(self, order):
        """Where all accounts were asked at the same time, the price is known already."""
        known = self.env.context.get("logistics_known_rate")
        return super()._rate_of(order) if known is None else known

    def _asked_rate(self, order):
        """Odoo's way from here to who asked has room for a price only: the context's
        ``logistics_asked_rates`` (dict method id → Rate) takes the rest along."""
        rate = super()._asked_rate(order)
        self.env.context.get("logistics_asked_rates", {})[self.id] = rate
        return rate

    def _same_service(self):
        """The delivery methods that send with the service of one of these, archived ones as well:
        method id → id of the service; where there is none, a method stands for itself.

        :rtype: dict
        """
        services = self.sudo().logistics_service_id
        found = self.sudo().with_context(active_test=False)
        found = found.search([("logistics_service_id", "in", services.ids)]) | self.sudo()
        return {
            method.id: ("service", method.logistics_service_id.id)
            if method.logistics_service_id
            else ("method", method.id)
            for method in found
        }
