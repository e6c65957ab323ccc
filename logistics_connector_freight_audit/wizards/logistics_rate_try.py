from odoo import api, fields, models

from ..core import rates as core
from ..models.agreement.logistics_rate_agreement_line import exact


class LogisticsRateTry(models.TransientModel):
    """What a shipment would cost by an agreement, with the reckoning."""

    _name = "logistics.rate.try"
    _description = "Try a Rate Agreement"

    agreement_id = fields.Many2one(
        "logistics.rate.agreement", "Rate agreement", required=True, readonly=True
    )
    weight_unit = fields.Selection(related="agreement_id.weight_unit")
    length_unit = fields.Selection(related="agreement_id.length_unit")
    service = fields.Char()
    day = fields.Date("Shipped on", default=fields.Date.context_today, required=True)
    origin_country_id = fields.Many2one(
        "res.country", "From", default=lambda self: self.env.company.country_id
    )
    origin_zip = fields.Char("From postcode", default=lambda self: self.env.company.zip)
    country_id = fields.Many2one(
        "res.country", "To", default=lambda self: self.env.company.country_id
    )
    zip = fields.Char("To postcode")
    residential = fields.Selection(
        [("no", "Business"), ("yes", "Private")], "Address", default="no", required=True
    )
    count = fields.Integer("Packages", default=1, required=True)
    weight = fields.Float("Weight of each", default=1.0, digits=(12, 3))
    length = fields.Float()
    width = fields.Float()
    height = fields.Float()
    type_ids = fields.Many2many("logistics.freight.charge.type", string="Ordered")
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    declared_value = fields.Monetary()
    missing = fields.Text("Not known", compute="_compute_result")
    result = fields.Html("Expected charges", compute="_compute_result", sanitize=False)

    @api.depends(
        "agreement_id",
        "service",
        "day",
        "origin_country_id",
        "origin_zip",
        "country_id",
        "zip",
        "residential",
        "count",
        "weight",
        "length",
        "width",
        "height",
        "type_ids",
        "declared_value",
    )
    def _compute_result(self):
        for wizard in self:
            agreement = wizard.agreement_id
            if not agreement or not wizard.day:
                wizard.result = wizard.missing = False
                continue
            agreement.check_access("read")
            found = core.expected(agreement.sudo()._core(), wizard._facts())
            wizard.missing = agreement._missing_text(found)
            wizard.result = agreement._expected_table(found) if found.charges else False

    def _facts(self):
        weight, sides = exact(self.weight), (self.length, self.width, self.height)
        if self.weight_unit == "lb":
            weight *= core.POUND
        sides = tuple(exact(one) for one in sides)
        if self.length_unit == "in":
            sides = tuple(one * core.INCH for one in sides)
        package = core.Package(weight or None, sides if all(sides) else None)
        return core.Facts(
            carrier=self.agreement_id.issuer,
            service=self.service or "",
            ship_date=self.day,
            origin=(self.origin_country_id.code or "", self.origin_zip or ""),
            destination=(self.country_id.code or "", self.zip or ""),
            packages=(package,) * min(max(self.count, 0), 100),
            residential=self.residential == "yes",
            asked=frozenset(self.type_ids.mapped("key")),
            declared_value=exact(self.declared_value) if self.declared_value else None,
        )
