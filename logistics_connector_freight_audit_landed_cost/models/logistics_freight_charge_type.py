from odoo import api, fields, models

# Paid on top of carriage, and got back from the state.
RECOVERED = ("import_tax",)


class LogisticsFreightChargeType(models.Model):
    _inherit = "logistics.freight.charge.type"

    is_landed = fields.Boolean(
        "Part of goods' cost",
        compute="_compute_is_landed",
        store=True,
        readonly=False,
        help="Added to the value of goods that came in. Not what the state gives back: value added "
        "tax, import VAT.",
    )

    @api.depends("kind", "key")
    def _compute_is_landed(self):
        for one in self:
            one.is_landed = one.kind not in ("tax", "info") and one.key not in RECOVERED
