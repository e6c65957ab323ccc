from odoo import api, fields, models

MILESTONES = [
    ("shipped", "Shipped"),
    ("delayed", "Delayed"),
    ("out_for_delivery", "Out for delivery"),
    ("attempt_failed", "Could not be handed over"),
    ("available_for_pickup", "Ready for collection"),
    ("delivered", "Delivered"),
    ("returned", "On its way back, or returned"),
]


class LogisticsNoticeRule(models.Model):
    """Of which milestones customers are told by e-mail, and in which words."""

    _name = "logistics.notice.rule"
    _description = "Customer Notice"
    _order = "sequence, company_id, id"
    _rec_name = "milestone"

    sequence = fields.Integer(default=10)
    milestone = fields.Selection(MILESTONES, required=True)
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        help="Empty: for all companies that have no line of their own for this milestone.",
    )
    is_on = fields.Boolean("Send", default=True)
    template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        required=True,
        ondelete="restrict",
        domain=[("model", "=", "logistics.shipment")],
    )

    _once = models.UniqueIndex(
        "(milestone, coalesce(company_id, 0))", "There is a line for this milestone already."
    )

    @api.model
    def _of(self, company):
        """Milestone → the rule that holds for a company, those that are switched off left out."""
        rules = self.sudo().search([("company_id", "in", (False, company.id))])
        found = {rule.milestone: rule for rule in rules.sorted(lambda rule: bool(rule.company_id))}
        return {name: rule for name, rule in found.items() if rule.is_on}
