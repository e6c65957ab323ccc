from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.service_clock import AroundTheClock, Terms

BATCH = 500


class LogisticsSlaPolicy(models.Model):
    """Within which time cases are answered and resolved, in whose working hours, and who hears of
    it when they are not."""

    _name = "logistics.sla.policy"
    _description = "SLA Policy"
    _inherit = ["logistics.case.condition", "mail.thread"]
    _check_company_auto = True

    team_id = fields.Many2one(
        "logistics.team", tracking=True, check_company=True, help="Empty: any, or none."
    )
    respond_hours = fields.Float(
        "Respond within",
        tracking=True,
        help="Hours until a person has taken the case, started it or written a note. 0: no limit. "
        "Waiting for somebody else does not stop this clock.",
    )
    resolve_hours = fields.Float(
        "Resolve within",
        tracking=True,
        help="Hours until it is closed. 0: no limit. The time for which it waits for somebody else "
        "does not count.",
    )
    around_the_clock = fields.Boolean(
        "Around the clock", tracking=True, help="Every hour counts, also at night."
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working hours",
        tracking=True,
        check_company=True,
        help="In whose working hours the time is counted, in their time zone, without their days "
        "off. Empty: those of Settings → Logistics, and where there are none the company's.",
    )
    level_ids = fields.One2many("logistics.sla.level", "policy_id", "Escalation", copy=True)
    max_levels = fields.Integer(
        "Escalate at most",
        default=2,
        tracking=True,
        help="So many times in the life of one case, under whatever policy.",
    )

    _hours_positive = models.Constraint(
        "CHECK(respond_hours >= 0 AND resolve_hours >= 0 AND max_levels >= 0)",
        "Give a number of hours, or 0 for no limit.",
    )

    def _condition_fields(self):
        return [*super()._condition_fields(), "team_id"]

    def _of_a_company(self):
        return [*super()._of_a_company(), "team_id", "calendar_id"]

    def _condition(self):
        return replace(super()._condition(), team_id=self.team_id._origin.id or 0)

    @api.constrains("respond_hours", "resolve_hours")
    def _check_hours(self):
        for policy in self:
            if not policy.respond_hours and not policy.resolve_hours:
                raise ValidationError(
                    self.env._("“%s” limits nothing: give one of the times.", policy.name)
                )

    # -- what clocks need to know -------------------------------------------------------------

    def _terms(self):
        self.ensure_one()
        return Terms(
            respond_hours=self.respond_hours,
            resolve_hours=self.resolve_hours,
            levels=tuple(level._level() for level in self.level_ids),
            most_levels=self.max_levels,
        )

    def _working_time(self, company):
        """The working time in which cases of a company are counted.

        :param company: of the cases; its default holds where the policy has no calendar
        """
        if self.around_the_clock:
            return AroundTheClock()
        calendar = self.calendar_id or company.logistics_calendar_id or company.resource_calendar_id
        return calendar._logistics_time(company)

    # -- open cases ---------------------------------------------------------------------------

    def action_apply(self):
        """Give the open cases the policy that fits them now, from when they were first opened."""
        self.ensure_one()
        self.check_access("write")
        exceptions = self.env["logistics.exception"]
        domain = [("is_open", "=", True), ("severity_rank", ">=", self._condition().min_rank)]
        cases = exceptions.search(domain)
        for start in range(0, len(cases), BATCH):
            cases[start : start + BATCH]._refit_clocks()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s open cases have their clocks by the policies.", len(cases)
                ),
            },
        }
