from odoo import models

from ...core import checks
from ...core.accessorials import Offers
from .logistics_provider_own import OWN
from .logistics_tariff import NotPriced

# Nobody but our own label prints it: it takes what there is room for.
RULES = checks.Rules(
    line_length=0,
    lines=0,
    name_length=0,
    city_length=0,
    state_countries=frozenset(),
    needs_phone="never",
    phone_digits=(0, 99),
    # Our own label says that it is a return; nobody insures or collects because of a label.
    offers=Offers(returns=frozenset({"alone"})),
)
# What crosses a border is declared outside of Odoo.
NOT_ASKED = ("customs", "goods", "hs_code", "origin", "value", "currencies", "goods_weight")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _booking_problems(self, request):
        connection = self.carrier_id.sudo().logistics_connection_id
        if connection.booking_carrier != OWN:
            return super()._booking_problems(request)
        found = checks.problems(request, RULES)
        words = [one.in_words(self.env._) for one in found if one.kind not in NOT_ASKED]
        if not words:
            try:
                connection._own_price(request)
            except NotPriced as error:
                words.append(str(error))
        return words


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def _offers(self):
        is_own = self.sudo().logistics_connection_id.booking_carrier == OWN
        return RULES.offers if is_own else super()._offers()

    def _rate_of(self, order):
        """Of a price list, the reason why this service has no price is told."""
        method = self.with_context(logistics_service=self.sudo().logistics_service)
        return super(DeliveryCarrier, method)._rate_of(order)
