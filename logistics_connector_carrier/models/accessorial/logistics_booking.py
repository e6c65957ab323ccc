from odoo import models

from .delivery_carrier import ALONE


class LogisticsBooking(models.Model):
    """Return labels: bookings of their own, asked for by a button or right after the delivery was
    booked; or papers that come with the parcel."""

    _inherit = "logistics.booking"

    def _take_booked(self, data):
        result = super()._take_booked(data)
        if data is not None and self.state == "booked" and not self.is_return:
            self._tell_return_numbers(data)
            self._ask_return()
        return result

    def _ask_return(self):
        """The customer's way back, where the method wants it and the carrier books it apart. Asked
        for by who asked for the delivery; what keeps it from being booked is told by an activity.
        """
        method = self.carrier_id
        if method.return_label_on_delivery and ALONE in (method.booking_offers or "").split():
            picking = self.picking_id.with_user(self.create_uid)
            picking.with_context(logistics_many=True)._book(is_return=True)

    def _tell_return_numbers(self, data):
        numbers = [
            one["number"]
            for one in data["documents"]
            if one["kind"] == "return_label" and one.get("number")
        ]
        if numbers:
            text = self.env._("Return label: %s", ", ".join(numbers))
            self.picking_id._message_log(body=text)

    def _file_documents(self, booked):
        attachments = super()._file_documents(booked)
        method = self.carrier_id
        if method.get_return_label_from_portal:
            prefix = method.get_return_label_prefix()
            attachments.filtered(lambda one: one.name.startswith(prefix)).generate_access_token()
        return attachments

    def _end_void(self):
        result = super()._end_void()
        self._hide_return_labels()
        return result

    def _hide_return_labels(self):
        """A void label is no longer offered to the customer (Odoo finds return labels by the
        beginning of their names). What came with a parcel goes with it."""
        prefix = self.carrier_id.get_return_label_prefix()
        labels = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "stock.picking"),
                ("res_id", "=", self.picking_id.id),
                ("name", "=like", f"{prefix}%"),
            ]
        )
        others = (self.picking_id.booking_ids - self).parcel_ids.mapped("tracking_number")
        others = set(filter(None, others))
        for label in labels:
            if not any(number in label.name for number in others):
                label.write({"name": f"{self.env._('Void')}-{label.name}", "access_token": False})
