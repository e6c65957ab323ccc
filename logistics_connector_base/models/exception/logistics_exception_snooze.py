from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class LogisticsException(models.Model):
    """Put aside until a time: out of the queue until then, back by itself at its time, as the
    queue asks for it (``awake``), or as soon as it becomes graver."""

    _inherit = "logistics.exception"

    snoozed_until = fields.Datetime(readonly=True, copy=False, tracking=True)
    snoozed_by_id = fields.Many2one("res.users", "Snoozed by", readonly=True)
    is_snoozed = fields.Boolean(compute="_compute_is_snoozed", search="_search_is_snoozed")

    _snoozed = models.Index("(snoozed_until) WHERE snoozed_until IS NOT NULL")

    @api.depends("snoozed_until")
    def _compute_is_snoozed(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_snoozed = bool(case.snoozed_until and case.snoozed_until > now)

    def _search_is_snoozed(self, operator, value):
        if operator != "in":
            return NotImplemented
        asleep = Domain("snoozed_until", ">", fields.Datetime.now())
        awake = Domain("snoozed_until", "=", False) | Domain(
            "snoozed_until", "<=", fields.Datetime.now()
        )
        found = Domain.FALSE
        if True in value:
            found |= asleep
        if False in value:
            found |= awake
        return found

    def _snooze(self, until):
        """
        :param datetime until: naive UTC, in the future
        """
        self._check_open()
        if until <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time in the future."))
        self._put({"snoozed_until": until, "snoozed_by_id": self.env.uid})

    def action_snooze(self):
        self._check_open()
        return self._open_wizard("logistics.exception.snooze", self.env._("Snooze"))

    def action_wake(self):
        self.filtered("snoozed_until")._put({"snoozed_until": False})
        return True

    @api.model
    def _awake_domain(self):
        """Those whose time has come; they are in the queue already, and nobody was told yet."""
        return Domain("snoozed_until", "<=", fields.Datetime.now())

    def _tell_awake(self, cases=None):
        """Cases are back, by their time or because they have become graver: their owner, or else
        whoever put them aside, finds an activity for today."""
        cases = self if cases is None else cases
        for case in cases:
            was_due = case.snoozed_until and case.snoozed_until <= fields.Datetime.now()
            case._put({"snoozed_until": False})
            user = case.user_id or case.snoozed_by_id
            if not case.is_open or not user.active:
                continue
            reason = self.env._("Back from its snooze: %s", case.name)
            if not was_due:
                reason = self.env._("It has become graver: %s", case.name)
            zone = ZoneInfo(user.tz or "UTC")
            today = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                date_deadline=today,
                summary=reason,
            )
