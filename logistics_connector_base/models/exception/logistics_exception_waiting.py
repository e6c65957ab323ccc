from odoo import fields, models

from ...core.service_clock import used
from ..selections import PARTIES_WAITED_FOR
from .logistics_exception_clocks import Timekeeper

# By these a person has said that somebody is at it.
WORKED = ("in_progress", "waiting", "resolved", "dismissed", "duplicate")
WATCHED = {"state", "severity", "team_id", "user_id", "waiting_for", "first_seen_at"}
SEEN = (*WATCHED, "is_open")


class LogisticsException(models.Model):
    """What stops the clocks of a case and lets them go on: waiting for somebody, closing, opening
    again. Each pause stays as a row."""

    _inherit = "logistics.exception"

    waiting_for = fields.Selection(PARTIES_WAITED_FOR, "Waits for", readonly=True, tracking=True)
    waiting_until = fields.Datetime(
        "Waits until",
        readonly=True,
        help="Then it comes back to its owner, even if nobody has answered.",
    )
    stopped_at = fields.Datetime(
        "Clocks stopped", readonly=True, help="When the case was closed last."
    )
    pause_ids = fields.One2many("logistics.exception.pause", "exception_id", "Pauses")

    # What is woken when the time it was given is over; what a shipment's events may wake.
    _waiting_until = models.Index(
        "(waiting_until) WHERE state = 'waiting' AND waiting_until IS NOT NULL"
    )

    def write(self, vals):
        if not WATCHED & set(vals):
            return super().write(vals)
        if vals.get("state", "waiting") != "waiting":
            vals = {**vals, "waiting_for": False, "waiting_until": False}
        before = {case.id: {name: case[name] for name in SEEN} for case in self.sudo()}
        result = super().write(vals)
        self.sudo()._follow(before)
        return result

    def _follow(self, before):
        """Let the clocks follow what was just written.

        :param dict before: id → values of the fields in ``SEEN`` as they were
        """
        now = fields.Datetime.now()
        by_person = self._is_by_person()
        ended, begun, closed, opened, answered, other, older = (self.browse() for _ in range(7))
        for case in self:
            was = before[case.id]
            changed = {name for name in SEEN if case[name] != was[name]}
            if "state" in changed or "waiting_for" in changed:
                if was["state"] == "waiting":
                    ended |= case
                if case.state == "waiting":
                    begun |= case
                elif case.waiting_for:
                    case.waiting_for = False
            if "is_open" in changed:
                closed, opened = (
                    (closed, opened | case) if case.is_open else (closed | case, opened)
                )
            took = "user_id" in changed and case.user_id.id == self.env.uid
            worked = "state" in changed and case.state in WORKED
            if by_person and not case.responded_at and (took or worked):
                answered |= case
            if changed & {"severity", "team_id"}:
                other |= case
            if "first_seen_at" in changed:
                older |= case  # merged with one that began before
        ended._end_pauses(now)
        begun._begin_pauses(now)
        answered._keep({"responded_at": now})
        closed._stop_clocks(now)
        opened._start_clocks(now)
        other._refit_clocks()
        ((ended | begun | answered | older) - opened - other).filtered("is_open")._set_clocks()

    # -- pauses -------------------------------------------------------------------------------

    def _begin_pauses(self, now):
        if not self:
            return
        self.filtered(lambda case: not case.waiting_for)._keep({"waiting_for": "other"})
        user = self.env.user if self._is_by_person() else self.env["res.users"]
        self.env["logistics.exception.pause"].sudo().create(
            [
                {
                    "exception_id": case.id,
                    "kind": case.waiting_for,
                    "started_at": now,
                    "user_id": user.id,
                }
                for case in self
            ]
        )

    def _end_pauses(self, now):
        if not self:
            return
        standing = self.env["logistics.exception.pause"].sudo()
        keeper = Timekeeper(self.env)
        for pause in standing.search([("exception_id", "in", self.ids), ("ended_at", "=", False)]):
            working = keeper.working_time(
                pause.exception_id.sla_policy_id, pause.exception_id.company_id.id
            )
            hours = working.between(pause.started_at, now).total_seconds() / 3600
            pause.write({"ended_at": now, "working_hours": hours})

    def _stop_clocks(self, now):
        """Closed: what was used is kept, and whether it was in time."""
        keeper = Timekeeper(self.env)
        for case, story in self._stories().items():
            working = keeper.working_time(case.sla_policy_id, case.company_id.id)
            values = {
                "stopped_at": now,
                "next_escalation_at": False,
                "next_level_id": False,
                "hours_to_resolve": _hours(
                    used(working, story.opened, now, story.stops("resolve"))
                ),
            }
            if story.responded:
                spent = used(working, story.opened, story.responded, story.stops("respond"))
                values["hours_to_respond"] = _hours(spent)
            if case.state == "duplicate":
                case._keep(values)
                continue  # the case that goes on is judged
            responded = story.responded or now
            # What closed in time by itself needed no answer, and shows nobody's diligence.
            if case.respond_due_at and (story.responded or case.respond_due_at < now):
                values |= _verdict("respond", responded <= case.respond_due_at)
            if case.sla_policy_id.resolve_hours:
                # Without a date the clock stood, and had not run out.
                values |= _verdict("resolve", now <= (case.resolve_due_at or now))
            case._keep(values)

    def _start_clocks(self, now):
        """Open again: the time for which it was closed counts for nobody; there is no verdict."""
        if not self:
            return
        self.env["logistics.exception.pause"].sudo().create(
            [
                {
                    "exception_id": case.id,
                    "kind": "closed",
                    "started_at": case.stopped_at,
                    "ended_at": now,
                }
                for case in self
                if case.stopped_at
            ]
        )
        self._keep({"stopped_at": False, "met_respond": False, "met_resolve": False})
        self._forget_measures()
        # Rules that were made since may fit.
        self._refit_clocks()


def _hours(time):
    return time.total_seconds() / 3600


def _verdict(clock, is_met):
    return {
        f"met_{clock}": "met" if is_met else "missed",
        f"{clock}_met_rate": 100 if is_met else 0,
    }
