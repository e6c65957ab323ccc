from odoo import models
from odoo.exceptions import UserError

from ...engine.inquiry import Inquiry
from ..booking.logistics_connection import RATE_LIMITS


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    def _check_in_use(self):
        """
        :raises UserError: nobody is to be asked over this account now
        """
        self.ensure_one()
        connection = self.sudo()
        if connection.state in ("suspended", "retired"):
            states = dict(connection._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(name)s” is not in use: %(state)s.",
                    name=connection.name,
                    state=states[connection.state],
                )
            )

    def _rate_inquiry(self, request):
        """What asks this account for its prices, in a thread beside others: everything that it
        needs of Odoo is fetched here.

        :param BookingRequest request: without a service, for all
        :rtype: Inquiry
        :raises UserError: the account is not ready
        """
        self.ensure_one()
        account = self.sudo()._booking_account()
        client = self.env["logistics.http"]._client(RATE_LIMITS)

        def ask():
            with client:
                return account.rate(request, client)

        return Inquiry(self.id, ask)


class LogisticsProvider(models.Model):
    _inherit = "logistics.provider"

    def _service_name(self, code):
        """What a service is called here; its code where it is not known."""
        known = [("provider_id", "=", self.id), ("code", "=", code)]
        return self.env["logistics.carrier.service"].search(known, limit=1).name or code
