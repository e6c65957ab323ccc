from datetime import timedelta

from odoo import api, fields, models

from ...core.desk import Case, Condition, first_fitting, in_order
from ..selections import SEVERITIES

RANKS = {severity: rank for rank, (severity, _label) in enumerate(SEVERITIES)}
# By which cases are told apart when it is counted what a rule would take.
FACTS = ["type_id", "connection_id", "company_id", "warehouse_id", "team_id", "severity_rank"]
RECENT = timedelta(days=30)


class LogisticsCaseCondition(models.AbstractModel):
    """Which cases a rule is about. Of several that fit the lowest sequence holds; of one sequence
    the one with more conditions, then the one with the higher severity, then the older one."""

    _name = "logistics.case.condition"
    _description = "Condition About Exceptions"
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True, translate=True)
    sequence = fields.Integer(default=10, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index="btree_not_null",
        help="Empty: of every company.",
    )
    type_ids = fields.Many2many("logistics.exception.type", string="Types", help="Empty: any.")
    type_group = fields.Char(
        "Group of types",
        tracking=True,
        help="As the exception types have it, such as “delivery”. Empty: any.",
    )
    min_severity = fields.Selection(
        SEVERITIES, "Severity from", default="info", required=True, tracking=True
    )
    connection_id = fields.Many2one(
        "logistics.connection", tracking=True, check_company=True, help="Empty: any, or none."
    )
    open_count = fields.Integer(
        "Open cases",
        compute="_compute_counts",
        help="Open cases that fall under it now, before those with a higher place.",
    )
    recent_count = fields.Integer(
        "Last 30 days",
        compute="_compute_counts",
        help="Cases of the last 30 days that would have fallen under it.",
    )

    def _of_a_company(self):
        """What belongs to a company, and so does a rule about it."""
        return ["connection_id"]

    @api.depends(lambda self: self._of_a_company())
    def _compute_company_id(self):
        for rule in self:
            companies = (rule[name].company_id for name in self._of_a_company())
            rule.company_id = next(filter(None, companies), rule.company_id)

    def _condition(self):
        """What it asks for, as the functions in ``core.desk`` want it."""
        self.ensure_one()
        return Condition(
            id=self._origin.id or 0,
            sequence=self.sequence,
            type_ids=frozenset(self.type_ids._origin.ids),
            group=(self.type_group or "").strip(),
            connection_id=self.connection_id._origin.id or 0,
            company_id=self.company_id._origin.id or 0,
            min_rank=RANKS.get(self.min_severity, 0),
        )

    @api.model
    def _all_in_order(self):
        """The conditions of every rule that is in force, the one that holds first at the front."""
        return in_order(rule._condition() for rule in self.sudo().search([]))

    def _condition_fields(self):
        return ["sequence", "type_ids", "type_group", "min_severity", "connection_id", "company_id"]

    @api.depends(lambda self: self._condition_fields())
    def _compute_counts(self):
        """By distinct sorts of cases, not by cases: quick on a million of them."""
        exceptions = self.env["logistics.exception"]
        since = fields.Datetime.now() - RECENT
        open_ = exceptions._sorts([("is_open", "=", True)])
        recent = exceptions._sorts([("first_seen_at", ">=", since)])
        others = self.sudo().search([("id", "not in", self._origin.ids)])
        rest = [other._condition() for other in others]
        mine = [rule._condition() for rule in self]
        ordered = in_order(rest + mine)
        for rule, condition in zip(self, mine, strict=True):
            rule.open_count, rule.recent_count = (
                sum(n for case, n in sorts if first_fitting(ordered, case) is condition)
                for sorts in (open_, recent)
            )


class LogisticsException(models.Model):
    _inherit = "logistics.exception"

    # What is counted of the last days is found by it.
    _first_seen = models.Index("(first_seen_at)")

    @api.model
    def _sorts(self, domain):
        """How many cases of each sort there are.

        :return: list of (``core.desk.Case``, number)
        """
        return [
            (
                Case(
                    type_id=kind.id,
                    group=kind.group or "",
                    connection_id=connection.id or 0,
                    company_id=company.id,
                    warehouse_id=warehouse.id or 0,
                    team_id=team.id or 0,
                    rank=rank,
                ),
                count,
            )
            for kind, connection, company, warehouse, team, rank, count in self._read_group(
                domain, FACTS, ["__count"]
            )
        ]

    def _case(self):
        """A case as rules see it."""
        self.ensure_one()
        return Case(
            type_id=self.type_id.id,
            group=self.type_id.group or "",
            connection_id=self.connection_id.id or 0,
            company_id=self.company_id.id,
            warehouse_id=self.warehouse_id.id or 0,
            team_id=self.team_id.id or 0,
            rank=RANKS.get(self.severity, 0),
        )

    @api.model
    def _case_of(self, vals):
        """A case that is about to be made, as rules see it."""
        kind = self.env["logistics.exception.type"].sudo().browse(vals.get("type_id") or [])
        return Case(
            type_id=kind.id or 0,
            group=kind.group or "",
            connection_id=vals.get("connection_id") or 0,
            company_id=vals.get("company_id") or 0,
            warehouse_id=vals.get("warehouse_id") or 0,
            team_id=vals.get("team_id") or 0,
            rank=RANKS.get(vals.get("severity"), 0),
        )
