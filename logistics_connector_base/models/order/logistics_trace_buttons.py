from odoo import models


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def action_trace(self):
        """The whole story of this shipment."""
        self.ensure_one()
        return self.env["logistics.trace"]._open(self.name, shipments=self)


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def action_trace(self):
        """The whole story that this message belongs to."""
        self.ensure_one()
        name = self.business_key or self.external_id or self.receipt
        return self.env["logistics.trace"]._open(name, messages=self)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_logistics_trace(self):
        """The whole story of this order's shipments."""
        self.ensure_one()
        shipments = self.sudo().shipment_ids.sudo(False)._filtered_access("read")
        return self.env["logistics.trace"]._open(self.name, shipments=shipments)
