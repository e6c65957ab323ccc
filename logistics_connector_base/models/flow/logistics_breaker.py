from datetime import timedelta

from odoo import api, fields, models

from ...core import breaker as breakers
from ...outbox import claims

STATES = [
    ("closed", "Sending"),
    ("half_open", "Trying"),
    ("open", "Paused"),
    ("stopped", "Stopped"),
]


class LogisticsBreaker(models.Model):
    """Whether a flow is sent at present. A row of its own, which its senders write (see
    ``outbox/``): the flow itself is what people edit. "Stopped" is not of the breaker: only a
    person starts the flow again."""

    _name = "logistics.breaker"
    _description = "Logistics Circuit Breaker"
    _log_access = False
    _rec_name = "flow_id"

    flow_id = fields.Many2one(
        "logistics.flow", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True, index=True)
    state = fields.Selection(STATES, required=True, readonly=True, default=breakers.CLOSED)
    failures = fields.Integer("Failures in a row", readonly=True, default=0)
    pause = fields.Float("Pause (s)", readonly=True)
    opened_at = fields.Datetime("Paused since", readonly=True)
    probe_at = fields.Datetime("Next try", readonly=True)
    paused_until = fields.Datetime("They ask us to wait until", readonly=True)
    reason = fields.Char(readonly=True)
    last_success_at = fields.Datetime("Last success", readonly=True)
    served_at = fields.Datetime("Last turn", readonly=True, help="When messages were taken.")
    change_ids = fields.One2many("logistics.breaker.change", "breaker_id", readonly=True)

    _flow_uniq = models.UniqueIndex("(flow_id)")

    @api.model
    def _switch(self, flow, state, reason, user=None):
        """Start or stop a flow, whatever its calls say: a person does, or finds it stopped because
        nothing can be sent as it is set up.

        :param str state: "closed", "open" (for a minute) or "stopped"
        """
        cr = self.env.cr
        before, _left, now = claims.read_breaker(cr, flow.id)
        if (before.state, state) == ("stopped", "open"):
            return  # it stays stopped, whatever went wrong meanwhile
        after = breakers.Breaker(state)
        if state != "closed":
            probe_at = now + timedelta(minutes=1) if state == "open" else None
            # It is in trouble for as long as it is, whatever is found wrong with it meanwhile.
            since = (before.state != "closed" and before.opened_at) or now
            after = breakers.Breaker(state, before.failures, 60.0, since, probe_at)
        claims.save_breaker(cr, flow.id, after)
        cr.execute(
            "UPDATE logistics_breaker SET reason = %s, paused_until = NULL WHERE flow_id = %s",
            (reason, flow.id),
        )
        if state == "closed":
            claims.hurry(cr, flow.id)
        self.env.invalidate_all()
        self._note_change(flow, before.state, state, reason, user)

    @api.model
    def _note_change(self, flow, before, after, reason, user=None):
        """Append to the history; open or close the one exception of this outage."""
        breaker = self.search([("flow_id", "=", flow.id)])
        if before == after:
            return
        if (before, after) != ("half_open", "open"):  # a probe that fails is the same outage still
            self.env["logistics.breaker.change"].create(
                {
                    "breaker_id": breaker.id,
                    "state": after,
                    "before": before,
                    "reason": reason,
                    "user_id": user.id if user else False,
                }
            )
        exceptions = self.env["logistics.exception"]
        key = f"breaker:{flow.id}"
        if user and after == "stopped":
            return  # whoever stopped it knows
        if after in ("open", "stopped"):
            name = (
                self.env._("%(flow)s: nothing is sent to %(partner)s")
                if after == "stopped"
                else self.env._("%(flow)s: %(partner)s does not take messages")
            )
            exceptions._report(
                [
                    {
                        "type": "partner_down",
                        "key": key,
                        "name": name % {"flow": flow.name, "partner": flow.connection_id.name},
                        "company_id": flow.company_id.id,
                        "connection_id": flow.connection_id.id,
                        "flow_id": flow.id,
                        "provider": flow.connection_id.provider_id.code,
                        "detail": reason,
                    }
                ]
            )
        elif after == "closed":
            exceptions._resolve_keys([key], self.env._("They take messages again."))
