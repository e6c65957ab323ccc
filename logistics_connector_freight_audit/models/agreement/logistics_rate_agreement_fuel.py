from odoo import api, fields, models

from ...core.rates import Fuel
from .logistics_rate_agreement_line import exact


class LogisticsRateAgreementFuel(models.Model):
    """The fuel surcharge from a day on. Weeks are added to approved agreements, too; what was said
    stays."""

    _name = "logistics.rate.agreement.fuel"
    _description = "Fuel Surcharge of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, service, since desc, id"

    _grows = True

    since = fields.Date("From", required=True, help="The first day, mostly a Monday.")
    service = fields.Char(help="Empty: every service that has no percentages of its own.")
    percent = fields.Float("Surcharge %", digits=(6, 3), required=True)

    _share = models.Constraint("CHECK(percent >= 0)", "A surcharge is nothing below zero.")
    _uniq = models.UniqueIndex(
        "(agreement_id, COALESCE(service, ''), since)",
        "There is a percentage from this day on already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for agreement in lines.agreement_id.filtered(lambda one: one.state == "approved"):
            added = lines.filtered(lambda one, mine=agreement: one.agreement_id == mine)
            agreement.message_post(
                body=self.env._(
                    "Fuel added: %s",
                    ", ".join(f"{one.since.isoformat()} {one.percent:g} %" for one in added),
                )
            )
        return lines

    def _core(self):
        return Fuel(since=self.since, percent=exact(self.percent), service=self.service or "")
