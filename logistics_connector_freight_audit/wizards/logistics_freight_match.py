from odoo import fields, models


class LogisticsFreightMatch(models.TransientModel):
    """Which shipment a bill charges, or which ones together: chosen by a person."""

    _name = "logistics.freight.match"
    _description = "Match a Billed Shipment"

    line_id = fields.Many2one(
        "logistics.freight.bill.shipment", "Billed", required=True, readonly=True
    )
    company_id = fields.Many2one(related="line_id.company_id")
    candidate_ids = fields.Many2many(related="line_id.candidate_ids")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, domain="[('company_id', '=', company_id)]"
    )
    shared_shipment_ids = fields.Many2many(
        "logistics.shipment",
        string="Together with",
        domain="[('company_id', '=', company_id), ('id', '!=', shipment_id)]",
        help="What is billed is split over all of them, by weight.",
    )

    def action_match(self):
        self.ensure_one()
        line = self.line_id._choose(self.shipment_id | self.shared_shipment_ids)
        return {
            "type": "ir.actions.act_window",
            "res_model": line._name,
            "res_id": line.id,
            "views": [(False, "form")],
        }
