from odoo import api, fields, models
from odoo.fields import Domain


class LogisticsShipment(models.Model):
    """From a shipment to the messages that told of it."""

    _inherit = "logistics.shipment"

    message_source_count = fields.Integer(
        "Messages that told of it", compute="_compute_message_source_count"
    )

    @api.depends("event_ids.message_id")
    def _compute_message_source_count(self):
        counts = dict(
            self.env["logistics.event"]._read_group(
                [("shipment_id", "in", self.ids), ("message_id", "!=", False)],
                ["shipment_id"],
                ["message_id:count_distinct"],
            )
        )
        for shipment in self:
            shipment.message_source_count = counts.get(shipment, 0)

    def action_view_messages(self):
        """What partners told of it, and what they were told."""
        told = [("event_ids.shipment_id", "in", self.ids)]
        sent = [("correlation_id", "in", self.mapped("correlation_id")), ("direction", "=", "out")]
        domain = list(Domain.OR([told, sent]))
        return self.env["logistics.message"]._open_messages(self.env._("Messages"), domain)
