from odoo import api, fields, models

from ...core.bill import plain


class LogisticsFreightCarrier(models.Model):
    """A carrier as one that sends bills: who it is in the books, under which accounts it knows us,
    and what was agreed about them."""

    _name = "logistics.freight.carrier"
    _description = "Freight Carrier's Billing Terms"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    issuer = fields.Char(
        "Carrier's code",
        required=True,
        tracking=True,
        help="As shipments name it, such as “ups”. Bills are matched with shipments of this code.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Vendor",
        tracking=True,
        index="btree_not_null",
        check_company=True,
        help="Whose bills they become in the books.",
    )
    accounts = fields.Char(
        "Our accounts",
        tracking=True,
        help="The account numbers that are ours, with commas. A bill to another account is pointed "
        "out. Empty: none is.",
    )
    days_before = fields.Integer(
        "Days before",
        default=3,
        help="A charge is matched with a shipment that left up to so many days after its ship "
        "date: labels are made before goods leave.",
    )
    days_after = fields.Integer(
        "Days after",
        default=120,
        help="… or up to so many days before. Carriers use numbers again after some months.",
    )
    fee_ids = fields.One2many("logistics.freight.carrier.fee", "carrier_id", "Fees on each bill")

    _issuer_uniq = models.Constraint(
        "UNIQUE(company_id, issuer)", "The terms of this carrier are there already."
    )

    def _is_ours(self, account):
        """Whether an account on a bill is ours; where none is named here, each is."""
        ours = {plain(one) for one in (self.accounts or "").split(",") if one.strip()}
        return not ours or not account or plain(account) in ours

    @api.model
    def _of(self, company, issuer):
        """The terms of a carrier, made where there are none yet: a first bill needs nothing."""
        terms = self.sudo().with_context(active_test=False)
        found = terms.search([("company_id", "=", company.id), ("issuer", "=", issuer)], limit=1)
        return found or terms.create(
            {
                "company_id": company.id,
                "issuer": issuer,
                "name": issuer.replace("_", " ").title() if len(issuer) > 4 else issuer.upper(),
            }
        )
