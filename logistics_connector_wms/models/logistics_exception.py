from odoo import models

from .stock_picking_release import RELEASE_FLOW

TYPES = ("release_unacknowledged", "release_unconfirmed")


class LogisticsException(models.Model):
    """What the steps about a release act on: the release itself, and the warehouse's partner."""

    _inherit = "logistics.exception"

    def _messages(self):
        messages = super()._messages()
        for case in self.filtered(lambda one: one.type_code in TYPES):
            messages |= case._releases()
        return messages

    def _releases(self):
        """The messages by which the warehouse was told, those that really left."""
        shipment = self.sudo().shipment_id
        identities = [
            f"out:{RELEASE_FLOW}:release:{delivery.id}:{shipment.id}"
            for delivery in shipment.picking_ids
        ]
        keys = self.env["logistics.message.key"].sudo().search([("identity", "in", identities)])
        sent = keys.message_id.browse().union(*(message._as_sent() for message in keys.message_id))
        return sent.sudo(False)

    def _partner_connection(self):
        if self.type_code in TYPES:
            warehouses = self.sudo().shipment_id.picking_ids.picking_type_id.warehouse_id
            connection = warehouses.logistics_connection_id[:1]
            if connection:
                return connection
        return super()._partner_connection()
