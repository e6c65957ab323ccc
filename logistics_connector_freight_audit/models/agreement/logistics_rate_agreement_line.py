from decimal import Decimal

from odoo import api, fields, models


class LogisticsRateAgreementLine(models.AbstractModel):
    """What lines of rate agreements have in common: those of an approved one stay."""

    _name = "logistics.rate.agreement.line"
    _description = "Line of a Rate Agreement"
    # Whether lines may be added to an approved agreement.
    _grows = False

    agreement_id = fields.Many2one(
        "logistics.rate.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self._grows:
            lines._check_draft()
        lines.agreement_id._written()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()  # of where it went to, too
        self.agreement_id._written()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self._check_draft()
        self.agreement_id._written()

    def _check_draft(self):
        approved = self.agreement_id.filtered(lambda one: one.state == "approved")
        if approved:
            approved._refuse()


def exact(value):
    """A float of a field as the number that was typed."""
    return Decimal(str(round(value or 0.0, 6))).normalize() + Decimal(0)
