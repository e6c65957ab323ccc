import base64

from odoo import models

from ...labels import sheets, waiting
from ..booking.logistics_booking import ALIVE


class StockPicking(models.Model):
    """Labels of several deliveries at once: asked for, and printed."""

    _inherit = "stock.picking"

    def action_ask_labels(self):
        """Ask for the labels of all of these, and show how far the carriers are."""
        return self.env["logistics.label.batch"]._ask_for(self)._open()

    def _has_live_booking(self):
        """Whether the carrier has it, or may have it."""
        return any(
            booking.state in ALIVE and not booking.is_return for booking in self.sudo().booking_ids
        )

    def _no_label_reason(self):
        """Why no label can be asked for, whatever its address says; False where one can."""
        self.ensure_one()
        method = self.carrier_id
        if self.state == "cancel":
            return self.env._("The delivery is cancelled.")
        if self.picking_type_code == "incoming":
            return self.env._("This is a receipt.")
        if not method:
            return self.env._("It has no delivery method.")
        if method.delivery_type != "logistics":
            return self.env._("%s is not booked from Odoo.", method.name)
        if self.state not in ("assigned", "done"):
            return self.env._("It is not ready: the goods are not reserved.")
        if not self._is_last_leg():
            return self.env._("Another step follows; the label is asked for at the last one.")
        return False

    def action_print_labels(self):
        """The labels of these deliveries, in their order, as one file for each kind of printer."""
        self.check_access("read")
        bookings = self.env["logistics.booking"].search(
            [("picking_id", "in", self.ids), ("state", "=", "booked"), ("is_return", "=", False)]
        )
        of_picking = {booking.picking_id.id: booking.id for booking in bookings.sorted("id")}
        wanted = [of_picking[picking.id] for picking in self if picking.id in of_picking]
        without = self.filtered(lambda picking: picking.id not in of_picking)
        return self.env["logistics.label.print"]._print(bookings.browse(wanted), without)

    def _label_answer(self, with_content=False):
        """How far the label is, as plain values, for who waits for it (docs/api.md).

        :rtype: dict
        """
        self.check_access("read")
        booking = self.env["logistics.booking"].search(
            [("picking_id", "=", self.id), ("is_return", "=", False)], order="id desc", limit=1
        )
        is_booked = booking.state == "booked"
        labels = booking.sudo()._all_labels() if is_booked else ()
        why = booking.problem or "" if booking else self.env._("No label was asked for.")
        return {
            "delivery": self.name,
            "state": booking.state or "",
            "is_settled": booking.state not in waiting.OPEN,
            "numbers": booking.parcel_ids.sorted("sequence").mapped("tracking_number")
            if is_booked
            else [],
            "labels": [self._label_values(label, with_content) for label in labels],
            "why": why,
        }

    def _label_values(self, attachment, with_content):
        content = attachment.raw or b""
        values = {
            "id": attachment.id,
            "name": attachment.name,
            "format": sheets.form(content),
            "url": f"/web/content/{attachment.id}?download=true",
        }
        if with_content:
            values["content"] = base64.b64encode(content).decode()
        return values
