import uuid

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...core.bodies import pack
from ...core.identity import digest
from ...intake import waker
from ...outbox import fallback, lanes, plan
from ...outbox.sender import Sender
from ...outbox.shift import Shift
from ...tools.planning import make_plan

LANES_PARAMETER = "logistics.outbox_lanes"
LANES, MOST_LANES = 1, 8
IDENTITY_KEY = "logistics.outbox"
MOST_BYTES = 20 * 1024 * 1024
# Of the advisory locks under which the messages of one key get their numbers ("LOGK").
KEY_LOCK = 0x4C4F474B

# In one statement: the key only where the caller gave one, and nothing else where it is known.
INSERT = """
WITH new_key AS (
    INSERT INTO logistics_message_key (connection_id, identity, revision, digest, message_id,
        first_seen_at, last_seen_at, duplicate_count)
    SELECT %(connection_id)s, %(identity)s, '', %(digest)s, nextval('logistics_message_id_seq'),
           %(now)s, %(now)s, 0
    WHERE %(identity)s IS NOT NULL
    ON CONFLICT (connection_id, identity, revision) DO NOTHING
    RETURNING message_id
), new_message AS (
    INSERT INTO logistics_message (id, connection_id, company_id, direction, channel, state,
        provider, message_type, receipt, correlation_id, causation_id, digest, size, content_type,
        received_at, next_try_at, expires_at, priority, tries, event_count, parked_count, flow_id,
        business_key, res_model, res_id)
    SELECT COALESCE((SELECT message_id FROM new_key), nextval('logistics_message_id_seq')),
           %(connection_id)s, %(company_id)s, 'out', 'call', %(state)s, %(provider)s, %(code)s,
           %(receipt)s, %(correlation_id)s, %(causation_id)s, %(digest)s, %(size)s,
           %(content_type)s, %(now)s, %(due)s, %(expires_at)s, %(priority)s, 0, 0, 0, %(flow_id)s,
           %(business_key)s, %(res_model)s, %(res_id)s
    WHERE %(identity)s IS NULL OR EXISTS (SELECT 1 FROM new_key)
    RETURNING id
)
INSERT INTO logistics_message_body (message_id, headers, content)
SELECT id, '{}', %(content)s FROM new_message RETURNING message_id
"""


class LogisticsOutbox(models.AbstractModel):
    """What goes out to partners. A message is written in the transaction of the business change,
    and gone with its rollback; it is sent after the commit, by a job that works for all flows. No
    message depends on that job: whatever waits is found by its state.

    docs/decisions/0011-outbox.md
    """

    _name = "logistics.outbox"
    _description = "Logistics Outbox"

    # -- writing ------------------------------------------------------------------------------

    @api.model
    def _enqueue(
        self,
        flow,
        value,
        key=None,
        once=None,
        record=None,
        correlation_id=None,
        causation_id=None,
        priority=50,
        due=None,
        expires=None,
        content_type=None,
    ):
        """Write a message in this transaction; it leaves after the commit.

        :param flow: one ``logistics.flow``
        :param value: what to say, as the flow's format takes it (``core.bodies.pack``); packed now,
            so that each try sends the same bytes
        :param str key: the number of the order, delivery or shipment it is about; of a flow that is
            in order, its messages arrive one after the other
        :param str once: what makes it one message for ever, such as "release:WH/OUT/1:2"; a second
            call with the same text writes nothing (law 5)
        :param record: what it is about, for people to open
        :param str correlation_id: of the story it belongs to; a new one otherwise
        :param str causation_id: receipt of the message that brought it about
        :param int priority: lower is earlier; 50 is usual
        :param due: naive UTC, not to be sent before; the flow's cadence is obeyed as well
        :param expires: naive UTC, not to be sent after
        :param str content_type: another media type than the format's own
        :return: the message (superuser), or the one that was written before under ``once``
        :raises ValidationError: the value cannot be packed, or is too large
        """
        flow = flow.sudo()
        flow.ensure_one()
        connection = flow.connection_id
        try:
            content = pack(flow.form, value)
        except ValueError as error:
            text = self.env._("%(name)s: %(error)s", name=flow.name, error=error)
            raise ValidationError(text) from None
        if len(content) > MOST_BYTES:
            raise ValidationError(self.env._("A message of “%s” is larger than 20 MB.", flow.name))
        now = fields.Datetime.now()
        leaves = max(flow._departure(now), due or now)
        if key and flow.is_ordered:
            # What is committed later shall have the higher number: that is the order.
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", KEY_LOCK, f"{flow.id}:{key}")
            )
        flow.flush_recordset()
        connection.flush_recordset()
        self.env.cr.execute(
            INSERT,
            {
                "connection_id": connection.id,
                "company_id": connection.company_id.id,
                "identity": once and f"out:{flow.code}:{once}",
                "digest": digest(content),
                "now": now,
                "state": "pending" if leaves <= now else "scheduled",
                "due": None if leaves <= now else leaves,
                "expires_at": expires,
                "provider": connection.provider_id.code,
                "code": flow.code,
                "receipt": str(uuid.uuid4()),
                "correlation_id": correlation_id or str(uuid.uuid4()),
                "causation_id": causation_id,
                "size": len(content),
                "content_type": content_type or flow._content_type(),
                "priority": priority,
                "flow_id": flow.id,
                "business_key": key or None,
                "res_model": record._name if record else None,
                "res_id": record.id if record else None,
                "content": psycopg2.Binary(content),
            },
        )
        row = self.env.cr.fetchone()
        messages = self.env["logistics.message"].sudo()
        if row is None:
            known = self.env["logistics.message.key"].sudo()
            return known.search(
                [
                    ("connection_id", "=", connection.id),
                    ("identity", "=", f"out:{flow.code}:{once}"),
                ]
            ).message_id
        self._hold(flow, messages.browse(row[0]))
        if flow._has_engine():
            self.env["logistics.answer"].sudo()._expect(messages.browse(row[0]))
        if record:
            self.env["logistics.shipment"]._know_partner_of(record, connection)
        self._wake_after_commit()
        return messages.browse(row[0])

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _wake_after_commit(self):
        """Start the senders once this transaction's messages can be seen."""
        postcommit = self.env.cr.postcommit
        if not postcommit.data.get("logistics.outbox"):
            postcommit.data["logistics.outbox"] = True
            dbname = self.env.cr.dbname
            postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _sweep(self):
        """Cron, each minute: whatever waits gets its senders, whoever forgot to start them."""
        messages = self.env["logistics.message"].sudo()
        messages._expire()
        messages._report_unacknowledged()
        self.env["logistics.answer"].sudo()._tell()
        self._wake()

    @api.model
    def _lanes(self):
        """How many jobs may send at once, on all servers together."""
        lanes_wanted = self.env["logistics.inbox"]._parameter(LANES_PARAMETER, LANES)
        return min(max(lanes_wanted, 1), MOST_LANES)

    @api.model
    def _wake(self):
        """Enqueue senders where messages are due and none are at work.

        :return: whether messages are due, or being sent
        """
        due = lanes.due_flows(self.env.cr) + fallback.due(self.env.cr)
        if not due:
            return False
        live = lanes.live(self.env.cr)
        free = [lane for lane in range(1, self._lanes() + 1) if lane not in live]
        if free and (not live or len(due) > 1):
            lane = free[0]
            self.env["logistics.job.starter"]._start(
                self, "_send", lane, IDENTITY_KEY, "Logistics: send what waits, lane %s"
            )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something that waits becomes due; None when nothing does."""
        cr = self.env.cr
        found = [lanes.seconds_to_next(cr), fallback.seconds_to_next(cr)]
        return min((seconds for seconds in found if seconds is not None), default=None)

    # -- sending ------------------------------------------------------------------------------

    @api.model
    def _send(self, lane=1):
        """Job: send what is due until nothing is or the slice is over. One thread for each flow (or
        for each of its senders): a partner that is slow takes time of nobody else.

        :return: a line for the job's result
        """
        dbname = self.env.cr.dbname
        with self.env.registry.cursor() as cr:
            session = lanes.Session(cr)
            if not session.take_lane(lane):
                return f"lane {lane} is at work already"
            try:
                sent = Shift(session, lambda: self._due(session), self._plan, Sender).work()
            finally:
                session.leave_all()
        waker.wake(dbname)  # what is due by now starts the next slice
        return f"{sent} messages sent"

    def _due(self, session):
        self._step_fallbacks(session)
        return session.due_flows()

    def _plan(self, flow_id):
        """What a sender must know; None when it must not send."""

        def pause(flow, state, reason):
            flow.env["logistics.breaker"]._switch(flow, state, reason)

        return make_plan(self.env, "logistics.flow", flow_id, plan.make, pause)
