from odoo import models
from odoo.exceptions import UserError

from ...core import booking as core
from ...core import checks
from ..booking.logistics_booking import ALIVE


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.rate.subject"]

    def _rate_methods(self):
        return self.allowed_carrier_ids.sorted()

    def _rate_currency(self):
        picking = self.sudo()
        return picking.sale_id.currency_id or picking.company_id.currency_id

    def _rate_ends(self):
        picking = self.sudo()
        sender = picking.picking_type_id.warehouse_id.partner_id
        return sender or picking.company_id.partner_id, picking.partner_id

    def _rate_request(self, method):
        """What a carrier is asked to price: the packages as they stand now, or all the goods in
        one, where nothing is picked yet.

        :param method: the ``delivery.carrier``, as superuser
        :rtype: BookingRequest
        :raises UserError: there is no weight
        """
        self.ensure_one()
        picking = self.sudo()
        parcels = picking._booking_parcels(method)
        if not parcels:
            usual = method.logistics_package_type_id
            weight = picking.shipping_weight or picking._get_estimated_weight()
            weight = picking._kilograms(weight + usual.base_weight)
            goods = picking._booking_goods(picking.move_line_ids)
            parcels = [core.Parcel("1", weight, goods=goods, **picking._size_of(usual))]
        light = [one.key for one in parcels if one.weight < checks.LEAST_KILOGRAMS]
        if light:
            raise UserError(self.env._("The goods of this delivery have no weight."))
        sender, receiver = picking._rate_ends()
        shipper, recipient = sender._booking_party(), receiver._booking_party()
        # Where nothing is reserved, nothing is known of what would cross the border.
        is_declared = shipper.country != recipient.country and any(one.goods for one in parcels)
        return core.BookingRequest(
            reference=picking.name,
            service="",
            ship_date=picking._rate_ship_date().isoformat(),
            shipper=shipper,
            recipient=recipient,
            parcels=tuple(parcels),
            customs=(
                picking._booking_customs(shipper, recipient, parcels, False, method)
                if is_declared
                else None
            ),
            order=picking.sale_id.name or "",
            accessorials=picking._accessorials(method),
        )

    def _rate_own_price(self, method):
        picking, method = self.sudo(), method.sudo()
        if picking.sale_id:
            cost, _price = picking.sale_id._rate_own_price(method)
            return cost, None
        if method.delivery_type == "base_on_rule":
            raise UserError(self.env._("Its price follows from an order, and there is none."))
        return method.fixed_price, None

    def _rate_customer_price(self, method, cost):
        return None  # the order keeps its price until the booking's answer comes

    def _rate_promised(self):
        picking = self.sudo()
        return self._day_of(picking.sale_id.commitment_date or picking.date_deadline)

    def _rate_case(self):
        return {
            "weight": self.shipping_weight or self._get_estimated_weight(),
            "value": self._company_value(*self._goods_value(self.move_line_ids)),
            "country": self.partner_id.country_id,
            "categories": self.move_ids.product_id.categ_id,
        }

    def _rate_problem(self):
        bookings = self.sudo().booking_ids
        # After a refusal another carrier may take what is packed already.
        if self.state == "cancel" or (self.state == "done" and not bookings):
            return self.env._("%s is validated or cancelled already.", self.name)
        if self.picking_type_code == "incoming" or not self.partner_id:
            return self.env._("%s does not go to a customer.", self.name)
        if any(one.state in ALIVE for one in bookings):
            return self.env._("%s is booked with a carrier already.", self.name)
        return ""

    def _apply_offer(self, offer):
        self.carrier_id = offer.method

    # -- what was quoted, on the shipment -----------------------------------------------------

    def _ensure_shipment(self, values=None):
        shipment = super()._ensure_shipment(values)
        self.sudo()._write_quote(shipment)
        return shipment

    def _write_quote(self, shipment):
        """What the carrier asked when its offer was taken becomes estimated charges of the
        shipment, each quote once: an order's quote goes to its first shipment."""
        method = self.carrier_id
        quotes = (self.logistics_quote, self.sale_id.logistics_quote)
        quote = next((one for one in quotes if one and one["method"] == method.id), None)
        if not quote or not quote["charges"] or method.delivery_type != "logistics":
            return
        if self.env["logistics.effect"]._claim("quote", quote["key"], shipment):
            shipment._file_quote(quote)
