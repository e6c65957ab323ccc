from odoo import fields, models
from odoo.addons.logistics_connector_base.client import Limits
from odoo.addons.logistics_connector_base.outbox import buckets
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...engine import quiet
from ...engine.errors import EngineError
from ...engine.inquiry import Inquiry

# Somebody looks at the screen while a price is asked for.
RATE_LIMITS = Limits(connect=3.0, read=8.0, total=10.0)
TOKEN_SECONDS = 2.0  # somebody waits; who is not called by then is told so


class LogisticsConnection(models.Model):
    """Prices are asked for in people's requests, under the guards of what is sent (law 6)."""

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

    def _check_answers_rates(self):
        """
        :raises UserError: bookings with this account are paused, or its prices did not come lately
        """
        self.ensure_one()
        why = self._flow("book")._why_paused()
        until = None if why else quiet.until(self._quiet_key(), fields.Datetime.now())
        if until:
            why = self.env._(
                "%(partner)s has not given prices lately. They are asked for again at %(time)s.",
                partner=self.sudo().name,
                time=format_datetime(self.env, until, dt_format="medium"),
            )
        if why:
            raise UserError(why)

    def _quiet_key(self):
        return self.env.cr.dbname, self.id

    def _rate_inquiry(self, request):
        """What asks this account for its prices, in a thread beside others: everything that it
        needs of Odoo is fetched here.

        :param BookingRequest request: without a service, for all
        :rtype: Inquiry
        :raises UserError: the account is not ready, or is not to be asked now
        """
        self.ensure_one()
        self._check_in_use()
        self._check_answers_rates()
        return Inquiry(self.id, self._rate_call(request))

    def _rate_call(self, request):
        """A function that asks for prices within the limit of calls; it needs no transaction.

        :raises UserError: the account is not ready
        """
        account = self.sudo()._booking_account()
        client = self.env["logistics.http"]._client(RATE_LIMITS)
        key, rate = self._quiet_key(), self.sudo()._call_rate()
        used_up = self.env._(
            "“%(name)s” may be called %(count)s times a minute, and has been. Ask again in a "
            "moment.",
            name=self.sudo().name,
            count=self.sudo().send_rate,
        )

        def ask():
            with client:
                if not buckets.wait_for_call(*key, rate, TOKEN_SECONDS):
                    raise EngineError(used_up)
                said = account.rate(request, client)
            quiet.note(key, said.outcome, fields.Datetime.now())
            return said

        return ask


class LogisticsProvider(models.Model):
    _inherit = "logistics.provider"

    def _service_name(self, code):
        """What a service is called here; its code where it is not known."""
        known = [("provider_id", "=", self.id), ("code", "=", code)]
        return self.env["logistics.carrier.service"].search(known, limit=1).name or code
