from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models

from ...core.desk import first_fitting
from ...core.service_clock import Clocks, Story, clocks

NO_CLOCKS = {
    "sla_policy_id": False,
    "respond_due_at": False,
    "resolve_due_at": False,
    "next_escalation_at": False,
    "next_level_id": False,
}


class LogisticsException(models.Model):
    """When a case has to be answered and resolved.

    Both clocks start when the case is first opened and run in the working hours of its policy. The
    clock of the resolution stands while the case waits for somebody else; both stand while it is
    closed, so that opening it again goes on with the time that was left. The policy is the one that
    fits now: another severity or team may bring another, from the first opening on.
    """

    _inherit = "logistics.exception"

    sla_policy_id = fields.Many2one(
        "logistics.sla.policy",
        "Policy",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="By which the time to respond and resolve is counted.",
    )
    respond_due_at = fields.Datetime("Respond by", readonly=True)
    resolve_due_at = fields.Datetime(
        "Resolve by", readonly=True, help="Empty while the case waits for somebody else."
    )
    responded_at = fields.Datetime(
        "Responded", readonly=True, help="When a person first took it, started it or wrote a note."
    )
    next_escalation_at = fields.Datetime("Escalates", readonly=True)
    next_level_id = fields.Many2one("logistics.sla.level", readonly=True, ondelete="set null")
    is_respond_late = fields.Boolean(
        "Response late", compute="_compute_late", search="_search_is_respond_late"
    )
    is_resolve_late = fields.Boolean(
        "Resolution late", compute="_compute_late", search="_search_is_resolve_late"
    )

    _respond_due = models.Index("(respond_due_at) WHERE is_open IS TRUE AND responded_at IS NULL")
    _resolve_due = models.Index("(resolve_due_at) WHERE is_open IS TRUE")

    @api.depends("is_open", "respond_due_at", "resolve_due_at", "responded_at")
    def _compute_late(self):
        now = fields.Datetime.now()
        for case in self:
            unanswered = case.is_open and not case.responded_at and case.respond_due_at
            case.is_respond_late = bool(unanswered) and case.respond_due_at < now
            unresolved = case.is_open and case.resolve_due_at
            case.is_resolve_late = bool(unresolved) and case.resolve_due_at < now

    def _search_is_respond_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("respond_due_at", "<", fields.Datetime.now())]
        return [("is_open", "=", True), ("responded_at", "=", False), *late]

    def _search_is_resolve_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("is_open", "=", True), ("resolve_due_at", "<", fields.Datetime.now())]

    # -- whoever opens and changes cases ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._with_clocks(vals_list))

    @api.model
    def _with_clocks(self, vals_list):
        """The values of new cases with the policy that fits and its dates."""
        policies = self.env["logistics.sla.policy"]
        ordered = policies._all_in_order()
        if not ordered:
            return vals_list
        now = fields.Datetime.now()
        keeper = Timekeeper(self.env)
        filled = []
        for vals in vals_list:
            found = first_fitting(ordered, self._case_of(vals))
            if found:
                policy = policies.sudo().browse(found.id)
                opened = fields.Datetime.to_datetime(vals.get("first_seen_at")) or now
                times = keeper.clocks(policy, vals["company_id"], Story(opened))
                vals = {**vals, "sla_policy_id": policy.id, **_columns(times)}
            filled.append(vals)
        return filled

    # -- reckoning ----------------------------------------------------------------------------

    def _refit_clocks(self):
        """Take the policies that fit now, and reckon their clocks from the first opening."""
        policies = self.env["logistics.sla.policy"]
        ordered = policies._all_in_order()
        by_policy = defaultdict(self.browse)
        found = {}
        for case in self.filtered("is_open"):
            facts = case._case()
            if facts not in found:
                condition = first_fitting(ordered, facts)
                found[facts] = condition.id if condition else False
            by_policy[found[facts]] |= case
        for policy_id, cases in by_policy.items():
            changed = cases.filtered(lambda case, new=policy_id: case.sla_policy_id.id != new)
            changed._keep({"sla_policy_id": policy_id})
            cases._set_clocks()

    def _set_clocks(self):
        """Reckon when these cases are due, from what happened to them."""
        without = self.filtered(lambda case: not case.sla_policy_id)
        (without.filtered("respond_due_at") | without.filtered("resolve_due_at"))._keep(NO_CLOCKS)
        cases = self - without
        keeper = Timekeeper(self.env)
        for case, story in cases._stories().items():
            times = keeper.clocks(case.sudo().sla_policy_id, case.company_id.id, story)
            values = _columns(times)
            changed = {
                name: value
                for name, value in values.items()
                if (case[name].id if name == "next_level_id" else case[name]) != (value or False)
            }
            if changed:
                case._keep(changed)

    def _keep(self, values):
        """Write what only clocks write."""
        if self:
            self.sudo().with_context(tracking_disable=True).write(values)

    def _stories(self):
        """What happened to each case, as far as its clocks go: case → ``Story``."""
        waits, closed = defaultdict(list), defaultdict(list)
        for pause in (
            self.env["logistics.exception.pause"].sudo().search([("exception_id", "in", self.ids)])
        ):
            stop = (pause.started_at, pause.ended_at or None)
            kept = closed if pause.kind == "closed" else waits
            kept[pause.exception_id.id].append(stop)
        taken = self._levels_taken()
        return {
            case: Story(
                opened=case.first_seen_at,
                responded=case.responded_at or None,
                waits=tuple(waits[case.id]),
                closed=tuple(closed[case.id]),
                taken=taken.get(case.id, frozenset()),
            )
            for case in self
        }

    def _levels_taken(self):
        """The levels to which cases were escalated: id of the case → frozenset of levels."""
        return {}

    def _is_by_person(self):
        """Whether a person does this, and not a detector, a fold or a cron."""
        return self.env.uid != SUPERUSER_ID and not self.env.user.share


class Timekeeper:
    """Reckons clocks; equal cases once, and each calendar read once."""

    def __init__(self, env):
        self.env = env
        self.working = {}
        self.known = {}
        self.terms = {}

    def working_time(self, policy, company_id):
        """The working time of a policy in a company; ``policy`` may be empty."""
        if (policy, company_id) not in self.working:
            company = self.env["res.company"].sudo().browse(company_id)
            self.working[policy, company_id] = policy._working_time(company)
        return self.working[policy, company_id]

    def clocks(self, policy, company_id, story):
        """:rtype: ``core.service_clock.Clocks``"""
        key = (policy, company_id, story)
        if key not in self.known:
            if policy not in self.terms:
                self.terms[policy] = policy._terms()
            working = self.working_time(policy, company_id)
            self.known[key] = clocks(working, story, self.terms[policy])
        return self.known[key]


def _columns(times: Clocks):
    """Whole seconds, as columns have them."""

    def moment(value):
        return value.replace(microsecond=0) if value else False

    return {
        "respond_due_at": moment(times.respond_due),
        "resolve_due_at": moment(times.resolve_due),
        "next_escalation_at": moment(times.escalates),
        "next_level_id": times.level_id or False,
    }
