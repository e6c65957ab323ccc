from odoo import api, fields, models
from odoo.fields import Domain

BATCH = 200
WRITTEN = ("comment", "email")  # by people; what Odoo notes by itself is no answer


class LogisticsException(models.Model):
    """What waits is woken by an answer: something new about its shipment or number, or a mail.
    Otherwise when the time that it was given is over."""

    _inherit = "logistics.exception"

    def action_wait(self):
        """Asks for whom; several cases at once will do."""
        self._check_open()
        return self._open_wizard("logistics.exception.wait", self.env._("Wait for somebody"))

    def _wait_for(self, party, until=False):
        """
        :param str party: whose answer is waited for
        :param datetime until: naive UTC; after that it comes back to its owner
        """
        self._check_open()
        self._put({"state": "waiting", "waiting_for": party, "waiting_until": until})

    def _go_on(self, reason):
        """Give waiting cases back to their owners, to their teams where they have none.

        :param str reason: for the chatter
        """
        waiting = self.filtered(lambda case: case.state == "waiting")
        owned = waiting.filtered("user_id")
        for cases, state in ((owned, "assigned"), (waiting - owned, "new")):
            if cases:
                cases._put({"state": state})
        if waiting:
            waiting._message_log_batch(bodies=dict.fromkeys(waiting.ids, reason))

    @api.model
    def _hear(self, heard, unmatched):
        """Wake what waited for news of these shipments, and of these numbers that belong to none
        yet. Carriers and warehouses answer with events; a customer does not. What came before the
        waiting began is no answer, even if it is only worked now.

        A case about a connection or a flow as a whole is not woken by whatever comes next over it:
        where silence was the trouble, that closes it; anywhere else a partner that sends a
        thousand messages a day has not answered with the next one.

        :param dict heard: id of a shipment → when something new was received (naive UTC)
        :param dict unmatched: key of an unknown number's case → the same
        """
        told = {
            case: heard[case.shipment_id.id]
            for case in self._waiting_in(Domain("shipment_id", "in", list(heard)))
        }
        for case in self._about(unmatched):
            keys = {case.key, *case.duplicate_ids.mapped("key")} & unmatched.keys()
            told[case] = max(unmatched[key] for key in keys)
        if not told:
            return
        self._one_at_a_time()
        cases = self.union(*told)
        began = {
            pause.exception_id: pause.started_at
            for pause in self.env["logistics.exception.pause"]
            .sudo()
            .search([("exception_id", "in", cases.ids), ("ended_at", "=", False)])
        }
        answered = cases.filtered(lambda case: told[case] >= began.get(case, case.first_seen_at))
        with_shipment = answered.filtered("shipment_id")
        with_shipment._go_on(self.env._("Something new was told about the shipment."))
        (answered - with_shipment)._go_on(self.env._("Something new was told about the number."))

    @api.model
    def _waiting_in(self, domain):
        waiting = Domain("state", "=", "waiting") & Domain("waiting_for", "!=", "customer")
        return self.search(domain & waiting)

    @api.model
    def _about(self, keys):
        """The waiting cases of these keys, and those into which they were merged."""
        if not keys:
            return self.browse()
        its = Domain("key", "in", list(keys))
        merged = self.search(its & Domain("duplicate_of_id", "!=", False)).duplicate_of_id
        its = its & Domain("is_open", "=", True)
        return self._waiting_in(its) | self._waiting_in(Domain("id", "in", merged.ids))

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
