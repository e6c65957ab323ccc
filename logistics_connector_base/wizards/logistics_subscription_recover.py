from datetime import timedelta

from odoo import fields, models

MOST = 10_000  # shipments at a time: they are looked at in one transaction
PAGE = 500


class LogisticsSubscriptionRecover(models.TransientModel):
    """Tell a subscriber what happened since a moment and was never told: it subscribed late, or its
    filter was too narrow. What was sent and did not arrive is resent from the flow."""

    _name = "logistics.subscription.recover"
    _description = "Recover Events"

    subscription_id = fields.Many2one("logistics.subscription", required=True)
    since = fields.Datetime(
        "Recorded since",
        required=True,
        default=lambda self: fields.Datetime.now() - timedelta(days=1),
    )

    def action_recover(self):
        """Write messages for what was never told, the oldest shipments first.

        :return: a notification that says how many, and whether there is more
        """
        self.ensure_one()
        subscription = self.subscription_id
        subscription.check_access("write")
        self.env.cr.execute(
            "SELECT DISTINCT shipment_id FROM logistics_event WHERE company_id = %s "
            "AND processed_at >= %s AND shipment_id IS NOT NULL ORDER BY shipment_id LIMIT %s",
            (subscription.company_id.id, self.since, MOST + 1),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        shipments = self.env["logistics.shipment"].sudo().browse(ids[:MOST])
        written = sum(
            subscription.sudo()._tell(shipments[first : first + PAGE], self.since)
            for first in range(0, len(shipments), PAGE)
        )
        text = self.env._("%s events will be told.", written)
        if len(ids) > MOST:
            text += " " + self.env._("There is more: choose a later time for the rest.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
