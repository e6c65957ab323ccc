from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...core import breaker as breakers
from ...polling import claims
from ..connection.logistics_connection import OPEN_STATES
from .logistics_poll_progress import STATES

MOST = 10_000  # counting goes no further


class LogisticsPoll(models.Model):
    """How a poll stands at present, and who may change that."""

    _inherit = "logistics.poll"

    progress_ids = fields.One2many("logistics.poll.progress", "poll_id", readonly=True)
    state = fields.Selection(STATES, compute="_compute_progress", string="At present")
    error = fields.Char("Last error", compute="_compute_progress")
    watermark = fields.Datetime("Read up to", compute="_compute_progress")
    next_at = fields.Datetime("Next", compute="_compute_progress")
    paused_until = fields.Datetime("No calls before", compute="_compute_progress")
    probe_at = fields.Datetime("Next try", compute="_compute_progress")
    last_success_at = fields.Datetime("Last answer", compute="_compute_progress")
    ask_count = fields.Integer("Calls made", compute="_compute_progress")
    held_by = fields.Char("Nothing is asked", compute="_compute_held_by")
    shipment_count = fields.Integer("Shipments asked about", compute="_compute_shipment_count")

    @api.depends(
        "progress_ids.state",
        "progress_ids.error",
        "progress_ids.watermark",
        "progress_ids.next_at",
        "progress_ids.paused_until",
    )
    @api.depends_context("uid")
    def _compute_progress(self):
        nexts = self._next_shipments()
        for poll in self:
            progress = poll.sudo().progress_ids[:1]
            poll.state = progress.state or "closed"
            poll.error = progress.error
            poll.watermark = progress.watermark
            poll.next_at = progress.next_at if poll.kind == "feed" else nexts.get(poll.id)
            poll.paused_until, poll.probe_at = progress.paused_until, progress.probe_at
            poll.last_success_at, poll.ask_count = progress.last_success_at, progress.asks

    @api.depends("active", "connection_id.state", "connection_id.active", "progress_ids.state")
    def _compute_held_by(self):
        """Why nothing is asked at present, in words; False where it is."""
        words = {
            "open": self.env._("the partner does not answer"),
            "half_open": self.env._("the partner does not answer"),
            "stopped": self.env._("the poll was stopped"),
        }
        for poll in self:
            connection = poll.connection_id.sudo()
            if not poll.active:
                poll.held_by = self.env._("the poll is archived")
            elif not connection.active or connection.state not in OPEN_STATES:
                poll.held_by = self.env._("the connection is not live")
            else:
                poll.held_by = words.get(poll.state, False)

    def _next_shipments(self):
        """The next moment of each poll by shipments; one look into the index for each. Whoever sees
        a part of the shipments is told of these."""
        if self._counts_for_narrowed():
            rows = self.env["logistics.poll.shipment"]._read_group(
                [("poll_id", "in", self.ids)], ["poll_id"], ["next_at:min"]
            )
            return {poll.id: moment for poll, moment in rows if moment}
        rows = self.env.execute_query(
            SQL(
                "SELECT p.id, (SELECT min(r.next_at) FROM logistics_poll_shipment r "
                "WHERE r.poll_id = p.id AND r.next_at IS NOT NULL) FROM logistics_poll p "
                "WHERE p.id = ANY(%s)",
                list(self.ids),
            )
        )
        return {poll_id: moment.replace(microsecond=0) for poll_id, moment in rows if moment}

    def _counts_for_narrowed(self):
        return not self.env.su and self.env.user._is_narrowed()

    @api.depends_context("uid")
    def _compute_shipment_count(self):
        if self._counts_for_narrowed():
            rows = self.env["logistics.poll.shipment"]
            for poll in self:
                waiting = [("poll_id", "=", poll.id), ("next_at", "!=", False)]
                poll.shipment_count = rows.search_count(waiting, limit=MOST)
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT p.id, (SELECT count(*) FROM (SELECT FROM logistics_poll_shipment r "
                "WHERE r.poll_id = p.id AND r.next_at IS NOT NULL LIMIT %s) counted) "
                "FROM logistics_poll p WHERE p.id = ANY(%s)",
                MOST,
                list(self.ids),
            )
        )
        counts = dict(rows)
        for poll in self:
            poll.shipment_count = counts.get(poll.id, 0)

    # -- what people do -----------------------------------------------------------------------

    def action_start_again(self):
        """Ask again at once what was paused or stopped."""
        self._switch("closed", self.env._("Started again by %s", self.env.user.name))
        self.env["logistics.outbox"]._wake_after_commit()
        return True

    def action_stop(self):
        """Ask nothing until somebody starts it again."""
        self._switch("stopped", self.env._("Stopped by %s", self.env.user.name))
        return True

    def action_read_now(self):
        """Read a feed at once."""
        self._refuse_others()
        for poll in self.sudo():
            claims.read_progress(self.env.cr, poll.id)
            self.env.cr.execute(
                "UPDATE logistics_poll_progress SET next_at = now() AT TIME ZONE 'UTC' "
                "WHERE poll_id = %s",
                (poll.id,),
            )
        self.env.invalidate_all()
        self.env["logistics.outbox"]._wake_after_commit()
        return True

    def action_view_shipments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_poll_shipment"
        )
        return dict(action, domain=[("poll_id", "=", self.id)])

    def _refuse_others(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise UserError(self.env._("Only managers of Logistics can ask partners by hand."))

    def _switch(self, state, reason):
        """Start or stop a poll, whatever its calls say.

        :param str state: "closed" or "stopped"
        """
        self._refuse_others()
        for poll in self.sudo():
            poll._set_breaker(state, reason, self.env.user)

    def _set_breaker(self, state, reason, user=None):
        """As a person wishes, or because it cannot be asked as it is set up.

        :param str state: "closed", "open" (for a minute) or "stopped"
        """
        self.ensure_one()
        cr = self.env.cr
        stand = claims.read_progress(cr, self.id)
        before = stand.breaker
        if (before.state, state) == ("stopped", "open"):
            return  # it stays stopped, whatever went wrong meanwhile
        after = breakers.Breaker(state)
        if state != "closed":
            after = breakers.Breaker(state, before.failures, 60.0, stand.now)
        if state == "open":
            after = breakers.failed(before, breakers.Rules(1, 60.0, 60.0), stand.now)
        claims.save_breaker(cr, self.id, after)
        cr.execute(
            "UPDATE logistics_poll_progress SET error = %s, paused_until = NULL WHERE poll_id = %s",
            (None if state == "closed" else reason, self.id),
        )
        self.env.invalidate_all()
        self._note_change(before.state, after.state, reason, user)

    def _note_change(self, before, after, reason, user=None):
        """Append to the history; open or close the one exception of this outage."""
        self.ensure_one()
        if before == after or (before, after) in (("half_open", "open"), ("open", "half_open")):
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        self._message_log(body=f"{labels[after]}: {reason}" if reason else labels[after])
        exceptions = self.env["logistics.exception"]
        key = f"poll:{self.id}"
        if after == "closed":
            exceptions._resolve_keys([key], self.env._("They answer again."))
        elif not (user and after == "stopped"):  # whoever stopped it knows
            exceptions._report(
                [
                    {
                        "type": "partner_down",
                        "key": key,
                        "name": self.env._(
                            "%(poll)s: %(partner)s cannot be asked",
                            poll=self.name,
                            partner=self.connection_id.name,
                        ),
                        "company_id": self.company_id.id,
                        "connection_id": self.connection_id.id,
                        "provider": self.connection_id.provider_id.code,
                        "detail": reason,
                    }
                ]
            )
