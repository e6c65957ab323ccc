import pytz
from markupsafe import Markup, escape
from odoo import api, fields, models

MOST_LINES = 10  # of the cases named in the activity; all are behind it


class LogisticsEscalationDigest(models.Model):
    """What one person is told in one day: one activity, which grows until it is done. What
    escalates after that is told tomorrow."""

    _name = "logistics.escalation.digest"
    _description = "Escalations of a Day"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "day desc, id desc"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True, help="In the time zone of the person.")
    escalation_ids = fields.One2many(
        "logistics.exception.escalation", "digest_id", "Escalations", readonly=True
    )

    _person_and_day = models.Constraint("UNIQUE(user_id, day)", "Somebody is told once a day only.")

    @api.depends("day", "user_id")
    def _compute_display_name(self):
        for digest in self:
            digest.display_name = self.env._("Late cases of %s", digest.day)

    @api.model
    def _tell(self):
        """Tell the leaders what escalated and they have not heard of."""
        untold = self.env["logistics.exception.escalation"].search(
            [("told_user_id", "!=", False), ("digest_id", "=", False)]
        )
        for user, escalations in untold.grouped("told_user_id").items():
            self._of_today(user)._add(escalations)

    @api.model
    def _of_today(self, user):
        zone = pytz.timezone(user.tz or "UTC")
        day = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()
        digest = self.search([("user_id", "=", user.id), ("day", "=", day)])
        return digest or self.create({"user_id": user.id, "day": day})

    def _add(self, escalations):
        self.ensure_one()
        is_first = not self.escalation_ids
        if not is_first and not self.activity_ids:
            return  # done for today
        escalations.digest_id = self
        values = {"summary": self._summary(), "note": self._note()}
        if is_first:
            self.activity_schedule(
                "mail.mail_activity_data_todo", self.day, user_id=self.user_id.id, **values
            )
        else:
            self.activity_ids.write(values)

    def _cases(self):
        return self.escalation_ids.exception_id.sorted()

    def _summary(self):
        return self.env._("%s late cases", len(self._cases()))

    def _note(self):
        cases = self._cases()
        lines = [
            Markup("<li>%s</li>") % escape(" · ".join(filter(None, (case.team_id.name, case.name))))
            for case in cases[:MOST_LINES]
        ]
        if len(cases) > MOST_LINES:
            more = self.env._("and %s more", len(cases) - MOST_LINES)
            lines.append(Markup("<li>%s</li>") % more)
        return Markup("<ul>%s</ul>") % Markup("").join(lines)

    def action_view_cases(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "logistics.exception",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.escalation_ids.exception_id.ids)],
        }
