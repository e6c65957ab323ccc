from odoo import models
from odoo.addons.logistics_connector_wms.core import release as core

UNKNOWN = "shipping"  # of a reason: the 3PL's word for the delivery method is not known


class LogisticsRelease(models.Model):
    _inherit = "logistics.release"

    def _shipping_method(self):
        """What its 3PL calls the delivery method; none where it has none, or no word for it."""
        self.ensure_one()
        methods = self.env["logistics.shipping.method"].sudo()
        carrier = self.picking_id.sudo().carrier_id
        return methods._of(self.connection_id, carrier) if carrier else methods

    def _held_by(self):
        reasons = super()._held_by()
        is_gated = self.kind == "delivery" and self.warehouse_id.logistics_gate_shipping
        if not is_gated or self.forced_text or self._shipping_method():
            return reasons
        carrier = self.picking_id.sudo().carrier_id
        return [*reasons, core.Reason(UNKNOWN, (carrier.name or "",))]

    def _words(self, reason):
        if reason.code != UNKNOWN:
            return super()._words(reason)
        (name,) = reason.detail
        if name:
            return self.env._("What the 3PL calls the delivery method “%s” is not known.", name)
        return self.env._("It has no delivery method.")
