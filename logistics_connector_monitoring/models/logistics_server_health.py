from odoo import api, models
from odoo.addons.logistics_connector_base.core.secretbox import SecretBoxError
from odoo.addons.logistics_connector_base.tools.master_key import secret_box

from ..core.health import FAIL, PASS, WARN, Check

WAITING_PARAMETER = "logistics_connector_monitoring.waiting_seconds"
WAITING_SECONDS = 300
OLDEST = """
SELECT COALESCE(EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - min(received_at)), 0)
FROM logistics_message WHERE state IN ('received', 'processing')
"""
PAUSED = """
SELECT count(*) FROM logistics_breaker b JOIN logistics_flow f ON f.id = b.flow_id
WHERE f.active AND b.state <> 'closed'
"""
CRITICAL = """
SELECT count(*) FROM logistics_alert a JOIN logistics_alert_rule r ON r.id = a.rule_id
WHERE a.is_on AND r.active AND r.severity = 'critical'
"""


class LogisticsServerHealth(models.AbstractModel):
    """Whether the server that answers can take messages, and whether they are worked."""

    _name = "logistics.server.health"
    _description = "Health of the Server"

    @api.model
    def _checks(self):
        """What is looked at: each by an index, or in memory.

        :return: list of core.health.Check
        """
        self.env.flush_all()
        return [
            self._check_database(),
            self._check_master_key(),
            self._check_setup(),
            self._check_waiting(),
            self._check_paused(),
            self._check_alerts(),
        ]

    def _check_database(self):
        name = "database:writable"
        if self._number("SELECT pg_is_in_recovery()::int"):
            return Check(name, FAIL, self.env._("PostgreSQL takes no writes: it is a standby."))
        if self._number("SELECT (current_setting('default_transaction_read_only') = 'on')::int"):
            return Check(name, FAIL, self.env._("PostgreSQL is set to read only."))
        return Check(name)

    def _check_master_key(self):
        name = "intake:master_key"
        try:
            secret_box()
        except SecretBoxError as error:
            return Check(name, FAIL, str(error))
        return Check(name)

    def _check_setup(self):
        problems = self.env["logistics.connection.health"].server_problems()
        return Check("server:setup", WARN if problems else PASS, " ".join(problems))

    def _check_waiting(self):
        limit = float(
            self.env["ir.config_parameter"].sudo().get_param(WAITING_PARAMETER) or WAITING_SECONDS
        )
        seconds = round(self._number(OLDEST))
        text = ""
        if seconds > limit:
            text = self.env._("The oldest message has waited for %s s to be worked.", seconds)
        return Check("inbox:oldest_waiting", WARN if text else PASS, text, seconds, "s")

    def _check_paused(self):
        count = self._number(PAUSED)
        text = self.env._("Flows that rest after failures: %s.", count) if count else ""
        return Check("outbox:paused_flows", WARN if count else PASS, text, count)

    def _check_alerts(self):
        count = self._number(CRITICAL)
        text = self.env._("Critical alerts: %s.", count) if count else ""
        return Check("alerts:critical", WARN if count else PASS, text, count)

    def _number(self, query):
        self.env.cr.execute(query)
        [number] = self.env.cr.fetchone()
        return number
