from odoo import fields, models


class LogisticsEventSetAside(models.TransientModel):
    """Why an event of a partner shall not count."""

    _name = "logistics.event.set.aside"
    _description = "Set an Event Aside"

    event_id = fields.Many2one("logistics.event", required=True, ondelete="cascade")
    reason = fields.Char(
        required=True, help="Kept with the event, and shown to whoever reads the shipment's story."
    )

    def action_set_aside(self):
        self.ensure_one()
        self.event_id._set_aside(self.reason)
        return {"type": "ir.actions.act_window_close"}
