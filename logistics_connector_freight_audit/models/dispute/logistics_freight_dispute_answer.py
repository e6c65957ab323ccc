from odoo import models
from odoo.addons.logistics_connector_base.core.identity import normalise_number
from odoo.exceptions import UserError

from ...core.packet import read_answers

ANSWERED = ("filed", "acknowledged", "asked", "answered")


class LogisticsFreightDispute(models.Model):
    """What the carrier answers, line by line."""

    _inherit = "logistics.freight.dispute"

    def action_answer(self):
        self.ensure_one()
        self._check_state(*ANSWERED)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The carrier's answer"),
            "res_model": "logistics.freight.answer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_dispute_id": self.id},
        }

    def _take_answers(self, answers):
        """Write down what was answered.

        :param dict answers: line of the dispute → (accepted amount, what they say)
        """
        self._check_state(*ANSWERED)
        for line, (accepted, note) in answers.items():
            line.sudo().write(
                {"is_answered": True, "accepted_amount": accepted, "note": note or line.note}
            )
        for dispute in self:
            if all(line.is_answered for line in dispute.line_ids):
                dispute._write_own({"state": "answered"})
                dispute._follow_credits()

    def _answers_in(self, raw):
        """The answers in the carrier's file: line → (accepted, note).

        :raise UserError: it is no such file, or names a shipment that is not disputed here
        """
        try:
            answers = read_answers(raw)
        except ValueError as error:
            what, _blank, row = str(error).partition(" ")
            texts = {
                "columns": self.env._(
                    "This is not our table: it needs the columns “tracking” and “answer”."
                ),
                "amount": self.env._("In row %s the amount cannot be read.", row),
                "unclear": self.env._(
                    "In row %s the amount may mean two things: write it with two decimals.", row
                ),
                "answer": self.env._(
                    "In row %s the answer is neither accepted, partial nor rejected.", row
                ),
            }
            raise UserError(texts[what]) from None
        lines = {normalise_number(line.line_id.name or ""): line for line in self.line_ids}
        found = {}
        for answer in answers:
            line = lines.get(normalise_number(answer.tracking))
            if not line:
                raise UserError(self.env._("%s is not in this dispute.", answer.tracking or "?"))
            amount = answer.accepted
            accepted = line.claimed_amount if amount is None else float(amount)
            found[line] = (accepted, answer.note)
        if not found:
            raise UserError(self.env._("There is no answer in it."))
        return found

    def action_close(self):
        """It is over, whatever is left open: with a word why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close the dispute"),
            "res_model": "logistics.freight.answer",
            "views": [
                (
                    self.env.ref(
                        "logistics_connector_freight_audit.view_freight_answer_close_form"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
            "context": {"default_dispute_id": self.id},
        }
