from collections import defaultdict

from markupsafe import Markup, escape
from odoo import api, fields, models

from ..selections import SEVERITIES

BATCH = 100


class LogisticsExceptionEscalation(models.Model):
    """That a case was escalated to a level: once, and never again to that one."""

    _name = "logistics.exception.escalation"
    _description = "Escalation of an Exception"
    _order = "done_at desc, id desc"

    exception_id = fields.Many2one(
        "logistics.exception", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="exception_id.company_id", store=True, index=True, precompute=True
    )
    level_id = fields.Many2one(
        "logistics.sla.level", readonly=True, ondelete="set null", index="btree_not_null"
    )
    level_name = fields.Char("Why", readonly=True, help="The level as it was called then.")
    done_at = fields.Datetime("When", required=True, readonly=True)
    told_user_id = fields.Many2one(
        "res.users", "Told", readonly=True, ondelete="set null", index="btree_not_null"
    )
    digest_id = fields.Many2one(
        "logistics.escalation.digest", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _once = models.UniqueIndex("(exception_id, level_id) WHERE level_id IS NOT NULL")
    # Of what the leaders have not heard yet.
    _untold = models.Index("(told_user_id) WHERE digest_id IS NULL AND told_user_id IS NOT NULL")


class LogisticsException(models.Model):
    """Who hears of it when a case is late. Each level once, never more levels than the policy
    allows, and never a new exception: what is late is worked, not multiplied."""

    _inherit = "logistics.exception"

    escalation_ids = fields.One2many("logistics.exception.escalation", "exception_id")
    escalation_count = fields.Integer("Escalated", readonly=True, aggregator="sum")

    _escalates = models.Index(
        "(next_escalation_at) WHERE is_open IS TRUE AND next_escalation_at IS NOT NULL"
    )

    def _levels_taken(self):
        taken = defaultdict(set)
        for row in (
            self.env["logistics.exception.escalation"]
            .sudo()
            .search([("exception_id", "in", self.ids)])
        ):
            # A level that was deleted meanwhile was taken all the same.
            taken[row.exception_id.id].add(row.level_id.id or -row.id)
        return {case_id: frozenset(levels) for case_id, levels in taken.items()}

    @api.model
    def _review_clocks(self):
        """Cron: wake what waited long enough, escalate what is due, tell the leaders. Only cases
        whose time has come are read, each batch is committed."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=1)
        while count := self._wake_waited():
            if not progress(count, remaining=1):
                return
        while count := self._escalate_due():
            if not progress(count, remaining=1):
                return
        self.env["logistics.escalation.digest"]._tell()
        progress(1, remaining=0)

    @api.model
    def _escalate_due(self):
        """Take the next level of cases for which it is time.

        :return: how many
        """
        now = fields.Datetime.now()
        cases = self.search(
            [("is_open", "=", True), ("next_escalation_at", "<=", now)],
            order="next_escalation_at, id",
            limit=BATCH,
        )
        for level, due in cases.grouped("next_level_id").items():
            due._escalate(level, now)
        return len(cases)

    def _escalate(self, level, now):
        """Take one level.

        :param level: ``logistics.sla.level``; empty where it was deleted meanwhile
        """
        if not level:
            self._set_clocks()
            self.filtered(lambda case: not case.next_level_id)._keep({"next_escalation_at": False})
            return
        rows = self.env["logistics.exception.escalation"].sudo()
        rows.create(
            [
                {
                    "exception_id": case.id,
                    "level_id": level.id,
                    "level_name": level.display_name,
                    "done_at": now,
                    "told_user_id": case._leader().id if level.notify_leader else False,
                }
                for case in self
            ]
        )
        for count, cases in self.grouped("escalation_count").items():
            cases._keep({"escalation_count": count + 1})
        quiet = self.with_context(tracking_disable=True)
        said = {case.id: case._escalation_words(level) for case in self}
        if level.team_id.active:
            moved = quiet.filtered(
                lambda case: level.team_id.company_id.id in (False, case.company_id.id)
            )
            moved.write({"team_id": level.team_id.id, "user_id": False})
        if level.raise_severity:
            for case in quiet:
                case._step_up()
        self._set_clocks()
        self._message_log_batch(bodies=said)

    def _leader(self):
        """Who is told: the leader of the team, if this case is for that one's eyes."""
        self.ensure_one()
        leader = self.team_id.sudo().user_id
        group = self.env.ref("logistics_connector_base.group_logistics_user")
        may = leader.active and group in leader.all_group_ids
        may = may and self.company_id in leader.company_ids
        return self._may_be_told(leader) if may else leader.browse()

    def _step_up(self):
        """One step graver, up to critical."""
        self.ensure_one()
        names = [name for name, _label in SEVERITIES]
        step = names[min(names.index(self.severity) + 1, len(names) - 1)]
        if step != self.severity:
            # It does not fall again by itself; "Why so grave" says why.
            self.write({"severity": step, "severity_by_hand": True})

    @api.depends("escalation_ids.level_id.raise_severity")
    def _compute_severity_why(self):
        result = super()._compute_severity_why()
        for case in self.filtered("severity_by_hand"):
            if case.escalation_ids.level_id.filtered("raise_severity"):
                case.severity_why = self.env._("Raised by an escalation")
        return result

    def _escalation_words(self, level):
        self.ensure_one()
        words = [self.env._("Escalated: %s.", level.display_name)]
        leader = self._leader()
        if level.notify_leader and leader:
            words.append(self.env._("%s is told.", leader.name))
        if level.raise_severity:
            words.append(self.env._("The severity is raised by one step."))
        if level.team_id.active:
            words.append(self.env._("Handed to %s.", level.team_id.name))
        return Markup(" ").join(map(escape, words))
