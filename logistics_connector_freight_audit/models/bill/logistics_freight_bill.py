from odoo import api, fields, models

STATES = [
    ("to_audit", "To be audited"),
    ("open", "To be decided"),
    ("to_approve", "To be approved"),
    ("decided", "Decided"),
    ("billed", "In the books"),
    ("cancelled", "Cancelled"),
]


class LogisticsFreightBill(models.Model):
    """A carrier's invoice to us as it was told, before it is one in the books: what it bills for
    which shipment, what we expected, and what was decided about the difference."""

    _name = "logistics.freight.bill"
    _description = "Freight Bill"
    _inherit = ["logistics.freight.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds
    _rec_names_search = ["name", "account"]

    name = fields.Char("Number", required=True, readonly=True)
    number_key = fields.Char(required=True, readonly=True)
    issuer = fields.Char("Carrier", required=True, readonly=True, index=True)
    account = fields.Char(readonly=True, help="Our account at the carrier.")
    account_key = fields.Char(readonly=True, default="")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    file_id = fields.Many2one(
        "logistics.freight.file", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    carrier_id = fields.Many2one(
        "logistics.freight.carrier",
        "Terms",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who the carrier is for our books, and what was agreed with it.",
    )
    partner_id = fields.Many2one(related="carrier_id.partner_id", string="Vendor", store=True)
    date = fields.Date("Bill date", required=True, readonly=True)
    date_due = fields.Date("Due date", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    exchange_rate = fields.Float(
        "Rate on the bill",
        digits=(16, 8),
        readonly=True,
        help="The carrier's own, where it tells one.",
    )
    is_credit = fields.Boolean("Credit note", readonly=True)
    original = fields.Char("Corrects bill", readonly=True)
    flags = fields.Char(readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="to_audit", tracking=True
    )
    problem = fields.Char(readonly=True)
    tries = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    user_id = fields.Many2one("res.users", "Auditor", tracking=True, index="btree_not_null")

    amount_net = fields.Monetary("Without tax", readonly=True)
    amount_tax = fields.Monetary("Tax", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True, help="Of the charges that were read.")
    amount_aside = fields.Monetary(
        "In rows set aside", readonly=True, help="Rows that could not be read, as far as known."
    )
    amount_told = fields.Monetary("Total on the bill", readonly=True)
    is_told = fields.Boolean(readonly=True)
    amount_unexplained = fields.Monetary(
        "Does not add up by",
        readonly=True,
        help="What the bill says it comes to, less what was read and what was set aside.",
    )
    aside_count = fields.Integer("Rows set aside", readonly=True)

    shipment_line_ids = fields.One2many(
        "logistics.freight.bill.shipment", "bill_id", "Billed shipments"
    )
    charge_ids = fields.One2many("logistics.freight.bill.charge", "bill_id", "Charges")
    row_ids = fields.One2many("logistics.freight.file.row", "bill_id", "Rows")

    _identity_uniq = models.UniqueIndex(
        "(company_id, issuer, number_key, account_key) WHERE state <> 'cancelled'",
        "This bill is there already.",
    )
    _to_audit = models.Index("(next_try_at, id) WHERE state = 'to_audit'")

    @api.depends("name", "carrier_id.name", "issuer")
    def _compute_display_name(self):
        for bill in self:
            bill.display_name = f"{bill.carrier_id.name or bill.issuer or ''} {bill.name or ''}"

    def _is_worked(self):
        """Whether somebody has decided on any of it, or it is in the books."""
        return bool(self.filtered(lambda bill: bill.state == "billed")) or bool(
            self.env["logistics.freight.bill.shipment"].search_count(
                [("bill_id", "in", self.ids), ("decided_by_id", "!=", False)], limit=1
            )
        )

    def _cancel(self):
        """As if it had never come; its rows stay with the file."""
        self.write({"state": "cancelled"})
        self.shipment_line_ids.unlink()
