from odoo import fields, models
from odoo.addons.logistics_connector_base.models.connection.logistics_connection import OPEN_STATES


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    warehouse_ids = fields.One2many(
        "stock.warehouse",
        "logistics_connection_id",
        string="Warehouses",
        groups="logistics_connector_base.group_logistics_user",
    )

    def _set_state(self, state, allowed):
        result = super()._set_state(state, allowed)
        if state in OPEN_STATES:
            self.sudo().warehouse_ids._release_ready_deliveries()
        return result
