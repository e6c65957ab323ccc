from odoo import api, models

from ...client import GuardedClient, Limits
from ...client.broker import BrokerClient


class LogisticsHttp(models.AbstractModel):
    """Where Odoo's code gets the client for calls to partners. There is no other (law 6)."""

    _name = "logistics.http"
    _description = "Logistics HTTP Client"

    @api.model
    def _client(self, limits=None, **more):
        """A guarded client that knows the administrator's list of allowed systems.

        Use it as a context manager, for one call or for a drain of many: connections to a host are
        kept between calls. The rules are those of this moment; take a new client for each drain,
        so that a system that was taken off the list is not called any longer.

        It does not look at rights, breakers or rate limits, writes nothing to the database, and
        makes each call once. For what has an effect, call it from the outbox only, outside of any
        transaction that can be retried; look at ``CallError.sent`` before you send again.

        :param Limits limits: times and sizes; the default is for a partner's API in the background
        :param more: arguments of ``GuardedClient``: certificates (``ca_pem``, ``certificate_pem``,
            ``key_pem``, ``key_password``), ``user_agent``
        :return: ``GuardedClient``
        :raises ValueError: a certificate or key cannot be read
        """
        rules = self.env["logistics.allowed.host"]._rules()
        return GuardedClient(limits=limits or Limits(), rules=rules, **more)

    @api.model
    def _broker_client(self, limits=None, **more):
        """The same for message brokers.

        :return: ``BrokerClient``
        :raises ValueError: a certificate or key cannot be read, or kombu is not installed
        """
        rules = self.env["logistics.allowed.host"]._rules()
        return BrokerClient(limits=limits or Limits(), rules=rules, **more)
