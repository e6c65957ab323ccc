from odoo import api, fields, models


class LogisticsExceptionClose(models.TransientModel):
    """Why it happened and what came of it: two choices, and words where there is more to say."""

    _name = "logistics.exception.close"
    _description = "Resolve Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    exception_count = fields.Integer(compute="_compute_exception_count")
    cause_id = fields.Many2one("logistics.exception.cause", required=True)
    outcome_id = fields.Many2one("logistics.exception.outcome", required=True)
    note = fields.Char(help="What else is to be known of it. It is kept with the case.")

    @api.depends("exception_ids")
    def _compute_exception_count(self):
        for wizard in self:
            wizard.exception_count = len(wizard.exception_ids)

    @api.model
    def default_get(self, fields):
        """A cause that they all have already, as after a reopening, is proposed."""
        values = super().default_get(fields)
        cases = self.env["logistics.exception"].browse(
            self.env.context.get("default_exception_ids")
        )
        if cause := cases._common_cause():
            values.setdefault("cause_id", cause.id)
        return values

    def action_close(self):
        self.ensure_one()
        words = self.note or self.outcome_id.name
        cases = self.exception_ids
        if len(cases) == 1:
            cases._finish(words, self.cause_id, self.outcome_id)
            return {"type": "ir.actions.act_window_close"}
        return cases._in_bulk(
            lambda case: case._finish(words, self.cause_id, self.outcome_id),
            self.env._("Resolve"),
            {"type": "ir.actions.act_window_close"},
        )
