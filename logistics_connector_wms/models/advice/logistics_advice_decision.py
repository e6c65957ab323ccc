from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .logistics_advice import OPEN_STATES

KEEPER = "stock.group_stock_user"


class LogisticsAdvice(models.Model):
    """What a person decides about an advice that could not be booked by itself."""

    _inherit = "logistics.advice"

    def _check_may_decide(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(KEEPER)):
            raise AccessError(self.env._("Only who works with stock may decide about it."))

    def _check_open(self):
        for advice in self:
            if advice.state not in OPEN_STATES:
                raise UserError(self.env._("“%s” is settled already.", advice.display_name))

    def action_retry(self):
        """Look again at what could not be booked: a code was mapped, goods have come."""
        self._check_may_decide()
        self._check_open()
        self.sudo()._set_ready()
        return True

    def _set_ready(self):
        self.write({"state": "ready", "tries": 0, "next_try_at": False})
        self.env["logistics.advice.desk"]._wake_after_commit()

    def action_dismiss(self):
        """What of it is not booked never will be: it is wrong, or was put right by hand."""
        self._check_may_decide()
        self._check_open()
        for advice in self.sudo():
            open_ = advice.line_ids.filtered(lambda line: line.state in ("open", "trouble"))
            open_._decide({"state": "dismissed"})
            is_booked = any(line.state == "booked" for line in advice.line_ids)
            advice.write(
                {
                    "state": "applied" if is_booked else "dismissed",
                    "problem": self.env._("Dismissed by %s", self.env.user.name),
                    "next_try_at": False,
                }
            )
            advice._heal(self.env._("Dismissed by %s", self.env.user.name))
            if advice.picking_id and advice.kind in ("ship", "receipt"):
                advice.with_company(advice.company_id)._close_rest(advice.picking_id)
        return True


class LogisticsAdviceLine(models.Model):
    _inherit = "logistics.advice.line"

    def action_accept(self):
        """It is true although it differs: it is booked as the warehouse says."""
        self._check_decision()
        for line in self:
            if line.state == "trouble" and not line.may_accept:
                raise UserError(
                    self.env._(
                        "“%(line)s” cannot be booked by saying that it is true: %(why)s",
                        line=line.display_name,
                        why=line.trouble or "",
                    )
                )
        lines = self.sudo()
        lines._decide({"is_accepted": True, "state": "open"})
        lines.advice_id._set_ready()
        return True

    def action_dismiss(self):
        """It is not true, or was put right by hand: nothing is booked."""
        self._check_decision()
        lines = self.sudo()
        lines._decide({"state": "dismissed"})
        for advice in lines.advice_id:
            advice._set_ready()
        return True

    def _check_decision(self):
        self.advice_id._check_may_decide()
        for line in self:
            if line.state not in ("open", "trouble"):
                raise UserError(self.env._("“%s” is settled already.", line.display_name))

    def _decide(self, values):
        self.write(
            {**values, "decided_by_id": self.env.user.id, "decided_at": fields.Datetime.now()}
        )
