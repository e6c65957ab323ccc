from odoo import api, fields, models


class LogisticsSnapshotDecision(models.TransientModel):
    """Asks why differences are booked or left alone, and until when."""

    _name = "logistics.snapshot.decision"
    _description = "Decide about Stock Differences"

    act = fields.Selection(
        [
            ("count", "Ask for a count"),
            ("ignore", "Leave it alone for a time"),
            ("apply", "Book what they have"),
        ],
        string="What is done",
        required=True,
        default="count",
    )
    result_ids = fields.Many2many("logistics.snapshot.result", string="Differences", readonly=True)
    reason = fields.Char(required=True)
    until = fields.Date(
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=30)
    )
    difference_value = fields.Monetary("Worth", compute="_compute_difference_value")
    currency_id = fields.Many2one("res.currency", compute="_compute_difference_value")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "logistics.snapshot.result":
            values["result_ids"] = [(6, 0, self.env.context.get("active_ids") or [])]
        return values

    @api.depends("result_ids")
    def _compute_difference_value(self):
        for wizard in self:
            wizard.difference_value = sum(wizard.result_ids.mapped("worth"))
            wizard.currency_id = wizard.result_ids.currency_id[:1] or self.env.company.currency_id

    def action_decide(self):
        """Do it with those that were chosen."""
        self.ensure_one()
        if self.act == "count":
            return self.result_ids.action_ask_count(self.reason)
        if self.act == "apply":
            self.result_ids.action_apply(self.reason)
        else:
            self.result_ids.action_ignore(self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
