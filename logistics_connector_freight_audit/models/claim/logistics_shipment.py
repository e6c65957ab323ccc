from odoo import api, fields, models
from odoo.fields import Domain

from ..logistics_shipment import AUDITOR


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    claim_ids = fields.One2many(
        "logistics.freight.claim", "shipment_id", "Claims", readonly=True, groups=AUDITOR
    )
    may_be_claimed = fields.Boolean(
        compute="_compute_may_be_claimed",
        search="_search_may_be_claimed",
        groups=AUDITOR,
        help="It is lost or damaged, or goods are missing, and nobody has claimed it.",
    )

    @api.depends("state", "is_damaged", "is_short", "claim_ids", "issuer")
    def _compute_may_be_claimed(self):
        for shipment in self:
            is_harmed = shipment.state == "lost" or shipment.is_damaged or shipment.is_short
            shipment.may_be_claimed = bool(
                is_harmed and shipment.issuer and not shipment.sudo().claim_ids
            )

    def _search_may_be_claimed(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented  # Odoo takes the opposite of what is found
        harmed = (Domain("state", "=", "lost") | Domain("is_damaged", "=", True)) | Domain(
            "is_short", "=", True
        )
        return harmed & Domain("issuer", "!=", False) & Domain("claim_ids", "=", False)

    def action_claim(self):
        """Begin a claim for what happened to it."""
        self.ensure_one()
        kind = "damage" if self.is_damaged else "short"
        if self.state == "lost":
            kind = "loss"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claim"),
            "res_model": "logistics.freight.claim",
            "views": [(False, "form")],
            "context": {"default_shipment_id": self.id, "default_kind": kind},
        }

    def action_view_claims(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_claim"
        )
        if len(self.claim_ids) == 1:
            return dict(action, views=[(False, "form")], res_id=self.claim_ids.id)
        return dict(action, domain=[("shipment_id", "=", self.id)], context={})

    def _weight_kg(self):
        """What its parcels weigh together, in kg."""
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        weight = sum(self.package_ids.mapped("weight"))
        return unit._compute_quantity(weight, kilogram, round=False)

    def _goods_value(self):
        """What the goods that left with it cost us, in the company's currency."""
        moves = self.picking_ids.move_ids.filtered(lambda move: move.state == "done")
        return sum(
            move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            * move.product_id.with_company(self.company_id).standard_price
            for move in moves
        )
