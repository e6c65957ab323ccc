from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core import tariff as core
from .amounts import exact


class LogisticsFuelIndex(models.Model):
    """A carrier's fuel surcharge, which changes each week or month: one for all price lists that
    follow it."""

    _name = "logistics.fuel.index"
    _description = "Fuel Surcharge"
    _order = "name, id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char(required=True, help="Such as “Road, weekly”.")
    connection_id = fields.Many2one(
        "logistics.connection",
        "Carrier's account",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    percent_ids = fields.One2many("logistics.fuel.percent", "index_id", "Percentages")
    percent_today = fields.Float("Today", compute="_compute_percent_today", digits=(8, 3))
    last_day = fields.Date("Known until", compute="_compute_percent_today")
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint(
        "UNIQUE(connection_id, name)", "This account has a fuel surcharge of this name already."
    )

    @api.depends("percent_ids.valid_from", "percent_ids.valid_to", "percent_ids.percent")
    def _compute_percent_today(self):
        today = fields.Date.context_today(self)
        for index in self:
            lines = index.percent_ids.filtered(lambda one: one.valid_from and one.valid_to)
            now = lines.filtered(lambda one: one.valid_from <= today <= one.valid_to)
            index.percent_today = now[:1].percent
            index.last_day = max(lines.mapped("valid_to"), default=False)

    def _core(self):
        """As ``core.tariff`` takes it: tuple of Fuel, or None for no index."""
        if not self:
            return None
        return tuple(
            core.Fuel(one.valid_from, one.valid_to, exact(one.percent)) for one in self.percent_ids
        )


class LogisticsFuelPercent(models.Model):
    """What is taken on the freight from one day to another, both included."""

    _name = "logistics.fuel.percent"
    _description = "Fuel Percentage"
    _order = "index_id, valid_from desc, id"
    _rec_name = "valid_from"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    index_id = fields.Many2one(
        "logistics.fuel.index", "Fuel surcharge", required=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="index_id.connection_id", store=True, index=True)
    company_id = fields.Many2one(related="index_id.company_id", store=True, index=True)
    valid_from = fields.Date("From", required=True)
    valid_to = fields.Date("Until", required=True, help="The last day, included.")
    percent = fields.Float("%", required=True, digits=(8, 3))

    _order_check = models.Constraint(
        "CHECK(valid_to >= valid_from)", "The last day lies before the first one."
    )

    @api.constrains("index_id", "valid_from", "valid_to")
    def _check_one_a_day(self):
        for index in self.index_id:
            last = None
            for line in index.percent_ids.sorted("valid_from"):
                if last and line.valid_from <= last.valid_to:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” has two percentages for %(day)s. Each day has one.",
                            name=index.name,
                            day=fields.Date.to_string(line.valid_from),
                        )
                    )
                last = line
