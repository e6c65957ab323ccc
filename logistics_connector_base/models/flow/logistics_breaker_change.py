from odoo import fields, models

from .logistics_breaker import STATES


class LogisticsBreakerChange(models.Model):
    """What became of a breaker, when and why. Nobody changes it."""

    _name = "logistics.breaker.change"
    _description = "Change of a Circuit Breaker"
    _log_access = False
    _order = "id desc"
    _rec_name = "state"

    breaker_id = fields.Many2one(
        "logistics.breaker", required=True, readonly=True, index=True, ondelete="cascade"
    )
    at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    before = fields.Selection(STATES, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="set null")
