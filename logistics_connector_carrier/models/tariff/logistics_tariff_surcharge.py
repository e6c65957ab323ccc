from odoo import fields, models

from ...core import tariff as core
from .amounts import exact


class LogisticsTariffSurcharge(models.Model):
    """What is taken beside the freight, always or on a condition."""

    _name = "logistics.tariff.surcharge"
    _inherit = ["logistics.tariff.line"]
    _description = "Surcharge of a Price List"
    _order = "tariff_id, sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char("Surcharge", required=True)
    code = fields.Char(help="As it stands on the carrier's invoice.")
    when = fields.Selection(
        [
            ("always", "Always"),
            ("weight", "Heavier than (kg)"),
            ("length", "Longest side over (cm)"),
            ("girth", "Length and girth over (cm)"),
            ("residential", "Private address"),
            ("remote", "Remote place"),
        ],
        required=True,
        default="always",
    )
    over = fields.Float("than", digits=(12, 2))
    zones = fields.Char("Only zones", help="Separated by commas. Empty: everywhere.")
    amount = fields.Monetary()
    percent = fields.Float(
        "%", digits=(8, 3), help="Of the freight; of a tax: of all that stands before it."
    )
    per = fields.Selection(
        [("parcel", "Package"), ("shipment", "Shipment")], required=True, default="parcel"
    )
    kind = fields.Selection(
        [("accessorial", "Accessorial"), ("tax", "Tax"), ("other", "Other")],
        required=True,
        default="accessorial",
    )
    has_fuel = fields.Boolean("Fuel on it", help="The fuel percentage is taken on it as well.")

    def _core(self):
        return core.Surcharge(
            code=self.code or "",
            name=self.name,
            amount=exact(self.amount),
            percent=exact(self.percent),
            when=self.when,
            over=exact(self.over),
            zones=frozenset(filter(None, (one.strip() for one in (self.zones or "").split(",")))),
            per_parcel=self.per == "parcel",
            kind=self.kind,
            has_fuel=self.has_fuel,
        )
