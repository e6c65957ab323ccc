from odoo import api, fields, models

from ..booking.logistics_booking import ALIVE

# What a person has to look at stands first, then what is under way.
RANKS = {"not_asked": 0, "failed": 0, "refused": 0, "doubt": 0, "asked": 1, "booked": 2}


class LogisticsLabelBatchLine(models.Model):
    """A delivery of a batch: it stands as its last booking stands, whoever asked for that."""

    _name = "logistics.label.batch.line"
    _description = "Label of a Batch"
    _order = "batch_id desc, rank, sequence, id"
    _rec_name = "picking_id"

    batch_id = fields.Many2one(
        "logistics.label.batch", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="picking_id.partner_id")
    carrier_id = fields.Many2one(related="picking_id.carrier_id")
    tracking_numbers = fields.Char(related="picking_id.carrier_tracking_ref")
    why = fields.Text("Why not asked for", readonly=True)
    is_known = fields.Boolean("Asked for before", readonly=True)
    booking_id = fields.Many2one(
        "logistics.booking", compute="_compute_state", store=True, ondelete="set null"
    )
    state = fields.Selection(
        selection=lambda self: [
            ("not_asked", self.env._("Not asked for")),
            *self.env["logistics.booking"]._fields["state"].selection,
        ],
        compute="_compute_state",
        store=True,
    )
    rank = fields.Integer(compute="_compute_state", store=True)
    problem = fields.Text("Reason", compute="_compute_problem", compute_sudo=True)

    @api.depends("picking_id.booking_ids.state", "picking_id.booking_ids.is_return")
    def _compute_state(self):
        for line in self:
            bookings = line.picking_id.booking_ids.filtered(lambda one: not one.is_return)
            last = bookings.sorted("id")[-1:]
            line.booking_id = last
            line.state = last.state or "not_asked"
            line.rank = RANKS.get(line.state, 3)

    @api.depends("why", "state", "booking_id.problem")
    def _compute_problem(self):
        for line in self:
            # Why it was not asked for is over when somebody else asked.
            why = False if line.state in ALIVE else line.why
            line.problem = why or line.booking_id.problem
