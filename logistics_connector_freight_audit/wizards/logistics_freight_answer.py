import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class LogisticsFreightAnswer(models.TransientModel):
    """What a carrier answers to a dispute: all of it, line by line, or as the table that it sent
    back."""

    _name = "logistics.freight.answer"
    _description = "Answer to a Freight Dispute"

    dispute_id = fields.Many2one("logistics.freight.dispute", required=True, readonly=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    file = fields.Binary("Their table", help="Our CSV, with the columns answer, amount and note.")
    file_name = fields.Char()
    line_ids = fields.One2many(
        "logistics.freight.answer.line",
        "wizard_id",
        "Shipments",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    carrier_reference = fields.Char(
        "Their number", compute="_compute_line_ids", store=True, readonly=False
    )
    closing_note = fields.Char("How it ended")

    @api.depends("dispute_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.carrier_reference = wizard.dispute_id.carrier_reference
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "line_id": line.id,
                            "is_answered": line.is_answered,
                            "accepted_amount": line.accepted_amount,
                            "note": line.note,
                        }
                    )
                    for line in wizard.dispute_id.line_ids
                ),
            ]

    def action_accept_all(self):
        for line in self.line_ids:
            line.write({"is_answered": True, "accepted_amount": line.claimed_amount})
        return self.action_take()

    def action_reject_all(self):
        self.line_ids.write({"is_answered": True, "accepted_amount": 0})
        return self.action_take()

    def action_take(self):
        """Write the answers down."""
        self.ensure_one()
        dispute = self.dispute_id
        if self.file:
            answers = dispute._answers_in(base64.b64decode(self.file))
        else:
            answers = {
                one.line_id: (one.accepted_amount, one.note)
                for one in self.line_ids
                if one.is_answered
            }
        if not answers:
            raise UserError(self.env._("Say of at least one shipment what the answer is."))
        if self.carrier_reference:
            dispute.carrier_reference = self.carrier_reference
        dispute._take_answers(answers)
        return {"type": "ir.actions.act_window_close"}

    def action_close(self):
        self.ensure_one()
        if not (self.closing_note or "").strip():
            raise UserError(self.env._("Say how it ended."))
        self.dispute_id._check_state(
            "draft", "filed", "acknowledged", "asked", "answered", "credited"
        )
        self.dispute_id._write_own({"state": "closed", "closing_note": self.closing_note})
        self.dispute_id._remind()
        return {"type": "ir.actions.act_window_close"}


class LogisticsFreightAnswerLine(models.TransientModel):
    _name = "logistics.freight.answer.line"
    _description = "Answer about a Disputed Shipment"

    wizard_id = fields.Many2one("logistics.freight.answer", required=True, ondelete="cascade")
    line_id = fields.Many2one("logistics.freight.dispute.line", required=True, readonly=True)
    name = fields.Char(related="line_id.line_id.name", string="Number on the bill")
    currency_id = fields.Many2one(related="line_id.currency_id")
    claimed_amount = fields.Monetary(related="line_id.claimed_amount")
    is_answered = fields.Boolean("Answered")
    accepted_amount = fields.Monetary("Accepted")
    note = fields.Char("What they say")
