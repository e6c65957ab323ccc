import json

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class LogisticsBooking(models.Model):
    """What was told at the end of a day is not simply void any more: carriers give the money back
    later, or are asked by a person."""

    _inherit = "logistics.booking"

    manifest_line_ids = fields.One2many("logistics.manifest.line", "booking_id", "Manifests")
    refund_state = fields.Selection(
        [("asked", "Refund asked for"), ("granted", "Refunded"), ("refused", "Not refunded")],
        "Refund",
        readonly=True,
        index="btree_not_null",
        help="It was cancelled after the carrier had taken it. Until the credit comes, its charges "
        "stand.",
    )
    refund_reference = fields.Char(
        "Refund number", readonly=True, help="The carrier's service ticket."
    )
    refund_asked_at = fields.Datetime("Refund asked on", readonly=True)

    def _call_off(self):
        for booking in self.sudo():
            lines = booking.manifest_line_ids.filtered(lambda line: line.state == "waiting")
            if lines.manifest_id.filtered(lambda one: one.state in ("sending", "doubt")):
                raise UserError(
                    self.env._(
                        "%s is told to the carrier just now (end of day). Cancel it when the "
                        "carrier has answered.",
                        booking.name,
                    )
                )
        return super()._call_off()

    def _take_answer(self, answer):
        message = answer.message_id
        is_void = message != self.message_id and message.state == "delivered"
        if is_void and self.state in ("void_asked", "booked"):
            refunds = json.loads(answer._raw() or b"{}").get("refunds")
            if refunds:
                self.write(
                    {
                        "refund_state": "asked",
                        "refund_reference": ", ".join(refunds),
                        "refund_asked_at": fields.Datetime.now(),
                    }
                )
        return super()._take_answer(answer)

    def _take_void(self, message):
        was_asked = self.state == "void_asked"
        result = super()._take_void(message)
        if was_asked and self.state == "booked" and self._is_told():
            why = (self.problem or "").rstrip(".")
            self.problem = self.env._(
                "%s. The carrier has it since the end of its day: ask the carrier, then press "
                "“Cancelled by hand”.",
                why,
            )
        return result

    def _is_told(self):
        taken = self.manifest_line_ids.filtered(lambda line: line.state == "taken")
        return "book" in taken.mapped("kind")

    def action_refund_came(self):
        """The credit is there: the booking costs nothing.

        :raises UserError: no refund was asked for
        """
        for booking in self._refunds_to_settle():
            booking.refund_state = "granted"
            booking.charge_ids.unlink()
        return True

    def action_refund_refused(self):
        """The carrier keeps the money: the charges stay.

        :raises UserError: no refund was asked for
        """
        self._refunds_to_settle().refund_state = "refused"
        return True

    def _refunds_to_settle(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_user"):
            raise AccessError(self.env._("Only users of Logistics may say so."))
        for booking in self:
            if booking.refund_state != "asked":
                raise UserError(self.env._("No refund is asked for %s.", booking.name))
        return self.sudo()
