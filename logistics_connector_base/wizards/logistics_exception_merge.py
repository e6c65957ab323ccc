from odoo import api, fields, models


class LogisticsExceptionMerge(models.TransientModel):
    """One case of several: which one goes on?"""

    _name = "logistics.exception.merge"
    _description = "Merge Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    survivor_id = fields.Many2one(
        "logistics.exception",
        "Goes on",
        required=True,
        compute="_compute_survivor_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', exception_ids)]",
    )

    @api.depends("exception_ids")
    def _compute_survivor_id(self):
        """The gravest, and of those the oldest."""
        for wizard in self:
            cases = wizard.exception_ids._origin.sorted(
                lambda case: (-case.severity_rank, case.first_seen_at, case.id)
            )
            wizard.survivor_id = cases[:1]

    def action_merge(self):
        """All of them or none: whoever merges has seen what they choose."""
        self.ensure_one()
        self.exception_ids._merge_into(self.survivor_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.exception",
            "res_id": self.survivor_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
