from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.service_clock import Level


class LogisticsSlaLevel(models.Model):
    """One step of an escalation."""

    _name = "logistics.sla.level"
    _description = "SLA Escalation Level"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one(
        "logistics.sla.policy", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    clock = fields.Selection(
        [("respond", "Response"), ("resolve", "Resolution")], required=True, default="resolve"
    )
    basis = fields.Selection(
        [("percent", "Percent of the time"), ("late", "Hours late")],
        "When",
        required=True,
        default="percent",
    )
    amount = fields.Float("How much", required=True, default=100)
    notify_leader = fields.Boolean(
        "Tell the leader", default=True, help="In one activity a day, whatever the number of cases."
    )
    raise_severity = fields.Boolean("Raise the severity", help="By one step.")
    team_id = fields.Many2one("logistics.team", "Hand to", help="The owner is taken off.")

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Give a number of percent or hours above 0."
    )

    def _level(self):
        self.ensure_one()
        percent = self.basis == "percent"
        return Level(
            id=self.id,
            clock=self.clock,
            percent=self.amount if percent else 0,
            late_hours=0 if percent else self.amount,
        )

    @api.depends("clock", "basis", "amount")
    def _compute_display_name(self):
        for level in self:
            level.display_name = (
                self.env._(
                    "%(percent)g %% of the time to %(what)s",
                    percent=level.amount,
                    what=level._what(),
                )
                if level.basis == "percent"
                else self.env._(
                    "%(hours)g h late to %(what)s", hours=level.amount, what=level._what()
                )
            )

    def _what(self):
        return self.env._("respond") if self.clock == "respond" else self.env._("resolve")

    @api.constrains("team_id", "policy_id")
    def _check_team(self):
        for level in self:
            company = level.team_id.company_id
            if company and company != level.policy_id.company_id:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” works for %(company)s only; the policy does not.",
                        team=level.team_id.name,
                        company=company.name,
                    )
                )
