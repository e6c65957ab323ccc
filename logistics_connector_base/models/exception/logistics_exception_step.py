from odoo import fields, models


class LogisticsExceptionStep(models.Model):
    """That a step of the playbook was done in a case: kept, whatever becomes of the playbook."""

    _name = "logistics.exception.step"
    _description = "Done Playbook Step"
    _order = "exception_id, id"
    _rec_name = "name"

    exception_id = fields.Many2one(
        "logistics.exception", required=True, readonly=True, ondelete="cascade", index=True
    )
    step_id = fields.Many2one(
        "logistics.playbook.step", "In the playbook", readonly=True, ondelete="set null"
    )
    name = fields.Char("Step", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    done_at = fields.Datetime("At", required=True, readonly=True, default=fields.Datetime.now)
