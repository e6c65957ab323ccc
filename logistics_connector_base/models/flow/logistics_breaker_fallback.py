from odoo import api, fields, models
from odoo.exceptions import UserError

from ...outbox import claims, fallback

FALLBACK_STATES = [
    ("asked", "A person is asked"),
    ("used", "Over another connection"),
    ("kept", "Kept in line by a person"),
]


class LogisticsBreaker(models.Model):
    """Which way messages go while a partner is down, for this outage; it ends with it. Written
    under the lock of the row, as the breaker is."""

    _inherit = "logistics.breaker"

    fallback_state = fields.Selection(FALLBACK_STATES, "Meanwhile", readonly=True)
    fallback_flow_id = fields.Many2one(
        "logistics.flow", "Sent over", readonly=True, index="btree_not_null", ondelete="set null"
    )
    fallback_since = fields.Datetime("Sent over it since", readonly=True)
    fallback_count = fields.Integer("Messages sent over it", readonly=True, default=0)
    is_by_hand = fields.Boolean("Stopped by a person", readonly=True)

    # -- what the outbox does -----------------------------------------------------------------

    @api.model
    def _step(self, flow_id):
        """Do what is due for a flow in trouble: decide, ask a person, or move messages. In a
        transaction of its own, in READ COMMITTED.

        :return: how many messages were moved
        """
        found = fallback.lock(self.env.cr, flow_id)
        if not found or found[0] == "closed":
            return 0
        flow = self.env["logistics.flow"].sudo().browse(flow_id)
        wanted = fallback.starts(self.env.cr, flow_id)
        if wanted == "other":
            self._use(flow, flow.fallback_flow_id, self.env._("The partner is down"))
        elif wanted == "person":
            self._ask_person(flow, flow.breaker_text)
        elif found[1] == "used":
            return self._move(flow)
        return 0

    def _move(self, flow):
        ids = fallback.choose(self.env.cr, flow.id)
        if not ids:
            return 0
        breaker = self.search([("flow_id", "=", flow.id)])
        other = breaker.fallback_flow_id
        now = fields.Datetime.now()
        leaves = other._departure(now)
        there = self.env._(
            "Sent over “%(other)s” (%(partner)s) instead.",
            other=other.name,
            partner=other.connection_id.name,
        )
        count = fallback.move(self.env.cr, ids, other, leaves if leaves > now else None, there)
        self._set(flow, fallback_count=breaker.fallback_count + count)
        self.env["logistics.message"].sudo().browse(ids)._resolve_outgoing()
        return count

    @api.model
    def _give_up(self, flow_id, reason):
        """Moving went wrong by a fault of our own: nothing more goes by itself."""
        if fallback.lock(self.env.cr, flow_id):
            self._ask_person(self.env["logistics.flow"].sudo().browse(flow_id), reason)

    def _ask_person(self, flow, reason):
        self._set(flow, fallback_state="asked")
        name = self.env._(
            "%(flow)s: %(partner)s is down, which way shall messages go?",
            flow=flow.name,
            partner=flow.connection_id.name,
        )
        self._report(flow, name, reason)._call_administrators()

    def _use(self, flow, other, reason, user=None):
        """From now on messages go over ``other``."""
        now = fields.Datetime.now()
        self._set(
            flow,
            fallback_state="used",
            fallback_flow_id=other.id,
            fallback_since=now,
            fallback_count=0,
        )
        text = self.env._(
            "%(reason)s: sent over “%(other)s” (%(partner)s) from now on",
            reason=reason,
            other=other.name,
            partner=other.connection_id.name,
        )
        self._note(flow, text, user)
        name = self.env._(
            "%(flow)s goes over %(partner)s", flow=flow.name, partner=other.connection_id.name
        )
        self._report(flow, name, text).activity_unlink(["mail.mail_activity_data_todo"])

    def _report(self, flow, name, detail):
        """The one exception of this outage that tells people which way messages go."""
        case = self.env["logistics.exception"]._report(
            [
                {
                    "type": "partner_fallback",
                    "key": f"fallback:{flow.id}",
                    "name": name,
                    "company_id": flow.company_id.id,
                    "connection_id": flow.connection_id.id,
                    "flow_id": flow.id,
                    "provider": flow.connection_id.provider_id.code,
                    "detail": detail,
                }
            ]
        )
        case.write({"name": name, "detail": detail})
        return case

    # -- what people do -----------------------------------------------------------------------

    @api.model
    def _send_over(self, flow, other, user):
        """A person sends the messages over another flow. As superuser."""
        before, _left, _now = claims.read_breaker(self.env.cr, flow.id)
        self.env.invalidate_all()
        if before.state == "closed":
            raise UserError(self.env._("“%s” takes messages: nothing is to be done.", flow.name))
        self._use(flow, other, self.env._("Decided by %s", user.name), user)
        self.env["logistics.outbox"]._wake_after_commit()

    @api.model
    def _keep_in_line(self, flow, user):
        """A person keeps them in line until the partner is back. As superuser."""
        before, _left, _now = claims.read_breaker(self.env.cr, flow.id)
        self.env.invalidate_all()
        if before.state != "closed":
            self._end(flow, self.env._("Kept in line by %s", user.name), user, "kept")

    # -- how it ends --------------------------------------------------------------------------

    @api.model
    def _note_change(self, flow, before, after, reason, user=None):
        """With the outage ends what was done meanwhile. Who stops a flow stops this, too."""
        result = super()._note_change(flow, before, after, reason, user)
        if after == "closed" or (user and after == "stopped"):
            text = self.env._("The partner takes messages again")
            if after == "stopped":
                text = self.env._("Stopped by %s", user.name)
            self._end(flow, text, user)
        by_hand = bool(user and after == "stopped")
        breaker = self.search([("flow_id", "=", flow.id)])
        if before != after and breaker.is_by_hand != by_hand:
            self._set(flow, is_by_hand=by_hand)
        return result

    def _end(self, flow, reason, user=None, state=None):
        """Nothing (more) goes another way. What went stays there."""
        breaker = self.search([("flow_id", "=", flow.id)])
        was, count = breaker.fallback_state, breaker.fallback_count
        if not was and not state:
            return
        other = breaker.fallback_flow_id
        self._set(
            flow,
            fallback_state=state,
            fallback_flow_id=None,
            fallback_since=None,
            fallback_count=0,
        )
        outcome = reason
        if was == "used":
            outcome = self.env._(
                "%(reason)s. %(count)s messages went over “%(other)s”; no more do.",
                reason=reason,
                count=count,
                other=other.name,
            )
        if was == "used" or state:
            self._note(flow, outcome, user)
        self.env["logistics.exception"]._resolve_keys([f"fallback:{flow.id}"], outcome)

    def _set(self, flow, **values):
        """Write columns of the breaker, whose row is locked; senders write it by SQL as well."""
        breaker = self.search([("flow_id", "=", flow.id)])
        breaker.write(values)
        breaker.flush_recordset()

    def _note(self, flow, text, user=None):
        """A line in the history of the breaker, which stays as it is."""
        breaker = self.search([("flow_id", "=", flow.id)])
        self.env["logistics.breaker.change"].create(
            {
                "breaker_id": breaker.id,
                "state": breaker.state,
                "before": breaker.state,
                "reason": text,
                "user_id": user.id if user else False,
            }
        )
