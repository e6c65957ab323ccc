from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .logistics_breaker import STATES


class LogisticsFlow(models.Model):
    """How a flow stands at present: what waits, whether it is sent, and who may change that."""

    _inherit = "logistics.flow"

    waiting_count = fields.Integer("To send", compute="_compute_waiting")
    breaker_ids = fields.One2many("logistics.breaker", "flow_id", readonly=True)
    breaker_state = fields.Selection(STATES, compute="_compute_breaker", string="At present")
    breaker_text = fields.Char(compute="_compute_breaker")
    paused_until = fields.Datetime(compute="_compute_breaker", string="No calls before")
    probe_at = fields.Datetime(compute="_compute_breaker", string="Next try")
    last_success_at = fields.Datetime(compute="_compute_breaker", string="Last success")
    change_ids = fields.Many2many(
        "logistics.breaker.change", compute="_compute_breaker", string="Pauses and stops"
    )

    # -- what people see ----------------------------------------------------------------------

    def _compute_waiting(self):
        counts = dict(
            self.env["logistics.message"]._read_group(
                [("flow_id", "in", self.ids), ("state", "in", ("pending", "scheduled", "sending"))],
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in self:
            flow.waiting_count = counts.get(flow, 0)

    @api.depends("breaker_ids.state", "breaker_ids.reason", "breaker_ids.paused_until")
    def _compute_breaker(self):
        for flow in self:
            breaker = flow.sudo().breaker_ids[:1]
            flow.breaker_state = breaker.state or "closed"
            flow.breaker_text = breaker.reason if breaker.state not in (False, "closed") else False
            flow.paused_until = breaker.paused_until
            flow.probe_at, flow.last_success_at = breaker.probe_at, breaker.last_success_at
            flow.change_ids = breaker.change_ids[:50]

    def _why_paused(self):
        """Why this partner is not to be asked for anything now, as nothing is sent, in words; ""
        where it may be asked. When the next message is due to be tried, others may try as well: it
        may be that none waits. Of no flow: "".
        """
        flow, now = self.sudo(), fields.Datetime.now()
        breaker, partner = flow.breaker_ids[:1], flow.connection_id.name

        def told(moment):
            return format_datetime(self.env, moment, dt_format="medium") if moment else "-"

        if breaker.state == "stopped":
            return self.env._(
                "“%(flow)s” with %(partner)s is stopped since %(time)s: %(reason)s",
                flow=flow.name,
                partner=partner,
                time=told(breaker.opened_at),
                reason=breaker.reason or "-",
            )
        if breaker.state in ("open", "half_open") and not (
            breaker.probe_at and breaker.probe_at <= now
        ):
            return self.env._(
                "%(partner)s is down since %(time)s (%(reason)s). Next try: %(next)s.",
                partner=partner,
                time=told(breaker.opened_at),
                reason=breaker.reason or "-",
                next=told(breaker.probe_at),
            )
        if breaker.paused_until and breaker.paused_until > now:
            return self.env._(
                "%(partner)s is not called before %(time)s, as it asked for or as agreed.",
                partner=partner,
                time=told(breaker.paused_until),
            )
        return ""

    # -- what people do -----------------------------------------------------------------------

    def action_start_again(self):
        """Send again at once what was paused or stopped."""
        self._switch("closed", self.env._("Started again by %s", self.env.user.name))
        self.env["logistics.outbox"]._wake_after_commit()
        return True

    def action_stop(self):
        """Send nothing until somebody starts it again; what is written waits."""
        self._switch("stopped", self.env._("Stopped by %s", self.env.user.name))
        return True

    def _switch(self, state, reason):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise UserError(self.env._("Only managers of Logistics can stop and start flows."))
        for flow in self.sudo():
            self.env["logistics.breaker"].sudo()._switch(flow, state, reason, self.env.user)

    def action_view_messages(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_message_outgoing"
        )
        context = {"search_default_to_send": 1} if self.waiting_count else {}
        return dict(action, domain=[("flow_id", "=", self.id)], context=context, path=False)
