from odoo import api, fields, models

from ..shipment.logistics_shipment import FINAL_STATES
from .logistics_tracker import STATES

# Of several numbers the shipment shows the one that is worst.
WORST = ("refused", "wanted", "asked", "ended", "following")


class LogisticsShipment(models.Model):
    """Who tells of a shipment's numbers, and why not."""

    _inherit = "logistics.shipment"

    tracker_state = fields.Selection(STATES, "Followed", compute="_compute_tracker")
    tracker_name = fields.Char("Followed by", compute="_compute_tracker")
    tracker_until = fields.Datetime("Followed until", compute="_compute_tracker")
    tracker_problem = fields.Char("Not followed, because", compute="_compute_tracker")

    def _compute_tracker(self):
        rows = self.env["logistics.tracker"].search([("shipment_id", "in", self.ids)])
        by_shipment = rows.grouped("shipment_id")
        for shipment in self:
            trackers = by_shipment.get(shipment._origin, rows.browse())
            worst = trackers.sorted(lambda one: WORST.index(one.state))[:1]
            shipment.tracker_state = worst.state
            # Its name is for who may see the shipment, whether they see connections or not.
            shipment.tracker_name = worst.sudo().connection_id.name
            shipment.tracker_until = worst.until
            shipment.tracker_problem = worst.problem

    # -- staying on the list ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        shipments = super().create(vals_list)
        self.env["logistics.tracker"].sudo()._enrol(shipments)
        return shipments

    def write(self, vals):
        moved = self.browse()
        if "issuer" in vals:
            moved = self.filtered(lambda one: (one.issuer or "") != (vals["issuer"] or ""))
        result = super().write(vals)
        self.env["logistics.tracker"].sudo()._move(moved)
        return result

    def _after_fold(self, states_before):
        result = super()._after_fold(states_before)
        over = self.filtered(
            lambda one: one.state in FINAL_STATES and states_before.get(one.id) != one.state
        )
        self.env["logistics.tracker"].sudo()._end(over)
        return result


class LogisticsShipmentReference(models.Model):
    _inherit = "logistics.shipment.reference"

    @api.model_create_multi
    def create(self, vals_list):
        references = super().create(vals_list)
        tracked = references.filtered(lambda reference: reference.type == "tracking").shipment_id
        self.env["logistics.tracker"].sudo()._enrol(tracked)
        return references
