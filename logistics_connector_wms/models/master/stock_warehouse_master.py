from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_gate_item = fields.Boolean(
        "Known products",
        help="A transfer is not told before the 3PL has taken the master data of its products. "
        "Without a flow “master” on the connection nothing is held back.",
    )
    logistics_master_text = fields.Char(
        "Master data",
        related="logistics_connection_id.master_text",
        groups="logistics_connector_base.group_logistics_user",
    )

    def action_view_logistics_master(self):
        """What the 3PL that runs this warehouse was told, and what it knows."""
        return self.logistics_connection_id.action_view_master()
