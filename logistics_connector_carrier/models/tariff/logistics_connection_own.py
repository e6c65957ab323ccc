from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_provider_own import OWN
from .logistics_tariff import NotPriced

# Whoever packs cannot mend these, and the parcel leaves all the same.
PRICE_LATER = ("no_fuel", "two_fuels")


class LogisticsConnection(models.Model):
    """An account of a carrier without an interface."""

    _inherit = "logistics.connection"

    tariff_ids = fields.One2many("logistics.tariff", "connection_id", "Price lists")
    number_range_ids = fields.One2many("logistics.number.range", "connection_id", "Parcel numbers")

    def _is_own(self):
        return self.booking_carrier == OWN

    def action_set_up_booking(self):
        """Without an interface there is nothing to fill."""
        super(
            LogisticsConnection, self.filtered(lambda one: not one._is_own())
        ).action_set_up_booking()
        return True

    @api.depends("number_range_ids.given", "number_range_ids.capacity", "number_range_ids.active")
    def _compute_booking_problem(self):
        return super()._compute_booking_problem()

    def _booking_lack(self):
        if not self._is_own():
            return super()._booking_lack()
        ranges = self.sudo().number_range_ids
        if not any(one.left > 0 for one in ranges):
            return self.env["logistics.number.range"]._none_left(self)
        return ""

    def _missing_for_live(self):
        if not self._is_own():
            return super()._missing_for_live()
        lack = self._booking_lack()
        return [lack] if lack else []

    @api.depends("number_range_ids.given", "number_range_ids.capacity", "number_range_ids.active")
    def _compute_missing_for_live(self):
        return super()._compute_missing_for_live()

    def _ask_rates(self, request):
        if not self._is_own():
            return super()._ask_rates(request)
        service = self.env.context.get("logistics_service")
        day = fields.Date.to_date(request.ship_date) or fields.Date.context_today(self)
        found, problems = [], []
        for tariff in self.env["logistics.tariff"].sudo()._valid_on(self, day, service):
            try:
                found.append(tariff._price(request, day))
            except UserError as error:
                problems.append(str(error))
        if not found:
            raise UserError("\n".join(problems) or self._no_tariff(day))
        return tuple(found)

    def _no_tariff(self, day):
        return self.env._(
            "“%(name)s” has no price list for this service on %(day)s.",
            name=self.name,
            day=day.isoformat(),
        )

    def _own_price(self, request):
        """What a shipment costs that is about to leave.

        :param BookingRequest request:
        :return: (Rate or None, why there is none)
        :raises NotPriced: the carrier does not take it: no zone, too heavy
        """
        day = fields.Date.to_date(request.ship_date) or fields.Date.context_today(self)
        tariff = self.env["logistics.tariff"].sudo()._valid_on(self, day, request.service)
        if not tariff:
            return None, self._no_tariff(day)
        if request.is_return:
            # It comes from there; its zone is the same.
            request = replace(request, recipient=request.shipper)
        try:
            return tariff._price(request, day), ""
        except NotPriced as error:
            if error.kind in PRICE_LATER:
                return None, str(error)
            raise
