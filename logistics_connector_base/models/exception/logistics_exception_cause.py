from odoo import fields, models

# Whose a cause is: it decides whom to talk to, and whom to charge.
PARTIES = [
    ("carrier", "Carrier"),
    ("shipper", "Shipper"),
    ("warehouse", "Warehouse"),
    ("consignee", "Consignee"),
    ("customs", "Customs"),
    ("weather", "Weather, force of nature"),
    ("us", "Ourselves"),
    ("unknown", "Not known"),
]


class LogisticsExceptionCause(models.Model):
    """Why trouble happened. Few and plain: who closes a case chooses in a second."""

    _name = "logistics.exception.cause"
    _description = "Cause of an Exception"
    _order = "sequence, name"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    party = fields.Selection(PARTIES, "Whose fault", required=True, default="unknown")
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This cause exists already.")


class LogisticsExceptionOutcome(models.Model):
    """What came of a case."""

    _name = "logistics.exception.outcome"
    _description = "Outcome of an Exception"
    _order = "sequence, name"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "This outcome exists already.")
