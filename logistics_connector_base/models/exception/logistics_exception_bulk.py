from odoo import models
from odoo.exceptions import UserError

from .logistics_exception_closing import DECIDED_TYPES

# Cases named in a notification, of those for which something was not done.
NAMED = 3


class LogisticsException(models.Model):
    """What is done with many cases at once. Selections are mixed: what applies is done, each case
    wholly or not at all, and a notification says for how many it was not, and why."""

    _inherit = "logistics.exception"

    def _in_bulk(self, work, title, then=None):
        """
        :param work: called with each case; raises UserError where it does not apply
        :param str title: of the notification
        :param dict then: the action that follows; default: what is shown is read anew
        :return: the notification
        """
        self.check_access("read")
        done, left = 0, {}
        for case in self:
            try:
                with self.env.cr.savepoint():
                    work(case)
            except UserError as error:
                left.setdefault(str(error), []).append(case.id)
            else:
                done += 1
        return self._notification(title, done, left, then)

    def _notification(self, title, done, left, then=None):
        """
        :param dict left: reason → ids
        """
        lines = [self.env._("Done: %s.", done)]
        for reason, ids in left.items():
            names = ", ".join(self.browse(ids[:NAMED]).mapped("name"))
            if len(ids) > NAMED:
                names = self.env._(
                    "%(names)s and %(more)s more", names=names, more=len(ids) - NAMED
                )
            lines.append(
                self.env._(
                    "Not done: %(count)s. %(reason)s (%(names)s)",
                    count=len(ids),
                    reason=reason,
                    names=names,
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": "\n".join(lines),
                "type": "success" if not left else "warning" if done else "danger",
                "sticky": bool(left),
                "next": then or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- the list's buttons -------------------------------------------------------------------

    def action_bulk_take(self):
        return self._in_bulk(lambda case: case.action_assign_to_me(), self.env._("Take"))

    def action_bulk_retry(self):
        """Work the incoming messages behind them again."""
        return self._in_bulk(lambda case: case._retry_incoming(), self.env._("Retry"))

    def action_bulk_resend(self):
        """Send the outgoing messages behind them once more."""
        return self._in_bulk(lambda case: case._resend_outgoing(), self.env._("Resend"))

    def action_bulk_ask(self):
        """Ask the carriers about the shipments behind them now."""
        return self._in_bulk(lambda case: case._ask_partner(), self.env._("Ask the carrier"))

    def action_bulk_assign(self):
        return self._open_wizard("logistics.exception.assign", self.env._("Assign"))

    def action_bulk_snooze(self):
        return self._open_wizard("logistics.exception.snooze", self.env._("Snooze"))

    def action_bulk_finish(self):
        return self._open_wizard("logistics.exception.close", self.env._("Resolve"))

    def action_bulk_map(self):
        """Map the unknown codes among them, all to one meaning."""
        codes = self.filtered(lambda case: case.is_open and case.type_code == "unmapped_code")
        if not codes:
            raise UserError(self.env._("There is no unknown code among them."))
        return codes._open_wizard("logistics.exception.map", self.env._("Map and replay"))

    # -- one case -----------------------------------------------------------------------------

    def _retry_incoming(self):
        self._check_open()
        messages = self._messages().filtered(lambda message: message.direction == "in")
        if not messages:
            raise UserError(self.env._("There is no message behind it to work again."))
        messages.action_retry()
        self._message_log(body=self.env._("Worked again by %s.", self.env.user.name))

    def _resend_outgoing(self):
        self._check_open()
        messages = self._messages().filtered(lambda message: message.direction == "out")
        if not messages:
            raise UserError(self.env._("There is no outgoing message behind it."))
        messages.action_resend()

    def _ask_partner(self):
        self._check_open()
        shipments = self.shipment_id | self.duplicate_ids.shipment_id
        if not shipments:
            raise UserError(self.env._("There is no shipment behind it to ask about."))
        shipments.action_ask_now()
        self._message_log(body=self.env._("%s asked the carrier.", self.env.user.name))

    def _assign(self, user, team):
        """
        :param user: None: as it is; an empty recordset: nobody
        :param team: the same
        """
        self._check_open()
        values = {}
        if user is not None:
            if user:
                self._check_owner(user)
            values["user_id"] = user.id
        if team is not None:
            values["team_id"] = team.id
        self.write(values)

    def _finish(self, words, cause, outcome):
        self._check_open()
        if self.type_code in DECIDED_TYPES:
            raise UserError(self.env._("It ends by a decision about its message or event."))
        self._close("resolved", words, cause_id=cause.id, outcome_id=outcome.id)
