from odoo import fields, models

from .selections import SEVERITIES


class LogisticsExceptionType(models.Model):
    """A kind of trouble: how grave it usually is, whose desk it goes to, what to do."""

    _name = "logistics.exception.type"
    _description = "Logistics Exception Type"
    _order = "sequence, name"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    severity = fields.Selection(SEVERITIES, required=True, default="warning")
    group = fields.Char()
    owner_role = fields.Char("Desk")
    description = fields.Char(translate=True)
    playbook = fields.Text(translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This exception type exists already.")
