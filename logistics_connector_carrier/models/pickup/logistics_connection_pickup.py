from odoo import models
from odoo.exceptions import UserError

from ...engine import pickup_reader
from ...engine.errors import EngineError
from ...engine.karrio_pickup import KarrioPickups

# As FLOWS of bookings: a van is never simply ordered again.
PICKUP_FLOWS = {
    "pickup": {"repeat": "ask", "timeout": 60, "senders": 1, "is_ordered": False},
    "pickup_cancel": {"repeat": "safe", "timeout": 60, "senders": 1, "is_ordered": False},
}


class LogisticsConnection(models.Model):
    """Vans of a carrier's account."""

    _inherit = "logistics.connection"

    def _offers_pickup(self):
        """Whether the carrier's van can be ordered from here."""
        self.ensure_one()
        return bool(self.booking_carrier and pickup_reader.rules_of(self.booking_carrier))

    def _offers_pickup_cancel(self):
        reader = pickup_reader.PICKUPS.get(self.booking_carrier)
        return hasattr(reader, "is_pickup_cancelled")

    def _pickup_problem(self):
        """What keeps this account's van from being ordered, in the user's words; "" where nothing
        does."""
        self.ensure_one()
        if not self._offers_pickup():
            return self.env._(
                "A van of “%s” cannot be ordered from here: order it by telephone or on the "
                "carrier's site.",
                self.name,
            )
        return self._booking_problem()

    def _pickup_flow(self, code):
        """The flow of these messages, made where it is missing: accounts were set up before vans
        could be ordered. As superuser.

        :param str code: of PICKUP_FLOWS
        """
        return self._flow(code) or self._make_pickup_flow(code)

    def _make_pickup_flow(self, code):
        values = PICKUP_FLOWS[code]
        names = {"pickup": self.env._("Order vans"), "pickup_cancel": self.env._("Call vans off")}
        reader = pickup_reader.PICKUPS.get(self.booking_carrier)
        if values["repeat"] == "ask" and not hasattr(reader, "find"):
            values = {**values, "repeat": "never"}
        return self.env["logistics.flow"].create(
            {
                **values,
                "connection_id": self.id,
                "code": code,
                "name": names[code],
                "url": self.booking_address or self.provider_id.documentation_url,
                "id_header": False,
            }
        )

    def _make_booking_flows(self):
        result = super()._make_booking_flows()
        for code in PICKUP_FLOWS if self._offers_pickup() else ():
            self._pickup_flow(code)
        return result

    def _pickup_account(self):
        """The account for its vans. As superuser.

        :rtype: KarrioPickups
        :raises UserError: something is missing
        """
        account = self._booking_account()
        try:
            return KarrioPickups(
                account.carrier,
                self._booking_settings(),
                is_test=self.environment == "test",
                base_url=account.base_url,
            )
        except EngineError as error:
            raise UserError(str(error)) from None

    def action_order_pickup(self):
        """A pickup of what is booked with this account."""
        self.check_access("read")
        return self.env["logistics.pickup"]._propose(self.sudo())
