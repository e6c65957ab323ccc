from odoo import models

TYPES = (
    "release_unacknowledged",
    "release_unconfirmed",
    "release_refused",
    "release_too_late",
)


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
        releases = self.sudo().shipment_id.picking_ids.release_ids
        told = releases.version_ids.filtered(lambda row: row.message_id and not row.is_withdrawn)
        messages = told.sorted("id").message_id
        sent = messages.browse().union(*(message._as_sent() for message in messages))
        return sent.sudo(False)

    def _partner_connection(self):
        if self.type_code in TYPES:
            warehouses = self.sudo().shipment_id.picking_ids.picking_type_id.warehouse_id
            connection = warehouses.logistics_connection_id[:1]
            if connection:
                return connection
        return super()._partner_connection()
