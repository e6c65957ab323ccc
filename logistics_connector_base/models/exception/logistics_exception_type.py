from odoo import fields, models

from ..selections import SEVERITIES


class LogisticsExceptionType(models.Model):
    """A kind of trouble: how grave it usually is, whose desk it goes to, what to do."""

    _name = "logistics.exception.type"
    _description = "Logistics Exception Type"
    _order = "sequence, name"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    severity = fields.Selection(
        SEVERITIES,
        required=True,
        default="warning",
        help="How grave it usually is. A high value at risk, a promise that comes near and age "
        "make a case graver.",
    )
    reopen_days = fields.Integer(
        "Same case for (days)",
        default=7,
        required=True,
        help="What comes back within so many days after it was resolved opens the same case again, "
        "instead of a new one. 0: always a new one. What a person dismissed stays dismissed; if "
        "it comes back, it is a new case.",
    )
    group = fields.Char()
    owner_role = fields.Char("Desk")
    description = fields.Char(translate=True)
    playbook = fields.Text(translate=True)
    active = fields.Boolean(default=True)

    _reopen_days_positive = models.Constraint(
        "CHECK(reopen_days >= 0)", "Give a number of days, or 0 for never."
    )
    _code_uniq = models.Constraint("UNIQUE(code)", "This exception type exists already.")
