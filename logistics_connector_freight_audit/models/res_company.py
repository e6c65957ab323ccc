from odoo import fields, models


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
