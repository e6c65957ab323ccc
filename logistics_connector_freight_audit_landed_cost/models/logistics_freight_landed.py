from odoo import fields, models


class LogisticsFreightLanded(models.Model):
    """How much of a billed shipment is in which landed cost: it tells what is still to be added."""

    _name = "logistics.freight.landed"
    _description = "Freight Added to Goods"
    _order = "id"
    _rec_name = "line_id"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment
    _log_access = False

    bill_id = fields.Many2one(
        "logistics.freight.bill", required=True, readonly=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "logistics.freight.bill.shipment",
        "Billed shipment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Char("Class", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="Without tax, as billed.")
    cost_line_id = fields.Many2one(
        "stock.landed.cost.lines", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # It goes with the cost, as it goes with its line: emptied instead, a row of the same
    # transaction would be checked against a line that is gone already.
    cost_id = fields.Many2one(
        related="cost_line_id.cost_id",
        string="Landed cost",
        store=True,
        index=True,
        ondelete="cascade",
    )
