from odoo import fields, models

from .hold.policy import POLICIES


class ResCompany(models.Model):
    _inherit = "res.company"

    freight_four_eyes = fields.Boolean(
        "Second person for freight bills",
        default=True,
        help="What is accepted or paid above the limits needs a Freight Approver who did not "
        "decide on it.",
    )
    freight_line_limit = fields.Monetary(
        "One person accepts up to",
        default=50.0,
        help="So much beyond what was expected may one person accept of one shipment.",
    )
    freight_bill_limit = fields.Monetary(
        "One person approves bills up to",
        default=5000.0,
        help="A bill of which more is paid is approved by a second person.",
    )
    billing_policy = fields.Selection(
        POLICIES,
        "Deliveries are billed",
        default="odoo",
        required=True,
        help="What was delivered and is not proven cannot be invoiced. It counts for products "
        "billed by delivered quantities, and for what leaves from now on.",
    )
    freight_accrual_journal_id = fields.Many2one(
        "account.journal",
        "Journal of accrued freight",
        domain="[('type', '=', 'general'), ('company_id', '=', id)]",
        check_company=True,
    )
    freight_accrual_account_id = fields.Many2one(
        "account.account",
        "Account of accrued freight",
        domain="[('account_type', '=', 'liability_current')]",
        check_company=True,
        help="What is owed to carriers and not billed yet stands here.",
    )
