from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.karrio_address import knows


class StockPicking(models.Model):
    """Whether the carrier knows the address, before it refuses it or bills a correction."""

    _inherit = "stock.picking"

    can_check_address = fields.Boolean(
        compute="_compute_can_check_address", groups="stock.group_stock_user"
    )

    @api.depends("carrier_id", "partner_id.country_id", "picking_type_code", "state")
    def _compute_can_check_address(self):
        for picking in self:
            method = picking.carrier_id.sudo()
            picking.can_check_address = (
                picking.picking_type_code == "outgoing"
                and picking.state != "cancel"
                and method.delivery_type == "logistics"
                and knows(
                    method.logistics_connection_id.booking_carrier,
                    picking.partner_id.country_id.code,
                )
            )

    def action_check_address(self):
        """Ask the carrier whether it knows the address, and show what it says."""
        self.ensure_one()
        self.check_access("read")
        if not self.can_check_address:
            raise UserError(
                self.env._("The carrier of %s checks no addresses there.", self.display_name)
            )
        return self.env["logistics.address.check"]._check(self)
