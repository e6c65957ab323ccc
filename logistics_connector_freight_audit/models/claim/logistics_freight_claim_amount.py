from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.liability import liable


class LogisticsFreightClaim(models.Model):
    """What the goods were worth, what the carrier owes of it, and what it pays."""

    _inherit = "logistics.freight.claim"

    value_amount = fields.Monetary(
        "Worth of the goods",
        tracking=True,
        help="What they cost us; what was declared to the carrier, where it was told.",
    )
    weight = fields.Float("Weight (kg)", digits=(16, 3), help="Of what is lost or damaged.")
    limit_amount = fields.Monetary(
        "Liable up to",
        compute="_compute_limit_amount",
        help="By the carrier's terms. Empty: not limited, or not known.",
    )
    is_limited = fields.Boolean(compute="_compute_limit_amount")
    claimed_amount = fields.Monetary("Claimed", tracking=True)
    is_answered = fields.Boolean("They have answered", readonly=True, copy=False)
    accepted_amount = fields.Monetary("Accepted", tracking=True, copy=False)
    outcome = fields.Selection(
        [("accepted", "Accepted"), ("partial", "Accepted in part"), ("rejected", "Rejected")],
        compute="_compute_outcome",
        store=True,
    )
    answer = fields.Text("What they say", copy=False)
    loss_amount = fields.Monetary(
        "Borne by us",
        compute="_compute_outcome",
        store=True,
        help="Worth of the goods less what was accepted, once they have answered.",
    )

    @api.depends(
        "weight",
        "value_amount",
        "shipment_id.declared_value",
        "carrier_id.liability_per_kg",
        "carrier_id.liability_per_shipment",
    )
    def _compute_limit_amount(self):
        for claim in self:
            terms, declared = claim.carrier_id.sudo(), claim.shipment_id.sudo().declared_value
            limit = liable(
                claim.weight, terms.liability_per_kg, terms.liability_per_shipment, declared
            )
            claim.is_limited = limit is not None
            claim.limit_amount = limit or 0.0

    @api.depends("is_answered", "accepted_amount", "claimed_amount", "value_amount")
    def _compute_outcome(self):
        for claim in self:
            claim.loss_amount = 0.0
            claim.outcome = False
            if not claim.is_answered:
                continue
            compare = claim.currency_id.compare_amounts
            claim.loss_amount = max(0.0, claim.value_amount - claim.accepted_amount)
            if compare(claim.accepted_amount, 0) <= 0:
                claim.outcome = "rejected"
            elif compare(claim.accepted_amount, claim.claimed_amount) < 0:
                claim.outcome = "partial"
            else:
                claim.outcome = "accepted"

    @api.constrains("claimed_amount", "accepted_amount", "value_amount")
    def _check_amounts(self):
        for claim in self:
            if min(claim.claimed_amount, claim.accepted_amount, claim.value_amount) < 0:
                raise ValidationError(self.env._("Amounts of a claim are not below zero."))

    def _fill_amounts(self):
        """What nobody has entered: worth and weight of all that is in the shipment, and what of it
        can be claimed. A person says which part was damaged."""
        for claim in self:
            shipment = claim.shipment_id.sudo()
            if not claim.weight:
                claim.weight = shipment._weight_kg()
            if not claim.value_amount:
                claim.value_amount = shipment.declared_value or shipment._goods_value()
            if not claim.claimed_amount:
                limit = claim.limit_amount if claim.is_limited else claim.value_amount
                claim.claimed_amount = min(claim.value_amount, limit)
