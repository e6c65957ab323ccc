from datetime import timedelta

from odoo import api, fields, models

from ...engine import pickup_reader
from .logistics_pickup import ALIVE

# What was labelled before was handed over somehow: of parcels that are not tracked nobody hears.
DAYS = 7
# Shipments in these states are with us still.
HERE = (
    "draft",
    "released",
    "in_fulfilment",
    "packed",
    "tendered",
    "booked",
    "manifested",
)


class LogisticsBooking(models.Model):
    _inherit = "logistics.booking"

    pickup_ids = fields.Many2many(
        "logistics.pickup",
        "logistics_pickup_booking_rel",
        "booking_id",
        "pickup_id",
        string="Pickups",
        readonly=True,
        copy=False,
    )

    @api.model
    def _waiting_for_van(self, companies, connections):
        """Bookings whose parcels are with us, and for which no van was ordered. As superuser.

        :param connections: narrowed to these; none: all whose vans can be ordered
        """
        domain = [
            ("state", "=", "booked"),
            ("is_return", "=", False),
            ("company_id", "in", companies.ids),
            ("booked_at", ">=", fields.Datetime.now() - timedelta(days=DAYS)),
            ("connection_id.provider_id.booking_carrier", "in", list(pickup_reader.PICKUPS)),
            "|",
            ("shipment_id", "=", False),
            ("shipment_id.state", "in", HERE),
        ]
        if connections:
            domain.append(("connection_id", "in", connections.ids))
        return self.search(domain, order="id").filtered(lambda one: one._is_without_van())

    def _is_without_van(self):
        return not any(pickup.state in ALIVE for pickup in self.pickup_ids)
