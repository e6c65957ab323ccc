from odoo import fields, models


class LogisticsBookingParcel(models.Model):
    _inherit = "logistics.booking.parcel"

    printed_at = fields.Datetime("Printed on", readonly=True)
    printed_by_id = fields.Many2one("res.users", "Printed by", readonly=True)

    def action_print_label(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["logistics.label.print"]._print(self.booking_id, parcel=self)

    def _note_print(self):
        """Who printed them; in the delivery's chatter where they were printed before. As
        superuser."""
        again = {}
        for parcel in self.filtered("printed_at"):
            again.setdefault(parcel.booking_id.picking_id.id, []).append(
                parcel.tracking_number or parcel.key or ""
            )
        user = self.env.user
        bodies = {
            picking: self.env._(
                "%(user)s printed the label again: %(numbers)s",
                user=user.name,
                numbers=", ".join(numbers),
            )
            for picking, numbers in again.items()
        }
        if bodies:
            self.env["stock.picking"].browse(bodies)._message_log_batch(bodies)
        self.write({"printed_at": fields.Datetime.now(), "printed_by_id": user.id})
