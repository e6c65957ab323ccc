from odoo import api, fields, models

MILESTONES = [
    ("shipped", "Shipped"),
    ("delayed", "Delayed"),
    ("out_for_delivery", "Out for delivery"),
    ("attempt_failed", "Could not be handed over"),
    ("available_for_pickup", "Ready for collection"),
    ("delivered", "Delivered"),
    ("returned", "On its way back, or returned"),
    ("corrected", "Correction: what was told was a mistake"),
]
# What a customer reads of a template, and whom it comes from.
WORDS = {"subject", "body_html", "email_from", "reply_to", "report_template_ids", "attachment_ids"}


class LogisticsNoticeRule(models.Model):
    """Of which milestones customers are told by e-mail, and in which words. Who changed that, and
    when, can be read (law 11): a line is archived, not deleted."""

    _name = "logistics.notice.rule"
    _inherit = "mail.thread"
    _description = "Customer Notice"
    _order = "sequence, company_id, id"
    _rec_name = "milestone"

    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    milestone = fields.Selection(MILESTONES, required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        tracking=True,
        help="Empty: for all companies that have no line of their own for this milestone.",
    )
    is_on = fields.Boolean("Send", default=True, tracking=True)
    template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        required=True,
        ondelete="restrict",
        domain=[("model", "=", "logistics.shipment")],
        tracking=True,
    )

    _once = models.UniqueIndex(
        "(milestone, coalesce(company_id, 0)) WHERE active IS TRUE",
        "There is a line for this milestone already.",
    )

    @api.model
    def _of(self, company):
        """Milestone → the rule that holds for a company, those that are switched off left out."""
        rules = self.sudo().search([("company_id", "in", (False, company.id))])
        found = {rule.milestone: rule for rule in rules.sorted(lambda rule: bool(rule.company_id))}
        return {name: rule for name, rule in found.items() if rule.is_on}


class MailTemplate(models.Model):
    """The words of what customers are told: that they were changed stands in the history of the
    notices that use them."""

    _inherit = "mail.template"

    def write(self, vals):
        result = super().write(vals)
        if WORDS & set(vals):
            rules = self.env["logistics.notice.rule"].sudo().with_context(active_test=False)
            for rule in rules.search([("template_id", "in", self.ids)]):
                text = self.env._("The words of “%s” were changed.", rule.template_id.name)
                rule._message_log(body=text, author_id=self.env.user.partner_id.id)
        return result
