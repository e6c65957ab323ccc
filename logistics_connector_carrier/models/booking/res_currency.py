from odoo import api, models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _by_code(self, code):
        """The currency of an ISO 4217 code, in use or not; empty where there is none."""
        known = self.sudo().with_context(active_test=False)
        return known.search([("name", "=", (code or "").strip().upper())], limit=1)

    def _convert_or_none(self, amount, target, company, day):
        """As ``_convert``, which counts one to one where it has no rate.

        :return: float, in ``target``; None where a rate is missing, or the currency
        """
        if not self:
            return None
        if self != target and not (self._has_rate(company) and target._has_rate(company)):
            return None
        return self._convert(amount, target, company, day)

    def _has_rate(self, company):
        """Whether its worth is known to a company (rates belong to the root of its branches)."""
        root = company.root_id
        if self == root.currency_id:
            return True
        rates = self.sudo().rate_ids
        return any(not rate.company_id or rate.company_id == root for rate in rates)
