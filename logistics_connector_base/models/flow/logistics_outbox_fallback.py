import logging

import psycopg2
from odoo import api, models

from ...core.setbacks import MESSAGE, setback
from ...tools.planning import own_error

_logger = logging.getLogger(__name__)


class LogisticsOutbox(models.AbstractModel):
    """Beside its senders, the job looks after the flows whose partner is down."""

    _inherit = "logistics.outbox"

    def _step_fallbacks(self, session):
        """Decide which way their messages go, and move them; each flow in a transaction of its own,
        so that the trouble of one is not that of the others (law 10)."""
        for flow_id in session.fallbacks_due():
            try:
                self._step_fallback(flow_id, lambda breakers, number: breakers._step(number))
            except Exception as error:
                if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                    _logger.info("flow %s is moved once more after %r", flow_id, error)
                    continue
                # Not to be met again at once and for ever: from here on it is a person's.
                _logger.exception("the messages of flow %s could not be moved", flow_id)
                reason = own_error(error)
                self._step_fallback(
                    flow_id, lambda breakers, number, why=reason: breakers._give_up(number, why)
                )

    def _step_fallback(self, flow_id, work):
        with self.env.registry.cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute("SET LOCAL lock_timeout = '3s'")
            env = api.Environment(cr, self.env.uid, {"tracking_disable": True})
            work(env["logistics.breaker"].sudo(), flow_id)
            env.flush_all()
