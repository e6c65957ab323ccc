from odoo import api, fields, models

from ...core.accessorials import Accessorials, Location
from .delivery_carrier import COD_KINDS, SIGNATURES, WITH_THE_PARCEL

YES_OR_NO = [("yes", "Yes"), ("no", "No")]


class StockPicking(models.Model):
    """What is asked for with this delivery. Empty: as the delivery method says."""

    _inherit = "stock.picking"

    booking_offers = fields.Char(related="carrier_id.booking_offers")
    booking_currency_id = fields.Many2one("res.currency", compute="_compute_booking_currency_id")
    booking_insurance = fields.Selection(
        YES_OR_NO,
        "Insure the goods",
        help="Empty: as the delivery method says. Where a carrier sells no insurance, the value is "
        "declared: up to it the carrier is liable.",
    )
    booking_insured_value = fields.Monetary(
        "Insured value",
        currency_field="booking_currency_id",
        copy=False,
        help="0: what the customer pays for the goods, without tax.",
    )
    booking_cod = fields.Selection(
        YES_OR_NO,
        "Cash on delivery",
        help="The carrier collects the money. Empty: where the order is to be paid on delivery.",
    )
    booking_cod_amount = fields.Monetary(
        "To be collected",
        currency_field="booking_currency_id",
        copy=False,
        help="0: what the order says is paid on delivery, if this is its only delivery.",
    )
    booking_cod_kind = fields.Selection(COD_KINDS, "Paid by", help="Empty: as the method says.")
    booking_signature = fields.Selection(
        [("service", "As the service has it"), *SIGNATURES],
        "Signature wanted",
        help="Empty: as the delivery method says.",
    )
    booking_saturday = fields.Selection(
        YES_OR_NO, "Saturday delivery", help="Empty: as the delivery method says."
    )
    booking_hold_id = fields.Many2one(
        "res.partner",
        "Hold at location",
        copy=False,
        help="The carrier's shop, post office or station where the recipient fetches the parcel: "
        "a contact with the carrier's number of it (“Carrier's location”).",
    )
    return_state = fields.Selection(
        selection=lambda self: self.env["logistics.booking"]._fields["state"].selection,
        string="Return label",
        compute="_compute_return_state",
        compute_sudo=True,
    )
    return_number = fields.Char(
        "Return tracking", compute="_compute_return_state", compute_sudo=True
    )

    @api.depends("sale_id.currency_id", "company_id.currency_id")
    def _compute_booking_currency_id(self):
        for picking in self:
            picking.booking_currency_id = (
                picking.sudo().sale_id.currency_id or picking.company_id.currency_id
            )

    @api.depends("booking_ids.state", "booking_ids.parcel_ids.tracking_number")
    def _compute_return_state(self):
        for picking in self:
            last = picking.booking_ids.filtered("is_return").sorted("id")[-1:]
            picking.return_state = last.state
            numbers = last.parcel_ids.mapped("tracking_number")
            picking.return_number = ", ".join(filter(None, numbers))

    # -- what is asked for --------------------------------------------------------------------

    def _accessorials(self, method=None):
        """By the delivery, else by its method.

        :param method: the ``delivery.carrier`` that is asked for a price; else the delivery's own
        :rtype: Accessorials
        """
        self.ensure_one()
        picking = self.sudo()
        method = (method or picking.carrier_id).sudo()
        offers = method._offers()
        cod = picking._cod_amount()
        currency = picking.booking_currency_id
        if not cod and offers.currency:
            # What is insured may be told in the carrier's currency; what is collected may not.
            wanted = self.env["res.currency"].search([("name", "=", offers.currency)], limit=1)
            currency = wanted or currency
        insured = picking._insured_value(currency, method)
        amounts = {method._insured_as(): insured} if insured else {}
        signature = picking.booking_signature or method.logistics_signature or ""
        saturday = picking.booking_saturday or ("yes" if method.logistics_saturday else "no")
        is_returnable = method.return_label_on_delivery and WITH_THE_PARCEL in offers.kinds
        return Accessorials(
            **amounts,
            cod=cod,
            cod_kind=(picking.booking_cod_kind or method.logistics_cod_kind or "any")
            if cod
            else "",
            currency=currency.name if cod or insured else "",
            signature="" if signature == "service" else signature,
            saturday=saturday == "yes",
            hold_at=picking._hold_location(),
            return_label=is_returnable,
        )

    def _insured_value(self, currency, method):
        """As text; "" where nothing is to be insured."""
        is_wanted = method.shipping_insurance > 0
        if self.booking_insurance:
            is_wanted = self.booking_insurance == "yes"
        if not is_wanted:
            return ""
        value, known = self.booking_insured_value, self.booking_currency_id
        if not value:
            lines = self.move_line_ids.filtered(
                lambda line: line.quantity and line.product_id.type == "consu"
            )
            value, known = self._goods_value(lines)
            value *= (method.shipping_insurance or 100) / 100
        day = fields.Date.context_today(self)
        return f"{known._convert(value, currency, self.company_id, day):.2f}"

    def _cod_amount(self):
        """As text; "" where the order is not paid on delivery, "0.00" where the amount is to be
        typed."""
        if self.booking_cod == "no":
            return ""
        due = self.sale_id._due_at_the_door() if self.sale_id else None
        if self.booking_cod != "yes" and due is None:
            return ""
        return f"{self.booking_cod_amount or due or 0.0:.2f}"

    def _hold_location(self):
        place = self.booking_hold_id
        if not place:
            return None
        return Location(
            id=(place.carrier_location or "").strip(),
            name=place.name or "",
            lines=tuple(filter(None, (place.street, place.street2))),
            city=place.city or "",
            zip=place.zip or "",
            state=place.state_id.code or "",
            country=place.country_id.code or "",
            phone=place.phone or "",
        )

    # -- return labels ------------------------------------------------------------------------

    def action_ask_return(self):
        """Ask for a return label of deliveries that are on their way."""
        for picking in self:
            picking.print_return_label()
        return True

    def action_call_off_return(self):
        """Have the carrier cancel the return label; the delivery stays booked."""
        self._call_off_bookings(is_return=True)
        return True
