from odoo import fields, models

from ..charge.logistics_freight_charge_type import KINDS


class LogisticsFreightBillCharge(models.Model):
    """One charge of a bill, as the carrier signed it: credits are negative."""

    _name = "logistics.freight.bill.charge"
    _description = "Charge on a Freight Bill"
    _order = "bill_id, line_id, id"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds
    _rec_name = "description"
    _log_access = False

    bill_id = fields.Many2one(
        "logistics.freight.bill", required=True, readonly=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "logistics.freight.bill.shipment",
        "Billed shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    row_id = fields.Many2one(
        "logistics.freight.file.row", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    issuer = fields.Char("Carrier", readonly=True)
    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    kind = fields.Selection(KINDS, "Class", readonly=True)
    net = fields.Monetary("Amount", readonly=True)
    tax = fields.Monetary(readonly=True)
    list_amount = fields.Monetary("List price", readonly=True)
    discount = fields.Monetary(readonly=True)
    is_informational = fields.Boolean(
        "For information", readonly=True, help="Shown beside the charges, and never summed."
    )
    group_key = fields.Char(readonly=True)
    tracking = fields.Char("Tracking number", readonly=True)
    master = fields.Char("Master number", readonly=True)
    code = fields.Char(readonly=True)
    description = fields.Char("On the bill", readonly=True)
    told_class = fields.Char(readonly=True)
    category = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    adjusts = fields.Char("Correction", readonly=True, help="The carrier's word for a correction.")
    original = fields.Char("Corrects", readonly=True)
    references = fields.Json(readonly=True)
    ship_date = fields.Date(readonly=True)
    delivery_date = fields.Date(readonly=True)
    service = fields.Char(readonly=True)
    zone = fields.Char(readonly=True)
    entered_weight = fields.Float(digits=(16, 3), readonly=True)
    billed_weight = fields.Float(digits=(16, 3), readonly=True)
    weight_unit = fields.Char(readonly=True)
    weight_rule = fields.Char(readonly=True)
    dimensions = fields.Char(readonly=True)
    payer = fields.Char(readonly=True)

    _unmapped = models.Index("(issuer, code, description) WHERE type_id IS NULL")

    def action_map(self):
        """Say what these charges are."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Say what it is"),
            "res_model": "logistics.freight.map",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_charge_ids": self.ids},
        }
