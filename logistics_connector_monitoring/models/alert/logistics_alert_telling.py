from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.alert import is_quiet


class LogisticsAlertRule(models.Model):
    """Who is told, how, and at which hours not."""

    _inherit = "logistics.alert.rule"

    team_id = fields.Many2one(
        "logistics.team",
        tracking=True,
        help="Whose case it is; empty: as the assignment rules say.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Gets an activity.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Mail to", help="Each alert once, and its end."
    )
    channel_id = fields.Many2one("discuss.channel", "Discuss channel", ondelete="set null")
    quiet_from = fields.Float("Quiet from", tracking=True)
    quiet_to = fields.Float(
        "Quiet to",
        tracking=True,
        help="On the company's clock. Mails and messages wait until then, unless it is critical; "
        "the case is there at once. The same twice: never quiet.",
    )

    @api.constrains("quiet_from", "quiet_to")
    def _check_quiet(self):
        for rule in self:
            if not (0 <= rule.quiet_from < 24 and 0 <= rule.quiet_to < 24):
                raise ValidationError(self.env._("Quiet hours lie between 0:00 and 23:59."))

    def _is_quiet(self, now):
        """Whether people are left alone now (naive UTC)."""
        if self.severity == "critical":
            return False
        local = now.replace(tzinfo=UTC).astimezone(ZoneInfo(self.company_id._logistics_zone()))
        return is_quiet(local.hour + local.minute / 60, self.quiet_from, self.quiet_to)


class LogisticsAlert(models.Model):
    _inherit = "logistics.alert"

    def _fire(self, now):
        result = super()._fire(now)
        rule, case = self.rule_id, self.exception_id
        if rule.team_id:
            case.team_id = rule.team_id
        if rule.user_id:
            case.user_id = rule.user_id
        return result

    @api.model
    def _tell_waiting(self):
        """Tell of alerts that nobody was told of yet, and of whose hours it is."""
        waiting = self.search([("is_on", "=", True), ("is_told", "!=", True)])
        now = fields.Datetime.now()
        for alert in waiting:
            if not alert.rule_id._is_quiet(now):
                alert.is_told = True
                alert._tell(
                    self.env._("Alert: %s", alert.exception_id.name or alert.display_name),
                    alert._detail(),
                )

    def _tell_over(self):
        """Whoever was told of it is told of its end; whoever was not need not know."""
        for alert in self.filtered("is_told"):
            alert.is_told = False
            alert._tell(
                self.env._("Over: %s", alert.display_name),
                self.env._("The number is as it should be: %s.", alert._value_text()),
            )

    def _tell(self, subject, text):
        rule, case = self.rule_id, self.exception_id
        body = "\n".join(filter(None, [text, case and case.get_base_url() + case._alert_path()]))
        if rule.channel_id:
            words = f"{subject}\n{body}"
            rule.channel_id.message_post(
                body=words, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        if rule.partner_ids:
            (case or rule).message_notify(
                partner_ids=rule.partner_ids.ids, subject=subject, body=body
            )


class LogisticsException(models.Model):
    _inherit = "logistics.exception"

    def _alert_path(self):
        return f"/odoo/{self._name}/{self.id}"
