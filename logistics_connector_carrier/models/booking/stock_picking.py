from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .logistics_booking import ALIVE


class StockPicking(models.Model):
    _inherit = "stock.picking"

    booking_ids = fields.One2many("logistics.booking", "picking_id", "Bookings")
    booking_state = fields.Selection(
        selection=lambda self: self.env["logistics.booking"]._fields["state"].selection,
        string="Label",
        compute="_compute_booking_state",
        compute_sudo=True,
    )
    booking_problem = fields.Text(compute="_compute_booking_state", compute_sudo=True)
    booking_is_alive = fields.Boolean(
        compute="_compute_booking_state",
        compute_sudo=True,
        help="A label is there or asked for: what it was asked with stands.",
    )

    @api.depends("booking_ids.state", "booking_ids.problem")
    def _compute_booking_state(self):
        for picking in self:
            last = picking.booking_ids.filtered(lambda one: not one.is_return).sorted("id")[-1:]
            picking.booking_state = last.state
            picking.booking_problem = last.problem
            picking.booking_is_alive = last.state in ALIVE

    # -- Odoo's buttons -----------------------------------------------------------------------

    def _send_confirmation_email(self):
        # Of several deliveries that are validated together, one that cannot be booked is no reason
        # to take back the others: it says so by an activity.
        many = len(self) > 1
        return super(
            StockPicking, self.with_context(logistics_many=many)
        )._send_confirmation_email()

    def send_to_shipper(self):
        """Ask for the label. Price, number and message follow when the carrier has answered."""
        self.ensure_one()
        if self.carrier_id.delivery_type != "logistics":
            return super().send_to_shipper()
        self.check_access("write")
        if self._is_last_leg():
            self._book()
        return None

    def cancel_shipment(self):
        """Each delivery's own number to its own carrier, once."""
        # Bookings are sudo: a customer, who may read the own delivery, must not call it off.
        self.check_access("write")
        ours = self.filtered(lambda picking: picking.carrier_id.delivery_type == "logistics")
        ours._call_off_bookings()
        result = None
        for picking in self - ours:
            result = super(StockPicking, picking).cancel_shipment()
        return result

    # -- booking ------------------------------------------------------------------------------

    def _book(self, is_return=False):
        """Book this delivery, unless that was done.

        :return: the booking, as superuser
        :raises UserError: the carrier would refuse it; with what is to be mended
        """
        self.ensure_one()
        picking = self.sudo()
        bookings = picking.booking_ids
        alive = bookings.filtered(lambda one: one.state in ALIVE and one.is_return == is_return)
        if alive:
            return alive[:1]
        reference = bookings._new_reference(picking)
        request = picking._booking_request(reference, is_return)
        problems = picking._problems_of(request)
        if problems:
            text = "\n".join(problems)
            if not self.env.context.get("logistics_many"):
                raise UserError(text)
            picking._tell_not_booked(text)
            return bookings.browse()
        shipment = picking._ensure_shipment(picking._carrier_values())
        return bookings._ask(picking, request, shipment)

    def _problems_of(self, request):
        """What keeps it from being booked: of the account, then of the delivery itself."""
        problem = self.sudo().carrier_id.logistics_connection_id._booking_problem()
        return [*filter(None, [problem]), *self._booking_problems(request)]

    def _tell_not_booked(self, text):
        self._message_log(body=text)
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("No label was asked for"),
            note=plaintext2html(text),
            user_id=self.user_id.id or self.env.uid,
        )

    def action_book(self):
        """Ask for the label once more, after what was refused was mended."""
        self.check_access("write")
        for picking in self:
            if picking.carrier_id.delivery_type != "logistics":
                raise UserError(self.env._("%s is not booked from Odoo.", picking.carrier_id.name))
            picking._book()
        return True

    def _call_off_bookings(self, is_return=False):
        """Of the delivery, with its return label; or of the return label only."""
        alive = self.sudo().booking_ids.filtered(
            lambda one: one.state in ALIVE and (one.is_return or not is_return)
        )
        if not alive and self:
            raise UserError(self.env._("There is no booking to cancel."))
        alive._call_off()

    # -- what the carrier answered ------------------------------------------------------------

    def _take_booking(self, booking, booked, attachments):
        """Numbers, price, message and order line, as Odoo writes them at once for others."""
        self.ensure_one()
        method, order = self.carrier_id, self.sale_id
        self.carrier_tracking_ref = ",".join(booked.numbers)
        price = self._booked_price(booking, order)
        if price is not None:
            self.carrier_price = price
        currency = self._price_currency()
        numbers = ", ".join(booked.numbers)
        if price is None:
            text = self.env._("Booked with %(carrier)s: %(numbers)s.")
            body = f"{text % {'carrier': method.name, 'numbers': numbers}} {booking._no_price()}"
        else:
            body = self.env._(
                "Booked with %(carrier)s: %(numbers)s. Cost: %(price).2f %(currency)s",
                carrier=method.name,
                numbers=numbers,
                price=self.carrier_price,
                currency=currency.name,
            )
        self._post_documents(body, attachments)
        if price is not None:
            self._add_delivery_cost_to_so()

    def _post_documents(self, body, attachments):
        """A note with the papers at hand. Odoo drops what a poster who is no internal user
        attaches, as the service user is that takes the answers."""
        message = self.message_post(body=body)
        message.sudo().attachment_ids = attachments
        return message

    def _booked_price(self, booking, order):
        """What the customer pays for it by the method's margins, in ``_price_currency()``. None
        where the carrier named no price, or in a currency of which no rate is known."""
        method = self.carrier_id
        price = booking._price_in(self._price_currency()) if booking.total else None
        if price is None:
            return None
        if method.free_over and order:
            goods = order._compute_amount_total_without_delivery()
            if method._compute_currency(order, goods, "pricelist_to_company") >= method.amount:
                return 0.0
        return method._apply_margins(price, order)

    def _price_currency(self):
        return self.sale_id.currency_id or self.company_id.currency_id

    def _take_void(self, booking):
        """The carrier has called it off: its numbers are no longer this delivery's."""
        gone = set(filter(None, booking.parcel_ids.mapped("tracking_number")))
        left = [text for text in self._tracking_numbers().values() if text not in gone]
        picking = self.with_context(logistics_void=True)
        picking.carrier_tracking_ref = ",".join(left) or False
        self.message_post(
            body=self.env._(
                "Cancelled with the carrier: %s", ", ".join(sorted(gone)) or booking.name
            )
        )
