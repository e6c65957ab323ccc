from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "To be filed"),
    ("filed", "Filed"),
    ("acknowledged", "Acknowledged"),
    ("asked", "They ask"),
    ("answered", "Answered"),
    ("credited", "Credited"),
    ("closed", "Closed"),
    ("expired", "Expired"),
]
REASONS = [
    ("rate", "Rate"),
    ("discount", "Discount missing"),
    ("fuel", "Fuel"),
    ("duplicate", "Duplicate"),
    ("not_shipped", "Not shipped, or cancelled"),
    ("not_asked", "Accessorial not ordered"),
    ("no_evidence", "Accessorial without evidence"),
    ("residential", "Residential"),
    ("address", "Address was right"),
    ("weight", "Weight"),
    ("dimensions", "Dimensions"),
    ("class", "Class"),
    ("zone", "Zone or distance"),
    ("service", "Service"),
    ("late", "Service failure"),
    ("currency", "Currency or tax"),
    ("account", "Wrong account"),
    ("credited", "Credited already"),
    ("contract", "No contract"),
    ("loss", "Loss"),
    ("damage", "Damage"),
]
# A finding of the audit → the reason that a carrier is told.
OF_FINDINGS = {
    "unknown_shipment": "account",
    "wrong_account": "account",
    "duplicate": "duplicate",
    "voided": "not_shipped",
    "never_moved": "not_shipped",
    "unmapped": "contract",
    "other_currency": "currency",
    "no_rate": "contract",
    "account_fee": "rate",
    "account_charge": "contract",
    "weight": "weight",
    "service": "service",
    "zone": "zone",
    "discount": "discount",
    "old_rate": "rate",
    "rate": "rate",
    "fuel": "fuel",
    "fuel_follows": "fuel",
    "residential": "residential",
    "address": "address",
    "not_asked": "not_asked",
    "duty": "not_asked",
    "total": "rate",
    "late": "late",
    "cap": "rate",
}
OPEN = ("draft", "filed", "acknowledged", "asked", "answered")


class LogisticsFreightDispute(models.Model):
    """What a carrier is asked to take back of one bill, for one reason: told with the evidence,
    answered, credited."""

    _name = "logistics.freight.dispute"
    _description = "Freight Dispute"
    _inherit = ["logistics.freight.filing.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "deadline, id desc"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    bill_id = fields.Many2one(
        "logistics.freight.bill", required=True, readonly=True, index=True, ondelete="restrict"
    )
    carrier_id = fields.Many2one(
        related="bill_id.carrier_id", string="Carrier", store=True, index=True
    )
    company_id = fields.Many2one(related="bill_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="bill_id.currency_id", store=True)
    reason = fields.Selection(REASONS, required=True, tracking=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", tracking=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, tracking=True
    )
    filed_at = fields.Datetime("Filed on", readonly=True, copy=False)
    deadline = fields.Date(
        tracking=True, help="By the carrier's terms: after it, disputes are not taken any more."
    )
    carrier_reference = fields.Char("Their number", tracking=True, copy=False)
    line_ids = fields.One2many("logistics.freight.dispute.line", "dispute_id", "Shipments")
    line_count = fields.Integer("Number of shipments", compute="_compute_amounts", store=True)
    claimed_amount = fields.Monetary("Claimed", compute="_compute_amounts", store=True)
    accepted_amount = fields.Monetary("Accepted", compute="_compute_amounts", store=True)
    credited_amount = fields.Monetary("Credited", compute="_compute_amounts", store=True)
    awaited_amount = fields.Monetary(
        "Credit awaited",
        compute="_compute_amounts",
        store=True,
        help="What the carrier has accepted and not credited yet.",
    )
    closing_note = fields.Char("How it ended", readonly=True, tracking=True)

    _reason_uniq = models.UniqueIndex(
        "(bill_id, reason) WHERE state = 'draft'",
        "A dispute of this bill for this reason is being prepared already.",
    )

    @api.depends("line_ids.claimed_amount", "line_ids.accepted_amount", "line_ids.credited_amount")
    def _compute_amounts(self):
        for dispute in self:
            lines = dispute.line_ids
            dispute.line_count = len(lines)
            dispute.claimed_amount = sum(lines.mapped("claimed_amount"))
            dispute.accepted_amount = sum(lines.mapped("accepted_amount"))
            dispute.credited_amount = sum(lines.mapped("credited_amount"))
            dispute.awaited_amount = sum(
                max(0.0, line.accepted_amount - line.credited_amount) for line in lines
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("logistics.freight.dispute")
        self.flush_model(["state"])  # one that was just filed is no draft any more
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        if any(dispute.state != "draft" for dispute in self):
            raise UserError(self.env._("The carrier was told of this dispute: it stays."))

    def _deadline(self):
        """The last day on which the carrier takes it, by its terms; none where nobody knows."""
        days = self.carrier_id._dispute_days(self.reason)
        return self.bill_id.date + timedelta(days=days) if days else False

    # -- the way of a dispute -----------------------------------------------------------------

    def action_filed(self):
        """It was filed elsewhere, such as on the carrier's portal."""
        self._check_state("draft")
        for dispute in self:
            if not dispute.line_ids:
                raise UserError(self.env._("Nothing is claimed in %s.", dispute.name))
        self._filed()

    def action_acknowledged(self):
        self._check_state("filed", "asked")
        self._write_own({"state": "acknowledged"})

    def action_asked(self):
        self._check_state("filed", "acknowledged")
        self._write_own({"state": "asked"})

    def action_reopen(self):
        self._check_state("closed", "expired")
        for dispute in self:
            state = "filed" if dispute.filed_at else "draft"
            dispute._write_own({"state": state, "closing_note": False})
