from odoo import fields, models

from ...core.rates import Guarantee


class LogisticsRateAgreementGuarantee(models.Model):
    """Whether late deliveries of a service are paid back."""

    _name = "logistics.rate.agreement.guarantee"
    _description = "Guarantee of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, service, id"

    service = fields.Char(help="Empty: every service that is not named.")
    is_refundable = fields.Boolean(
        "Paid back when late",
        help="Carriers suspend it, and contracts waive it: say what yours grants.",
    )
    type_ids = fields.Many2many(
        "logistics.freight.charge.type",
        "logistics_rate_guarantee_type_rel",
        string="Charges paid back",
        help="Empty: carriage and fuel.",
    )
    exclusions = fields.Char(
        "Unless by", help="Reasons that excuse the carrier, with commas: weather, customs …"
    )

    _uniq = models.UniqueIndex(
        "(agreement_id, COALESCE(service, ''))", "This service is there already."
    )

    def _core(self):
        told = (self.exclusions or "").split(",")
        values = {"charges": tuple(self.type_ids.mapped("key"))} if self.type_ids else {}
        return Guarantee(
            service=self.service or "",
            is_refundable=self.is_refundable,
            exclusions=tuple(one.strip() for one in told if one.strip()),
            **values,
        )
