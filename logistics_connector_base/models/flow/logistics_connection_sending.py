from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.token_bucket import Rate
from ...outbox.buckets import BUCKET_TABLE


class LogisticsConnection(models.Model):
    """What we send to a partner, and how fast."""

    _inherit = "logistics.connection"

    flow_ids = fields.One2many("logistics.flow", "connection_id", string="Flows")
    send_rate = fields.Integer(
        "Calls a minute",
        required=True,
        default=0,
        tracking=True,
        help="That is how often this partner may be called, by all flows and servers together. "
        "0: no limit.",
    )

    def init(self):
        self.env.cr.execute(BUCKET_TABLE)

    @api.constrains("send_rate")
    def _check_send_rate(self):
        for connection in self:
            if connection.send_rate < 0:
                raise ValidationError(self.env._("A limit cannot be negative. 0 means no limit."))

    def _call_rate(self):
        """How fast this partner may be called, with no burst to speak of: partners count, too.

        :rtype: Rate, or None: without limit
        """
        a_minute = self.send_rate
        return Rate(a_minute / 60, max(1.0, a_minute / 600)) if a_minute else None

    def _set_state(self, state, allowed):
        result = super()._set_state(state, allowed)
        self.env["logistics.outbox"]._wake_after_commit()  # what waited for it may go
        return result

    def _flow(self, code):
        """The flow of this connection with a code, or none."""
        self.ensure_one()
        return self.sudo().flow_ids.filtered(lambda flow: flow.code == code)[:1]
