from odoo import api, fields, models

BATCH = 200
WRITTEN = ("comment", "email")  # by people; what Odoo notes by itself is no answer


class LogisticsException(models.Model):
    """What waits is woken by an answer: something new about its shipment, or a mail. Otherwise when
    the time that it was given is over."""

    _inherit = "logistics.exception"

    def action_wait(self):
        """Asks for whom; several cases at once will do."""
        self._check_open()
        return self._open_wizard("logistics.exception.wait", self.env._("Wait for somebody"))

    def _go_on(self, reason):
        """Give waiting cases back to their owners, to their teams where they have none.

        :param str reason: for the chatter
        """
        waiting = self.filtered(lambda case: case.state == "waiting")
        owned = waiting.filtered("user_id")
        for cases, state in ((owned, "assigned"), (waiting - owned, "new")):
            if cases:
                cases.write({"state": state})
        if waiting:
            waiting._message_log_batch(bodies=dict.fromkeys(waiting.ids, reason))

    @api.model
    def _hear(self, heard):
        """Wake what waited for news of these shipments. Carriers and warehouses answer with events;
        a customer does not.

        :param dict heard: id of a shipment → when something new was received (naive UTC). What came
            before the waiting began is no answer, even if it is only worked now.
        """
        if not heard:
            return
        cases = self.search(
            [
                ("shipment_id", "in", list(heard)),
                ("state", "=", "waiting"),
                ("waiting_for", "!=", "customer"),
            ]
        )
        if not cases:
            return
        self._one_at_a_time()
        began = {
            pause.exception_id: pause.started_at
            for pause in self.env["logistics.exception.pause"]
            .sudo()
            .search([("exception_id", "in", cases.ids), ("ended_at", "=", False)])
        }
        cases.filtered(
            lambda case: heard[case.shipment_id.id] >= began.get(case, case.first_seen_at)
        )._go_on(self.env._("Something new was told about the shipment."))

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type in WRITTEN:
            users = message.author_id.sudo().with_context(active_test=False).user_ids
            if any(not user.share for user in users):
                case = self.filtered(lambda one: one.is_open and not one.responded_at)
                case._keep({"responded_at": fields.Datetime.now()})
                case._set_clocks()
            else:
                self.sudo()._go_on(
                    self.env._("%s answered.", message.author_id.name or message.email_from or "?")
                )
        return result

    @api.model
    def _wake_waited(self):
        """Give back the cases whose waiting is over.

        :return: how many
        """
        cases = self.search(
            [("state", "=", "waiting"), ("waiting_until", "<=", fields.Datetime.now())],
            order="waiting_until, id",
            limit=BATCH,
        )
        cases._go_on(self.env._("The time to wait is over."))
        return len(cases)
