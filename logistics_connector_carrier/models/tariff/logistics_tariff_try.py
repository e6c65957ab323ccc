from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...core import booking as core

ROW = Markup("<tr><td>{}</td><td>{}</td><td class='text-end'>{} {}</td></tr>")
TABLE = Markup(
    "<table class='table table-sm mb-0'>{}<tr class='fw-bold'><td>{}</td><td></td>"
    "<td class='text-end'>{} {}</td></tr></table>"
)


class LogisticsTariffTry(models.TransientModel):
    """What a package to a place would cost by a price list, with all that adds up to it."""

    _name = "logistics.tariff.try"
    _description = "Try a Price List"

    tariff_id = fields.Many2one(
        "logistics.tariff", "Price list", required=True, readonly=True, ondelete="cascade"
    )
    country_id = fields.Many2one(
        "res.country", default=lambda self: self.env.company.country_id, required=True
    )
    zip = fields.Char("Postal code")
    is_residential = fields.Boolean("Private address")
    count = fields.Integer("Packages", default=1, required=True)
    weight = fields.Float("Weight of each (kg)", default=1.0, digits=(12, 3))
    length = fields.Float("Length (cm)")
    width = fields.Float("Width (cm)")
    height = fields.Float("Height (cm)")
    day = fields.Date("Shipped on", default=fields.Date.context_today, required=True)
    problem = fields.Char(compute="_compute_result")
    result = fields.Html("It costs", compute="_compute_result", sanitize=False)

    @api.depends(
        "tariff_id",
        "country_id",
        "zip",
        "is_residential",
        "count",
        "weight",
        "length",
        "width",
        "height",
        "day",
    )
    def _compute_result(self):
        kinds = dict(
            self.env["logistics.shipment.charge"]
            ._fields["category"]
            ._description_selection(self.env)
        )
        for wizard in self:
            wizard.problem = wizard.result = False
            try:
                rate = wizard.tariff_id._price(wizard._request(), wizard.day)
            except UserError as error:
                wizard.problem = str(error)
                continue
            rows = Markup("").join(
                ROW.format(one.name, kinds.get(one.kind, one.kind), one.amount, one.currency)
                for one in rate.charges
            )
            wizard.result = TABLE.format(rows, self.env._("Total"), rate.total, rate.currency)

    def _request(self):
        parcel = core.Parcel("1", self.weight, self.length, self.width, self.height)
        party = core.Party(
            zip=self.zip or "",
            country=self.country_id.code or "",
            is_residential=self.is_residential,
        )
        return core.BookingRequest(
            reference="",
            service="",
            ship_date="",
            shipper=core.Party(),
            recipient=party,
            parcels=(parcel,) * max(self.count, 0),
        )
