from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...engine.desk import book_message, void_message

# States in which the carrier has it, or may have it.
ALIVE = ("asked", "doubt", "booked", "void_asked")


class LogisticsBooking(models.Model):
    """One order to a carrier to carry a delivery: asked for through the outbox, so that a label is
    bought once whatever breaks, and filed when the answer comes."""

    _name = "logistics.booking"
    _description = "Carrier Booking"
    _order = "id desc"
    _check_company_auto = True
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment

    name = fields.Char(
        "Reference",
        required=True,
        readonly=True,
        copy=False,
        help="Printed on the label; by it the carrier finds the booking when its answer got lost.",
    )
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", "Delivery method", readonly=True)
    service = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("asked", "Being booked"),
            ("doubt", "In doubt"),
            ("booked", "Booked"),
            ("refused", "Refused"),
            ("void_asked", "Being cancelled"),
            ("void", "Cancelled"),
            ("failed", "Not sent"),
        ],
        required=True,
        readonly=True,
        default="asked",
        index=True,
    )
    is_return = fields.Boolean(readonly=True)
    message_id = fields.Many2one("logistics.message", readonly=True, index="btree_not_null")
    void_message_id = fields.Many2one("logistics.message", readonly=True)
    identifier = fields.Char("Carrier's id", readonly=True, index="btree_not_null")
    parcel_ids = fields.One2many("logistics.booking.parcel", "booking_id", "Packages")
    total = fields.Monetary("Booked price", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    charge_ids = fields.One2many("logistics.shipment.charge", "booking_id", "Charges")
    problem = fields.Text(readonly=True, help="Why it was refused, in the carrier's words.")
    booked_at = fields.Datetime("Booked on", readonly=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This reference was used already.")
    # One delivery is with one carrier at a time; a return label is a booking of its own.
    _alive_uniq = models.UniqueIndex(
        "(picking_id, is_return) WHERE state IN ('asked', 'doubt', 'booked', 'void_asked')"
    )

    # -- asking -------------------------------------------------------------------------------

    @api.model
    def _ask(self, picking, request, shipment):
        """Write a booking and its message in this transaction; it leaves after the commit.

        :param BookingRequest request: whose reference is the booking's name
        :return: the booking, as superuser
        """
        return self._ask_all([(picking, request, shipment)])

    @api.model
    def _ask_all(self, wanted):
        """As :meth:`_ask`, of several deliveries.

        :param wanted: [(delivery, BookingRequest, shipment)]
        """
        # One that was called off in this transaction makes room for the next.
        for picking, _request, _shipment in wanted:
            picking.sudo().booking_ids.flush_recordset(["state"])
        bookings = self.sudo().create([self._asked_values(*one) for one in wanted])
        for booking, (_picking, request, _shipment) in zip(bookings, wanted, strict=True):
            booking._leave(request)
        return bookings

    def _asked_values(self, picking, request, shipment):
        method = picking.carrier_id.sudo()
        return {
            "name": request.reference,
            "picking_id": picking.id,
            "shipment_id": shipment.id,
            "connection_id": method.logistics_connection_id.id,
            "carrier_id": method.id,
            "service": request.service,
            "is_return": request.is_return,
            "currency_id": picking.company_id.currency_id.id,
            "parcel_ids": [
                fields.Command.create(
                    {
                        "sequence": number,
                        "key": parcel.key,
                        "weight": parcel.weight,
                        "package_id": picking._package_of(parcel.key).id,
                    }
                )
                for number, parcel in enumerate(request.parcels)
            ],
        }

    def _leave(self, request):
        """Have the carrier told, after the commit."""
        self.message_id = self.env["logistics.outbox"]._enqueue(
            self.connection_id._flow("book"),
            book_message(request),
            key=self.name,
            once=f"book:{self.name}",
            record=self,
            correlation_id=self.shipment_id.correlation_id,
            priority=10,
        )

    @api.model
    def _new_reference(self, picking):
        """The delivery's name and how often it was booked, readable on a label. Unique in all
        companies, whose deliveries may have the same names: their accounts may be one."""
        bookings = self.sudo()
        number = bookings.search_count([("picking_id", "=", picking.id)]) + 1
        while bookings.search_count([("name", "=", f"{picking.name}-{number}")], limit=1):
            number += 1
        return f"{picking.name}-{number}"

    def _call_off(self):
        """Have the carrier cancel these bookings, each once. What has not left yet never leaves.

        :raises UserError: the answer of a booking is not known yet, or how the carrier calls it
        """
        for booking in self.sudo():
            if booking.state == "asked" and booking.message_id._recall():
                booking.state = "void"
                continue
            if booking.state in ("asked", "doubt"):
                raise UserError(
                    self.env._(
                        "%s is being booked just now. Cancel it when the carrier has answered.",
                        booking.picking_id.name,
                    )
                )
            if booking.state != "booked":
                continue
            if not booking.identifier:
                raise UserError(
                    self.env._(
                        "%(name)s was booked by hand, and its number with the carrier is not "
                        "known. Cancel it on the carrier's site, then press “Cancelled by hand” "
                        "on the booking.",
                        name=booking.name,
                    )
                )
            # A carrier that has refused may be asked again: that is another message.
            last = booking.void_message_id
            booking.write({"state": "void_asked", "problem": False})
            booking.void_message_id = self.env["logistics.outbox"]._enqueue(
                booking.connection_id._flow("void"),
                void_message(booking.identifier, booking.service),
                key=booking.name,
                once=f"void:{booking.name}:{last.id or 0}",
                record=booking,
                correlation_id=booking.message_id.correlation_id,
                priority=10,
            )

    def action_cancelled_by_hand(self):
        """A person has cancelled it on the carrier's site; what the carrier was asked stays.

        :raises UserError: it is not booked
        :raises AccessError: for who does not work with logistics
        """
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_user"):
            raise AccessError(self.env._("Only users of Logistics may say so."))
        for booking in self.sudo():
            if booking.state != "booked":
                raise UserError(self.env._("%s is not booked.", booking.name))
            booking._end_void()
            booking.picking_id._message_log(
                body=self.env._("%s was cancelled by hand on the carrier's site.", booking.name)
            )
        return True
