from odoo import api, fields, models

from .logistics_dock_appointment import STATES

READERS = "stock.group_stock_user,logistics_connector_base.group_logistics_user"


class StockPicking(models.Model):
    """When the truck of a transfer is expected at the dock, or has been there."""

    _inherit = "stock.picking"

    logistics_appointment_ids = fields.Many2many(
        "logistics.dock.appointment",
        "logistics_dock_appointment_picking_rel",
        "picking_id",
        "appointment_id",
        string="Dock appointments",
        readonly=True,
        copy=False,
        groups=READERS,
    )
    logistics_appointment_from = fields.Datetime(
        "Dock appointment", compute="_compute_logistics_appointment", groups=READERS
    )
    logistics_appointment_to = fields.Datetime(
        "Dock appointment until", compute="_compute_logistics_appointment", groups=READERS
    )
    logistics_appointment_door = fields.Char(
        "Door", compute="_compute_logistics_appointment", groups=READERS
    )
    logistics_appointment_state = fields.Selection(
        STATES, "Truck", compute="_compute_logistics_appointment", groups=READERS
    )

    @api.depends(
        "logistics_appointment_ids.window_from",
        "logistics_appointment_ids.window_to",
        "logistics_appointment_ids.door",
        "logistics_appointment_ids.state",
    )
    def _compute_logistics_appointment(self):
        for picking in self:
            last = picking._last_appointment()
            picking.logistics_appointment_from = last.window_from
            picking.logistics_appointment_to = last.window_to
            picking.logistics_appointment_door = last.door
            picking.logistics_appointment_state = last.state

    def _last_appointment(self):
        """The appointment with the last window; one that was cancelled where there is no other."""
        known = self.logistics_appointment_ids
        standing = known.filtered(lambda one: one.state != "cancelled") or known
        dated = standing.filtered("window_from").sorted(lambda one: (one.window_from, one.id))
        return dated[-1:] or standing.sorted("id")[-1:]

    def action_view_appointments(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_wms.action_dock_appointment"
        )
        appointments = self.logistics_appointment_ids
        action = dict(action, domain=[("id", "in", appointments.ids)], context={})
        if len(appointments) == 1:
            action.update(views=[(False, "form")], res_id=appointments.id)
        return action
