from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...core.outcome import ABSENT

STATES = [
    ("scheduled", "Scheduled"),
    ("pending", "To send"),
    ("sending", "Being sent"),
    ("doubt", "In doubt"),
    ("sent", "Sent, not acknowledged"),
    ("delivered", "Delivered"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]
# Not settled yet: they hold back what comes behind them in order.
UNSETTLED = ("scheduled", "pending", "sending", "doubt")
# A person may send these again.
ENDED = ("delivered", "rejected", "dead", "expired", "cancelled")


class LogisticsMessage(models.Model):
    """A message that goes out: written with the business change, sent after it (``outbox/``)."""

    _inherit = "logistics.message"

    channel = fields.Selection(selection_add=[("call", "Call")], ondelete={"call": "cascade"})
    state = fields.Selection(selection_add=STATES, ondelete=dict.fromkeys(dict(STATES), "cascade"))
    flow_id = fields.Many2one("logistics.flow", readonly=True, ondelete="restrict")
    business_key = fields.Char(
        "About", readonly=True, help="The number of the order, delivery or shipment it is about."
    )
    expires_at = fields.Datetime(readonly=True, help="Not sent any more after this time.")
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    held_by = fields.Char(compute="_compute_held_by", help="Why it has not left yet.")

    # Small whatever the history, as those of the inbox are (logistics_message_lane.py).
    _to_send = models.Index("(flow_id, priority, id) WHERE state = 'pending'")
    _scheduled = models.Index("(flow_id, next_try_at) WHERE state = 'scheduled'")
    _sending = models.Index("(flow_id, lane) WHERE state = 'sending'")
    _doubts = models.Index("(flow_id, next_try_at) WHERE state = 'doubt'")
    _expiring = models.Index(
        "(flow_id, expires_at) WHERE state IN ('pending', 'scheduled') AND expires_at IS NOT NULL"
    )
    _awaiting = models.Index("(flow_id, next_try_at) WHERE state = 'sent'")
    _one_by_one = models.Index(
        "(flow_id, business_key, id) WHERE business_key IS NOT NULL"
        " AND state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')"
    )

    @api.depends("state", "flow_id", "business_key")
    @api.depends_context("lang", "tz")
    def _compute_held_by(self):
        for message in self:
            message.held_by = message._held_by() if message.state == "pending" else False

    def _held_by(self):
        self.ensure_one()
        flow = self.sudo().flow_id
        if flow.connection_id.state not in ("parallel", "live"):
            return self.env._("the connection is not live")
        if not flow.active:
            return self.env._("the flow is archived")
        if flow.breaker_state == "stopped":
            return self.env._("the flow is stopped: %s", flow.breaker_text or "")
        if flow.breaker_state in ("open", "half_open"):
            return self.env._("the partner does not take messages: %s", flow.breaker_text or "")
        if flow.paused_until and flow.paused_until > fields.Datetime.now():
            moment = format_datetime(self.env, flow.paused_until)
            return self.env._("no more calls are granted before %s", moment)
        if not (flow.is_ordered and self.business_key):
            return False
        earlier = self.sudo().search(
            [
                ("flow_id", "=", flow.id),
                ("business_key", "=", self.business_key),
                ("id", "<", self.id),
                ("state", "in", (*UNSETTLED, "dead")),
            ],
            order="id",
            limit=1,
        )
        if not earlier:
            return False
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "an earlier message about %(about)s comes first, and is “%(state)s”",
            about=self.business_key,
            state=labels[earlier.state],
        )

    @api.depends("direction", "held_by", "tries")
    def _compute_why(self):
        result = super()._compute_why()
        for message in self.filtered(lambda message: message.direction == "out"):
            if message.state in ("delivered", "sending", "cancelled"):
                message.why = False
            elif message.held_by:
                message.why = self.env._("waits: %s", message.held_by)
        return result

    # -- what people do -----------------------------------------------------------------------

    def action_view_subject(self):
        """Open what the message is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _check_may_work(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_user"):
            raise UserError(self.env._("Only people of Logistics can decide about messages."))

    def action_retry(self):
        """Send outgoing messages again, work incoming ones again."""
        outgoing = self.filtered(lambda message: message.direction == "out")
        if outgoing:
            outgoing.action_resend()
        incoming = self - outgoing
        return super(LogisticsMessage, incoming).action_retry() if incoming else True

    def action_resend(self):
        """Send messages once more, under the id that they had: whoever worked them already knows
        them by it."""
        self._check_may_work()
        for message in self:
            if message.direction != "out":
                raise UserError(self.env._("Only what goes out can be resent."))
            if message.state in ("sending", "pending"):
                raise UserError(
                    self.env._("A message that is about to be sent need not be resent.")
                )
            if message.state == "doubt":
                raise UserError(
                    self.env._("Decide first whether “%s” has arrived.", message.receipt)
                )
            if message.purged_at:
                raise UserError(
                    self.env._("The body of “%s” was deleted: write it anew.", message.receipt)
                )
        self.sudo()._send_again(self.env._("Sent again by %s", self.env.user.name))
        return True

    def action_cancel(self):
        """Never send messages that have not left."""
        self._check_may_work()
        done = self.sudo()._take_out(self.env._("Cancelled by %s", self.env.user.name))
        if len(done) != len(self):
            raise UserError(
                self.env._("Only what has not left can be cancelled: it is sent, or in doubt.")
            )
        return True

    def _take_out(self, note=""):
        """Never send these, as superuser; in one statement, as a sender may take them just now.

        :return: those that had not left
        """
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE logistics_message SET state = 'cancelled', processed_at = now() AT TIME ZONE "
            "'UTC', next_try_at = NULL WHERE id = ANY(%s) AND state IN ('pending', 'scheduled', "
            "'dead', 'rejected', 'expired') AND direction = 'out' RETURNING id",
            (list(self.ids),),
        )
        done = self.browse(row[0] for row in self.env.cr.fetchall())
        self.invalidate_recordset()
        if note:
            done._note_decision(note)
        done._resolve_outgoing()
        self.env["logistics.outbox"]._wake_after_commit()  # what stood behind them may go
        return done

    def _recall(self):
        """Take a message back, if nobody has begun to send it. As superuser.

        :return: whether that worked: then it has never left, and never will
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE logistics_message
            SET state = 'dismissed', processed_at = now() AT TIME ZONE 'UTC'
            WHERE id = (SELECT id FROM logistics_message WHERE id = %s
                        AND state IN ('pending', 'scheduled') AND tries = 0
                        FOR UPDATE SKIP LOCKED)
            """,
            (self.id,),
        )
        self.invalidate_recordset(["state"])
        return bool(self.env.cr.rowcount)

    def action_has_arrived(self):
        """A person knows that a message in doubt was worked by the partner."""
        self._settle_doubt("delivered", self.env._("Has arrived, says %s", self.env.user.name))
        return True

    def action_has_not_arrived(self):
        """A person knows that a message in doubt did not get through: it is sent again."""
        self._settle_doubt("pending", self.env._("Has not arrived, says %s", self.env.user.name))
        return True

    def _settle_doubt(self, state, note):
        self._check_may_work()
        if any(message.state not in ("doubt", "sent") for message in self):
            raise UserError(
                self.env._("Only what is in doubt, or not acknowledged, can be decided.")
            )
        messages = self.sudo()
        if state == "pending":
            messages._send_again(note, ABSENT)
        else:
            messages.write(
                {"state": state, "processed_at": fields.Datetime.now(), "next_try_at": False}
            )
            messages._note_decision(note)
            messages._resolve_outgoing()
            self.env["logistics.outbox"]._wake_after_commit()

    def _send_again(self, note, kind=False):
        self.write(
            {
                "state": "pending",
                "tries": 0,
                "next_try_at": False,
                "processed_at": False,
                "error_class": False,
                "error_text": False,
                "expires_at": False,
            }
        )
        self._note_decision(note, kind)
        self._resolve_outgoing()
        self.env["logistics.outbox"]._wake_after_commit()

    def _note_decision(self, text, kind=False):
        """What a person decided, in the list of tries: the next one tells what came of it.

        :param str kind: ``outcome.ABSENT`` where that says that the partner has not got it
        """
        values = {"error_class": kind, "error_text": text}
        self.env["logistics.message.attempt"].create(
            [{"message_id": message.id, "number": message.tries, **values} for message in self]
        )

    def _resolve_outgoing(self):
        """Close the exceptions of messages that a person has decided about, or that got through."""
        keys = [f"outgoing:{message.id}" for message in self]
        self.env["logistics.exception"]._resolve_keys(keys, self.env._("It was settled."))

    def _report_outgoing(self, kind, text):
        """Open an exception for an outgoing message that a person has to look at.

        :param str kind: code of an exception type
        """
        self.env["logistics.exception"]._report(
            [
                {
                    "type": kind,
                    "key": f"outgoing:{message.id}",
                    "name": self.env._(
                        "%(flow)s %(about)s: %(text)s",
                        flow=message.flow_id.name,
                        about=message.business_key or message.receipt,
                        text=(text or "").partition("\n")[0][:120],
                    ),
                    "company_id": message.company_id.id,
                    "connection_id": message.connection_id.id,
                    "message_id": message.id,
                    "provider": message.provider,
                    "reference": message.business_key,
                    "detail": text,
                }
                for message in self
            ]
        )

    def _acknowledge(self, accepted, text, causation_id=False):
        """The partner says that it has taken this message, or does not want it. As superuser.

        :param str text: its words
        :param str causation_id: receipt of the message in which it says so
        """
        self.ensure_one()
        note = self.env._("Acknowledged") if accepted else self.env._("Refused: %s", text or "-")
        if causation_id:
            note = self.env._("%(what)s (message %(receipt)s)", what=note, receipt=causation_id)
        self.write(
            {
                "state": "delivered" if accepted else "rejected",
                "processed_at": fields.Datetime.now(),
                "next_try_at": False,
                "error_class": False if accepted else "rejected",
                "error_text": False if accepted else text,
            }
        )
        self._note_decision(note)
        self._resolve_outgoing()
        if not accepted:
            self._report_outgoing("message_rejected", text or note)

    @api.model
    def _expire(self):
        """End what waits behind others, or in a flow that is not sent, when its time has passed.
        What is due is looked at when it is taken (outbox/claims.py)."""
        self.env.cr.execute(
            "UPDATE logistics_message SET state = 'expired', next_try_at = NULL, "
            "processed_at = now() AT TIME ZONE 'UTC' "
            "WHERE id IN (SELECT id FROM logistics_message WHERE state IN ('pending', 'scheduled') "
            "AND expires_at <= now() AT TIME ZONE 'UTC' LIMIT 1000 FOR UPDATE SKIP LOCKED) "
            "RETURNING id"
        )
        late = self.browse(row[0] for row in self.env.cr.fetchall())
        late.invalidate_recordset()
        text = self.env._("Its time had passed before it could leave.")
        late._report_outgoing("message_not_sent", text)

    @api.model
    def _report_unacknowledged(self):
        """Tell people, once, of messages whose acknowledgement is overdue."""
        self.env.cr.execute(
            """
            SELECT m.id FROM logistics_message m JOIN logistics_flow f ON f.id = m.flow_id
            WHERE m.state = 'sent'
              AND m.processed_at < now() AT TIME ZONE 'UTC' - make_interval(mins => f.ack_minutes)
              AND NOT EXISTS (SELECT 1 FROM logistics_exception e
                              WHERE e.key = 'outgoing:' || m.id AND e.is_open)
            ORDER BY m.id LIMIT 1000
            """
        )
        late = self.browse(row[0] for row in self.env.cr.fetchall())
        late._report_outgoing(
            "missing_acknowledgement", self.env._("They took it, and have not acknowledged it.")
        )
