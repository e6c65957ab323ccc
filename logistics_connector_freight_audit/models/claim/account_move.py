from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    freight_claim_ids = fields.One2many(
        "logistics.freight.claim",
        "move_id",
        "Claims",
        readonly=True,
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )

    def unlink(self):
        claims = self.sudo().freight_claim_ids
        result = super().unlink()
        claims._left_the_books()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self.sudo().freight_claim_ids._left_the_books()
        return result
