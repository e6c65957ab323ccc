from odoo import api, fields, models
from odoo.exceptions import UserError

# Cases of these kinds end by a decision about their message or event, and not otherwise.
DECIDED_TYPES = ("message_conflict", "quarantined_time")


class LogisticsException(models.Model):
    """How a case ends: by what, by whom, with which cause and outcome; and how it opens again."""

    _inherit = "logistics.exception"

    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", "Closer", readonly=True, help="Empty: it closed by itself."
    )
    resolved_by_event_id = fields.Many2one(
        "logistics.event",
        "Healed by",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The event by which the trouble was over.",
    )
    outcome = fields.Char("In words", readonly=True, tracking=True)
    cause_id = fields.Many2one(
        "logistics.exception.cause", ondelete="restrict", index="btree_not_null"
    )
    cause_party = fields.Selection(
        related="cause_id.party",
        string="Whose fault",
        store=True,
        help="The party that the cause lies with.",
    )
    outcome_id = fields.Many2one(
        "logistics.exception.outcome",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    hours_to_close = fields.Float(
        "Hours until closed",
        compute="_compute_hours_to_close",
        store=True,
        aggregator="avg",
        help="From when it was opened, or opened again.",
    )

    @api.depends("closed_at", "opened_at")
    def _compute_hours_to_close(self):
        for case in self:
            took = case.closed_at and case.opened_at and case.closed_at - case.opened_at
            case.hours_to_close = max(took.total_seconds(), 0) / 3600 if took else 0

    def _close(self, state, outcome, event_id=False, **values):
        """
        :param str state: "resolved", "dismissed" or "duplicate"
        :param str outcome: how, in words
        :param int event_id: the event by which it was over
        :param values: of other fields, such as the cause
        """
        is_person = not self.env.su and not self.env.user.share
        self._put(
            {
                "state": state,
                "outcome": outcome,
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid if is_person else False,
                "resolved_by_event_id": event_id or False,
                "snoozed_until": False,
                **values,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _common_cause(self):
        """The cause that all of them have already, as after a reopening."""
        shared = len(self.cause_id) == 1 and all(case.cause_id for case in self)
        return self.cause_id if shared else self.cause_id.browse()

    def _dismiss(self, words, cause, outcome):
        """Close one case that needs no work, and what is behind it."""
        self._check_open()
        self._close("dismissed", words, cause_id=cause.id, outcome_id=outcome.id)
        self._dismiss_behind(words)

    def _reopening_values(self):
        self.ensure_one()
        return {
            "state": "assigned" if self.user_id else "new",
            "previous_outcome": self.outcome,
            "outcome": False,
            "outcome_id": False,
            "closed_at": False,
            "closed_by_id": False,
            "resolved_by_event_id": False,
        }

    def action_reopen(self):
        for case in self:
            if case.is_open:
                continue
            if self.search_count([("key", "=", case.key), ("is_open", "=", True)], limit=1):
                raise UserError(
                    self.env._("The same trouble is open already in another exception.")
                )
            if case.duplicate_of_id:
                raise UserError(
                    self.env._("“%s” is worked together with another one: separate it.", case.name)
                )
            case._put({**case._reopening_values(), "opened_at": fields.Datetime.now()})
        self._refresh_severity()

    @api.private
    def action_resolve(self):
        """Resolve at once. People are asked for cause and outcome first (:meth:`action_finish`)."""
        self._check_open()
        self._close("resolved", self.env._("Resolved by %s", self.env.user.name))

    def action_finish(self):
        self._check_open()
        return self._open_wizard("logistics.exception.close", self.env._("Resolve"))

    def action_dismiss(self):
        self._check_open()
        return self._open_wizard("logistics.exception.dismiss", self.env._("Dismiss"))
