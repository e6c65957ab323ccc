from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    freight_bill_ids = fields.One2many(
        "logistics.freight.bill",
        "move_id",
        "Freight bills",
        readonly=True,
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )

    def unlink(self):
        """The bill can be brought into the books again."""
        bills = self.sudo().freight_bill_ids
        result = super().unlink()
        bills._left_the_books()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self.sudo().freight_bill_ids._left_the_books()
        return result

    def action_view_freight_bill(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_bill"
        )
        return dict(action, views=[(False, "form")], res_id=self.freight_bill_ids[:1].id)
