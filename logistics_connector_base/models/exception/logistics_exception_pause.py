from odoo import fields, models

from ..selections import PARTIES_WAITED_FOR


class LogisticsExceptionPause(models.Model):
    """For which time the clocks of a case stood, and for whom: by these rows it can be proven when
    it was due. Written by the clocks only; never changed afterwards."""

    _name = "logistics.exception.pause"
    _description = "Pause of an Exception's Clocks"
    _order = "started_at desc, id desc"

    exception_id = fields.Many2one(
        "logistics.exception", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="exception_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [*PARTIES_WAITED_FOR, ("closed", "Was closed")], "Waited for", required=True, readonly=True
    )
    started_at = fields.Datetime("From", required=True, readonly=True)
    ended_at = fields.Datetime("To", readonly=True)
    working_hours = fields.Float(
        "Working hours",
        readonly=True,
        aggregator="sum",
        help="So many hours of the policy's calendar lie in it. They were added to the time.",
    )
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="set null")

    # What stands now, of the cases that go on or close.
    _standing = models.Index("(exception_id) WHERE ended_at IS NULL")
