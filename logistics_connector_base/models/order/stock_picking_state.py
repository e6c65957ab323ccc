from odoo import api, fields, models


class StockPicking(models.Model):
    """Where a transfer stands, in the words of an order's business state."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.business.state.mixin"]
    _business_kind = "picking"

    logistics_state = fields.Selection(
        help="Where the transfer stands, from its goods, shipments and exceptions.\n"
        "Pending: nothing is released. In progress: somebody works at it, or its shipments are on "
        "their way. Partial: some of it has left or arrived, or a back-order of it is open. "
        "Blocked: somebody has to act first. Fulfilled: a delivery or drop shipment is with the "
        "customer, a receipt, return or internal transfer is booked. Closed: what it delivered "
        "is invoiced, too, and its freight is approved, as far as charges are known.",
    )

    @api.depends("state", "shipment_ids.state", "shipment_ids.on_hold")
    def _compute_logistics_state(self):
        return super()._compute_logistics_state()
