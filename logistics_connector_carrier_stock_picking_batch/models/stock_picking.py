from odoo import api, fields, models


class StockPicking(models.Model):
    """Why a delivery of a batch has no label."""

    _inherit = "stock.picking"

    label_problem = fields.Text("Why no label", compute="_compute_label_problem", compute_sudo=True)
    label_needs_look = fields.Boolean(
        "Label needs a look", compute="_compute_label_problem", compute_sudo=True
    )

    @api.depends("booking_ids.state", "booking_ids.problem", "carrier_id", "state", "partner_id")
    @api.depends_context("lang")
    def _compute_label_problem(self):
        lines = self.env["logistics.label.batch.line"].search(
            [("picking_id", "in", self.ids)], order="id desc"
        )
        last = {}
        for line in lines:
            last.setdefault(line.picking_id, line)
        for picking in self:
            unasked = last.get(picking, lines.browse())
            why = False if picking.booking_state else unasked.why
            picking.label_needs_look = bool(
                why or picking.booking_state in ("refused", "failed", "doubt")
            )
            if picking.booking_state in ("asked", "booked"):
                picking.label_problem = False
            else:
                reason = picking.booking_problem or why
                picking.label_problem = reason or picking._no_label_reason()
