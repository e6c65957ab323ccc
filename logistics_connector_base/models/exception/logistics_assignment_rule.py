from collections import Counter, defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from psycopg2.errors import LockNotAvailable, SerializationFailure

from ...core.desk import first_fitting, weight
from .assignment_dealing import Dealing, beside

NOBODY = (False, False)
TAKE = """
UPDATE logistics_assignment_rule SET turn = COALESCE(turn, 0) + %s WHERE id = %s RETURNING turn
"""


class LogisticsAssignmentRule(models.Model):
    """Who gets which case when it opens: a team, and one of its members or nobody in particular."""

    _name = "logistics.assignment.rule"
    _description = "Assignment Rule"
    _inherit = ["logistics.case.condition", "mail.thread"]
    _check_company_auto = True

    warehouse_id = fields.Many2one(
        "stock.warehouse", tracking=True, check_company=True, help="Empty: any, or none."
    )
    team_id = fields.Many2one(
        "logistics.team", tracking=True, check_company=True, required=True, ondelete="restrict"
    )
    method = fields.Selection(
        [
            ("team", "Nobody in particular"),
            ("user", "This person"),
            ("round_robin", "Members in turn"),
            ("least_loaded", "Who has least"),
        ],
        "Given to",
        required=True,
        default="least_loaded",
        tracking=True,
        help="Who has least: the open cases count by severity, each step twice as much. Whoever is "
        "archived, does not belong to the company, may not see exceptions or is on leave is passed "
        "over. If nobody is there, the case lies on the desk of the team without an owner.",
    )
    user_id = fields.Many2one(
        "res.users", "Person", tracking=True, domain="[('share', '=', False)]", check_company=True
    )
    turn = fields.Integer(readonly=True, copy=False, help="Cases given up to now.")

    def _of_a_company(self):
        return [*super()._of_a_company(), "warehouse_id"]

    def _condition_fields(self):
        return [*super()._condition_fields(), "warehouse_id"]

    def _condition(self):
        warehouse_id = self.warehouse_id._origin.id or 0
        return replace(super()._condition(), warehouse_id=warehouse_id)

    @api.constrains("method", "user_id")
    def _check_user(self):
        for rule in self:
            if rule.method == "user" and not rule.user_id:
                raise ValidationError(
                    self.env._("Say which person “%s” gives its cases to.", rule.name)
                )

    # -- dealing ------------------------------------------------------------------------------

    @api.model
    def _deal(self, cases):
        """Whose desk cases come to. Set-based: the queries do not grow with the cases.

        :param list cases: ``core.desk.Case``
        :return: list of (team id or False, user id or False), one for each case
        """
        ordered = self._all_in_order()
        found = {}
        by_rule = defaultdict(list)
        for index, case in enumerate(cases):
            if case not in found:
                found[case] = first_fitting(ordered, case)
            if found[case]:
                by_rule[found[case].id, case.company_id].append(index)
        dealt = [NOBODY] * len(cases)
        counts = Counter()
        for (rule_id, _company), indexes in by_rule.items():
            counts[rule_id] += len(indexes)
        dealing = Dealing(self.sudo().browse(sorted(counts)), counts)
        for (rule_id, company_id), indexes in sorted(by_rule.items()):
            rule = self.sudo().browse(rule_id)
            team = rule.team_id
            if not team.active or team.company_id.id not in (False, company_id):
                continue
            weights = [weight(cases[index].rank) for index in indexes]
            owners = dealing.owners(rule, company_id, weights)
            for index, owner in zip(indexes, owners, strict=True):
                dealt[index] = (team.id, owner)
        return dealt

    def _candidates(self):
        self.ensure_one()
        if self.method == "user":
            return self.user_id
        return self.team_id.member_ids if self.method != "team" else self.env["res.users"]

    def _take_turns(self, count):
        """How many cases were given by this rule before these ``count``, which are counted now.

        Whoever deals at the same time waits at this row. Where another one has dealt since this
        transaction began (a person's request, a cron), PostgreSQL refuses to let it change what it
        cannot see; then it is counted beside it, where what is committed can be read.

        :return: (number, whether this transaction does not see what was dealt last)
        """
        self.ensure_one()
        self.flush_recordset(["turn"])
        query = SQL(TAKE, count, self.id)
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return self.env.cr.fetchone()[0] - count, False
        except SerializationFailure:
            return self._take_turns_beside(query, count), True
        finally:
            self.invalidate_recordset(["turn"])

    def _take_turns_beside(self, query, count):
        """A turn that is taken for nothing, because this transaction fails later, harms nobody."""
        try:
            with beside(self.env) as cr:
                cr.execute(query, log_exceptions=False)
                return cr.fetchone()[0] - count
        except LockNotAvailable:
            # Somebody edits the rule. The turn is not worth waiting for.
            return self.turn

    def action_view_open(self):
        """The open cases that fit, also those which a rule with a higher place takes."""
        self.ensure_one()
        domain = [("severity_rank", ">=", self._condition().min_rank)]
        if self.type_ids:
            domain.append(("type_id", "in", self.type_ids.ids))
        if self.type_group:
            domain.append(("type_id.group", "=", self.type_group.strip()))
        for name in ("connection_id", "company_id", "warehouse_id"):
            if name in self._fields and self[name]:
                domain.append((name, "=", self[name].id))
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "logistics.exception",
            "view_mode": "list,kanban,form",
            "domain": domain,
            "context": {"search_default_open": 1},
        }
