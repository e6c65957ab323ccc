from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core import tariff as core
from .amounts import exact


class LogisticsTariffPrice(models.Model):
    """A line of prices: what a package up to a weight costs in a zone."""

    _name = "logistics.tariff.price"
    _inherit = ["logistics.tariff.line"]
    _description = "Price of a Price List"
    _order = "tariff_id, zone, is_open, up_to, id"
    _rec_name = "zone"

    zone = fields.Char(required=True)
    up_to = fields.Float(
        "Up to (kg)", digits=(12, 3), help="Included. 0: without end, for what is heavier."
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    price = fields.Monetary("Amount")
    per_kg = fields.Float(
        "Per kg", digits=(12, 4), help="For each of its kilograms, beside the amount."
    )
    per_further_kg = fields.Float(
        "Per further kg",
        digits=(12, 4),
        help="For each kilogram beyond the line before, beside the amount.",
    )
    minimum = fields.Monetary("At least")

    _zone_uniq = models.Constraint(
        "UNIQUE(tariff_id, zone, up_to)", "This zone has a price up to this weight already."
    )

    @api.depends("up_to")
    def _compute_is_open(self):
        for line in self:
            line.is_open = not line.up_to

    @api.constrains("up_to", "price", "per_kg", "per_further_kg", "minimum")
    def _check_not_negative(self):
        for line in self:
            if min(line.up_to, line.price, line.per_kg, line.per_further_kg, line.minimum) < 0:
                raise ValidationError(
                    self.env._("Zone %s: weights and prices are not negative.", line.zone)
                )

    def _core(self):
        return core.Break(
            zone=(self.zone or "").strip(),
            up_to=exact(self.up_to) if self.up_to else None,
            price=exact(self.price),
            per_kg=exact(self.per_kg),
            per_further_kg=exact(self.per_further_kg),
            minimum=exact(self.minimum),
        )
