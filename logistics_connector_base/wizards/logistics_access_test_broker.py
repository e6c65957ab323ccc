import time

from odoo import models

from ..access import NoAccess
from ..client import CallError
from ..core import broker_address, broker_reply
from ..outbox.broker_messenger import judge
from .logistics_access_test import LIMITS


class LogisticsAccessTest(models.TransientModel):
    """To a message broker a connection is opened, and nothing else."""

    _inherit = "logistics.access.test"

    def _outcome(self):
        if not broker_address.is_broker(self.url):
            return super()._outcome()
        start, place = time.monotonic(), broker_reply.Place()
        caller = self.connection_id._make_caller()
        is_good, verdict = False, ""
        try:
            url = self.url.strip()
            address = broker_address.parse_address(url)
            place = broker_reply.Place(address.vhost)
            login, options = caller.login(url), caller.client_options()
            with self.env["logistics.http"]._broker_client(LIMITS, **options) as client:
                client.check(address, login)
            is_good = True
            verdict = self.env._(
                "It works: the broker lets us into the virtual host “%s”.", address.vhost
            )
        except CallError as error:
            verdict = judge(error, place).text
        except (NoAccess, ValueError) as error:
            verdict = str(error)
        return {
            "is_good": is_good,
            "verdict": caller.mask(verdict),
            "status": 0,
            "seconds": time.monotonic() - start,
            "excerpt": False,
        }
