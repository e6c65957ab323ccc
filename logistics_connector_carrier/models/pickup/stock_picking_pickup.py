from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_pickup import ALIVE


class StockPicking(models.Model):
    _inherit = "stock.picking"

    pickup_id = fields.Many2one("logistics.pickup", compute="_compute_pickup_id", compute_sudo=True)
    pickup_state = fields.Selection(
        selection=lambda self: self.env["logistics.pickup"]._fields["state"].selection,
        string="Pickup's state",
        compute="_compute_pickup_id",
        compute_sudo=True,
    )

    @api.depends("booking_ids.pickup_ids.state")
    def _compute_pickup_id(self):
        for picking in self:
            pickups = picking.booking_ids.pickup_ids
            alive = pickups.filtered(lambda one: one.state in ALIVE)
            last = (alive or pickups).sorted("id")[-1:]
            picking.pickup_id = last
            picking.pickup_state = last.state

    def action_order_pickup(self):
        """Have the vans fetch these deliveries: one for each account and warehouse."""
        self.check_access("write")
        bookings = self.sudo().booking_ids.filtered(
            lambda one: (
                one.state == "booked" and not one.is_return and one.connection_id._offers_pickup()
            )
        )
        open_bookings = bookings.filtered(lambda one: one._is_without_van())
        if bookings and not open_bookings:
            raise UserError(
                self.env._(
                    "A pickup is ordered for these already: %s.",
                    ", ".join(bookings.pickup_ids.mapped("name")),
                )
            )
        if not open_bookings:
            raise UserError(
                self.env._("None of these is booked with a carrier whose van can be ordered here.")
            )
        return self.env["logistics.pickup"]._draft_for(open_bookings)._open()

    def action_view_pickup(self):
        self.ensure_one()
        return self.pickup_id._open()
