from odoo import api, fields, models

from ...core.appointment import ENDINGS

STATES = [
    ("set", "Expected"),
    ("arrived", "At the gate"),
    ("docked", "At the dock"),
    ("finished", "Done"),
    ("left", "Left"),
    ("cancelled", "Cancelled"),
    ("no_show", "Did not come"),
]
DIRECTIONS = [("in", "Inbound"), ("out", "Outbound")]
# Nothing more is expected of these.
OVER = ("left", *ENDINGS)


class LogisticsDockAppointment(models.Model):
    """A truck that is given a window at a door of a warehouse: what the warehouse told of it,
    folded (core/appointment.py). Nobody else writes it."""

    _name = "logistics.dock.appointment"
    _description = "Dock Appointment"
    _order = "window_from desc, id desc"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char("Their number", required=True, readonly=True, index="trigram")
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        help="That of its transfers, else the connection's.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="set")
    window_from = fields.Datetime("Window from", readonly=True, index="btree_not_null")
    window_to = fields.Datetime("Window until", readonly=True)
    door = fields.Char(readonly=True)
    carrier = fields.Char(readonly=True)
    vehicle = fields.Char(readonly=True)
    text = fields.Char("Their words", readonly=True)
    arrived_at = fields.Datetime("Arrived", readonly=True)
    docked_at = fields.Datetime("At the dock since", readonly=True)
    finished_at = fields.Datetime("Done at", readonly=True)
    left_at = fields.Datetime("Left at", readonly=True)
    cancelled_at = fields.Datetime("Cancelled at", readonly=True)
    no_show_at = fields.Datetime("Given up at", readonly=True)
    stay_minutes = fields.Integer(
        "Stay (min)", readonly=True, aggregator=None, help="From the arrival to the leaving."
    )
    order_refs = fields.Char("Orders", readonly=True, help="As the warehouse names them.")
    unknown_refs = fields.Char("Unknown orders", readonly=True)
    picking_ids = fields.Many2many(
        "stock.picking",
        "logistics_dock_appointment_picking_rel",
        "appointment_id",
        "picking_id",
        string="Transfers",
        readonly=True,
    )
    telling_ids = fields.One2many(
        "logistics.dock.telling", "appointment_id", "What they told", readonly=True
    )
    message_id = fields.Many2one(
        "logistics.message",
        "Last message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _identity_uniq = models.Constraint(
        "UNIQUE(connection_id, name)", "This appointment of the partner is there already."
    )
    # Whose transfers may still come, and who may still be late.
    _unknown_index = models.Index("(id) WHERE unknown_refs IS NOT NULL")
    _late_index = models.Index("(company_id) WHERE state IN ('set', 'no_show')")

    @api.depends("name", "door")
    def _compute_display_name(self):
        for appointment in self:
            door, name = appointment.door, appointment.name or ""
            appointment.display_name = f"{name} ({door})" if door else name

    # -- what people open ---------------------------------------------------------------------

    def action_view_message(self):
        self.ensure_one()
        return self.message_id.get_formview_action()
