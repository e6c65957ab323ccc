from odoo import fields, models


class StockLandedCost(models.Model):
    _inherit = "stock.landed.cost"

    freight_bill_id = fields.Many2one(
        "logistics.freight.bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )


class StockLandedCostLines(models.Model):
    _inherit = "stock.landed.cost.lines"

    freight_landed_ids = fields.One2many(
        "logistics.freight.landed",
        "cost_line_id",
        "Billed shipments",
        readonly=True,
        copy=False,
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )
