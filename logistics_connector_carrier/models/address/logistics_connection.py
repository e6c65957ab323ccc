from odoo import models
from odoo.addons.logistics_connector_base.outbox import buckets
from odoo.exceptions import UserError

from ...engine.errors import EngineError
from ...engine.karrio_address import KarrioAddresses
from ..rates.logistics_connection import RATE_LIMITS, TOKEN_SECONDS


class LogisticsConnection(models.Model):
    """Addresses are checked in people's requests, under the guards of what is sent (law 6)."""

    _inherit = "logistics.connection"

    def _ask_address(self, party):
        """What the carrier says of an address, asked now.

        :param Party party: whose address it is
        :rtype: AddressAnswer
        :raises UserError: it is not to be asked now, or says nothing
        """
        self.ensure_one()
        self._check_in_use()
        connection = self.sudo()
        lack = connection._booking_lack() or connection._flow("book")._why_paused()
        if lack:
            raise UserError(lack)
        rate, key = connection._call_rate(), (self.env.cr.dbname, self.id)
        if not buckets.wait_for_call(*key, rate, TOKEN_SECONDS):
            raise UserError(
                self.env._(
                    "“%(name)s” may be called %(count)s times a minute, and has been. Ask again "
                    "in a moment.",
                    name=connection.name,
                    count=connection.send_rate,
                )
            )
        try:
            account = KarrioAddresses(
                connection.booking_carrier,
                connection._booking_settings(),
                is_test=connection.environment == "test",
                base_url=connection.booking_address or "",
            )
            with self.env["logistics.http"]._client(RATE_LIMITS) as client:
                said = account.check(party, client)
        except EngineError as error:
            raise UserError(str(error)) from None
        if said.value is None:
            text = said.words or said.outcome.text
            raise UserError(
                self.env._(
                    "%(name)s could not check the address: %(why)s", name=connection.name, why=text
                )
            )
        return said.value
