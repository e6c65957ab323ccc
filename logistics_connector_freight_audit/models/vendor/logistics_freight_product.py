from odoo import api, fields, models
from odoo.exceptions import UserError

from ..charge.logistics_freight_charge_type import KINDS

# What may stand in for a class that nobody has set: duties never become freight by themselves.
INSTEAD = {
    "fuel": "base",
    "accessorial": "base",
    "adjustment": "base",
    "discount": "base",
    "credit": "base",
}


class LogisticsFreightProduct(models.Model):
    """By which product a class of charges is in a vendor bill: it brings the account and the
    taxes."""

    _name = "logistics.freight.product"
    _description = "Product of a Class of Freight Charges"
    _order = "company_id, kind"
    _rec_name = "product_id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            *[one for one in KINDS if one[0] != "info"],
            ("disputed", "Disputed, until it is settled"),
        ],
        "Class",
        required=True,
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        domain="[('type', '=', 'service'), ('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        check_company=True,
        help="A service. Its expense account and vendor taxes are used.",
    )

    _kind_uniq = models.Constraint(
        "UNIQUE(company_id, kind)", "There is a product for this class already."
    )

    @api.model
    def _of(self, company, kind):
        """What was set for a class, or for the class that stands in for it; maybe nothing."""
        known = {one.kind: one for one in self.sudo().search([("company_id", "=", company.id)])}
        return known.get(kind) or known.get(INSTEAD.get(kind)) or self.sudo().browse()

    @api.model
    def _for(self, company, kind):
        """The product of a class.

        :raise UserError: nobody has set one
        """
        found = self._of(company, kind).product_id
        if not found:
            names = dict(self._fields["kind"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Say which product stands for “%s” in vendor bills: Freight → Configuration → "
                    "Products.",
                    names[kind],
                )
            )
        return found

    @api.model
    def _account(self, company, kind):
        """The account in which vendor bills have a class.

        :raise UserError: there is no product for it, or the product has none
        """
        product = self._for(company, kind)
        template = product.with_company(company).product_tmpl_id
        account = template._get_product_accounts()["expense"]
        if not account:
            raise UserError(
                self.env._("The product “%s” has no expense account.", product.display_name)
            )
        return account
