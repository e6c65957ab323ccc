from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

KINDS = [("loss", "Lost"), ("damage", "Damaged"), ("short", "Goods missing")]
STATES = [
    ("draft", "To be filed"),
    ("filed", "Filed"),
    ("asked", "They ask"),
    ("answered", "Answered"),
    ("paid", "Paid"),
    ("closed", "Closed"),
    ("expired", "Too late"),
]


class LogisticsFreightClaim(models.Model):
    """What a carrier is asked to pay for goods that it has lost or damaged."""

    _name = "logistics.freight.claim"
    _description = "Claim for Loss or Damage"
    _inherit = ["logistics.freight.filing.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "deadline, id desc"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="restrict", tracking=True
    )
    carrier_id = fields.Many2one(
        "logistics.freight.carrier",
        compute="_compute_carrier_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    partner_id = fields.Many2one(related="shipment_id.partner_id", string="Receiver")
    kind = fields.Selection(KINDS, "What happened", required=True, tracking=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", tracking=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, tracking=True
    )
    description = fields.Text(
        "What is lost or damaged",
        help="In words the carrier can check; photos go into the chatter.",
    )
    deadline = fields.Date(
        tracking=True, help="By the carrier's terms: after it, claims are not taken any more."
    )
    filed_at = fields.Datetime("Filed on", readonly=True, copy=False)
    carrier_reference = fields.Char("Their number", tracking=True, copy=False)
    closing_note = fields.Char("How it ended", readonly=True, tracking=True)

    # One of a kind is worked at a time.
    _open_uniq = models.UniqueIndex(
        "(shipment_id, kind) WHERE state NOT IN ('closed', 'expired')",
        "This shipment has such a claim already.",
    )

    @api.depends("shipment_id.issuer", "shipment_id.company_id")
    def _compute_carrier_id(self):
        terms = self.env["logistics.freight.carrier"]
        for claim in self:
            issuer = claim.shipment_id.issuer
            claim.carrier_id = issuer and terms._of(claim.shipment_id.company_id, issuer)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("logistics.freight.claim")
        claims = super().create(vals_list)
        claims._fill_amounts()
        return claims

    def write(self, vals):
        if {"shipment_id", "kind"} & set(vals):
            self._check_state("draft")
        return super().write(vals)

    @api.constrains("shipment_id")
    def _check_carrier(self):
        for claim in self:
            if not claim.shipment_id.issuer:
                raise ValidationError(
                    self.env._(
                        "Shipment %s names no carrier: nobody is liable.", claim.shipment_id.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        if any(claim.state != "draft" for claim in self):
            raise UserError(self.env._("The carrier was told of this claim: it stays."))

    def _deadline(self):
        """By the carrier's terms: from the delivery for damage, from the promise for a loss."""
        shipment, terms = self.shipment_id.sudo(), self.carrier_id.sudo()
        if self.kind == "loss":
            days, since = terms.loss_days, shipment.promised_delivery_at or shipment.ship_date
        else:
            days, since = terms.damage_days, shipment.delivered_at
        return fields.Date.add(fields.Date.to_date(since), days=days) if days and since else False
