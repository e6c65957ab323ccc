from odoo import fields, models


class LogisticsBillingRelease(models.TransientModel):
    """Why deliveries may be billed without a proof."""

    _name = "logistics.billing.release"
    _description = "Bill Without a Proof"

    # Ids: finance has no rights on transfers, and needs none.
    picking_numbers = fields.Json("Deliveries to let go", required=True)
    deliveries = fields.Char(readonly=True)
    reason = fields.Text("Why", required=True)

    def action_release(self):
        self.ensure_one()
        self.env["stock.picking"].browse(self.picking_numbers)._release_billing(self.reason)
        return {"type": "ir.actions.act_window_close"}
