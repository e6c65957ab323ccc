from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_message_outgoing import UNSETTLED

MOVED = "moved"


class LogisticsMessage(models.Model):
    """A message that went another way while its partner was down: it is settled here, and another
    one, with the same body, was written there (``outbox/fallback.py``)."""

    _inherit = "logistics.message"

    moved_from_id = fields.Many2one(
        "logistics.message",
        "Instead of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message in the flow for which it was written.",
    )
    first_flow_id = fields.Many2one(
        "logistics.flow",
        "Written for",
        readonly=True,
        ondelete="restrict",
        help="The flow whose partner was down.",
    )
    moved_to_ids = fields.One2many("logistics.message", "moved_from_id", readonly=True)
    moved_to_id = fields.Many2one(
        "logistics.message", "Sent instead", compute="_compute_moved_to_id"
    )

    # What lies on another way holds back what comes behind it in order; as small as that is.
    _gone_before = models.Index(
        "(first_flow_id, business_key) WHERE first_flow_id IS NOT NULL"
        " AND state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')"
    )

    @api.depends("moved_to_ids")
    def _compute_moved_to_id(self):
        for message in self:
            message.moved_to_id = message.moved_to_ids[:1]

    def _as_sent(self):
        """The message itself, or the one that was written instead of it."""
        self.ensure_one()
        return self.moved_to_ids[:1] or self

    @api.depends("error_class")
    def _compute_why(self):
        result = super()._compute_why()
        for message in self.filtered(lambda message: message.error_class == MOVED):
            message.why = message.error_text
        return result

    def _held_by(self):
        held = super()._held_by()
        flow = self.sudo().flow_id
        if held and flow.fallback_state == "used" and not self.moved_to_ids:
            return self.env._(
                "%(held)s; sent over “%(other)s” unless it may have arrived, or stands behind one "
                "that may",
                held=held,
                other=flow.breaker_ids[:1].fallback_flow_id.name,
            )
        if held or not (flow.is_ordered and self.business_key):
            return held
        ahead = self.sudo().search(
            [
                ("first_flow_id", "=", flow.id),
                ("business_key", "=", self.business_key),
                ("state", "in", (*UNSETTLED, "dead")),
            ],
            order="id",
            limit=1,
        )
        if not ahead:
            return False
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "an earlier message about %(about)s went over “%(other)s”, and is “%(state)s”",
            about=self.business_key,
            other=ahead.flow_id.name,
            state=labels[ahead.state],
        )

    def action_resend(self):
        for message in self.filtered(lambda message: message.error_class == MOVED):
            there = message.moved_to_ids[:1].receipt or "-"
            raise UserError(
                self.env._(
                    "“%(receipt)s” did not leave this way: %(there)s There it is “%(other)s”; "
                    "resend that one.",
                    receipt=message.receipt,
                    there=message.error_text or "",
                    other=there,
                )
            )
        return super().action_resend()
