from odoo import fields, models


class LogisticsBookingParcel(models.Model):
    """One package of a booking: it has its own number, label and state."""

    _name = "logistics.booking.parcel"
    _description = "Booked Package"
    _order = "booking_id, sequence, id"
    _rec_name = "tracking_number"

    booking_id = fields.Many2one(
        "logistics.booking", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="booking_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    key = fields.Char("Our number", readonly=True)
    package_id = fields.Many2one("stock.package", readonly=True, ondelete="set null")
    weight = fields.Float("Weight (kg)", readonly=True, digits=(12, 3))
    tracking_number = fields.Char(readonly=True, index="btree_not_null")
    label_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null")
