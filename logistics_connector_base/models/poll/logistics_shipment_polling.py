from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_poll_shipment import ENDS

MANAGER = "logistics_connector_base.group_logistics_manager"


class LogisticsShipment(models.Model):
    """When the carrier was asked about a shipment, when it is asked next, or why no more."""

    _inherit = "logistics.shipment"

    is_polled = fields.Boolean(compute="_compute_polling")
    asked_at = fields.Datetime("Last asked", compute="_compute_polling")
    next_ask_at = fields.Datetime("Asked next", compute="_compute_polling")
    ask_ended = fields.Selection(ENDS, "Asked no more", compute="_compute_polling")
    ask_held_by = fields.Char("Not asked at present", compute="_compute_polling")
    ask_error = fields.Char(compute="_compute_polling")

    def _compute_polling(self):
        rows = self.env["logistics.poll.shipment"].search([("shipment_id", "in", self.ids)])
        by_shipment = rows.grouped("shipment_id")
        for shipment in self:
            row = by_shipment.get(shipment._origin, rows[:0])
            shipment.is_polled = bool(row)
            shipment.asked_at, shipment.next_ask_at = row.asked_at, row.next_at
            shipment.ask_ended, shipment.ask_error = row.ended, row.error
            shipment.ask_held_by = row.next_at and row.poll_id.held_by

    def action_ask_now(self):
        """Ask the carrier at once, also where that had ended."""
        if not self.env.user.has_group(MANAGER):
            raise UserError(self.env._("Only managers of Logistics can ask partners by hand."))
        self.check_access("read")
        left = self.env["logistics.poll.shipment"].sudo()._ask_now(self)
        if left == self:
            raise UserError(
                self.env._(
                    "There is no connection that could be asked: a poll “Shipment by shipment” of "
                    "this carrier is needed, and a tracking number."
                )
            )
        text = self.env._("The carrier is asked about %s shipments now.", len(self - left))
        if left:
            text += " " + self.env._("%s have nobody who could be asked.", len(left))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- staying on the list ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        shipments = super().create(vals_list)
        self.env["logistics.poll.shipment"].sudo()._enrol(shipments=shipments)
        return shipments

    def write(self, vals):
        result = super().write(vals)
        if "issuer" in vals:
            self.env["logistics.poll.shipment"].sudo()._move(self)
        return result

    def _refold(self):
        changed = super()._refold()
        # Also a late scan that changes nothing is news.
        self.env["logistics.poll.shipment"].sudo()._stir(self - changed, self.browse())
        return changed

    def _after_fold(self, states_before):
        result = super()._after_fold(states_before)
        moved = self.filtered(lambda shipment: states_before.get(shipment.id) != shipment.state)
        self.env["logistics.poll.shipment"].sudo()._stir(self, moved)
        return result


class LogisticsShipmentReference(models.Model):
    _inherit = "logistics.shipment.reference"

    @api.model_create_multi
    def create(self, vals_list):
        references = super().create(vals_list)
        tracked = references.filtered(lambda reference: reference.type == "tracking").shipment_id
        self.env["logistics.poll.shipment"].sudo()._enrol(shipments=tracked)
        return references
