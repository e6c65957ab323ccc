"""Factories for tests of the outbox: flows, messages, and senders that call nobody."""

from unittest.mock import patch

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.breaker import Rules
from odoo.addons.logistics_connector_base.intake import waker
from odoo.addons.logistics_connector_base.outbox import claims, records
from odoo.addons.logistics_connector_base.outbox.plan import Plan

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"


class OutgoingCommon(InboxCommon):
    """Claims and records on the test's own cursor. What needs real transactions and real calls is
    shown end to end (tests/e2e/test_outbox.py)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(name="out")
        cls.outbox = cls.env["logistics.outbox"]
        cls.clerk = cls.make_user("out_clerk", GROUP + "user")
        cls.manager = cls.make_user("out_manager", GROUP + "manager")

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(waker, "wake", lambda dbname: None))

    @classmethod
    def make_flow(cls, connection=None, **values):
        return cls.env["logistics.flow"].create(
            {
                "name": "Order releases",
                "code": "release",
                "connection_id": (connection or cls.connection).id,
                "url": "https://partner.example/orders/{key}",
                "retry_schedule": "10s 20s",
                "give_up_hours": 1,
                **values,
            }
        )

    def enqueue(self, flow, value=None, **more):
        return self.outbox._enqueue(flow, {"n": 1} if value is None else value, **more)

    def plan(self, flow, **values):
        """What a sender knows; it has no client."""
        rules = Rules(flow.breaker_limit, flow.breaker_pause, flow.breaker_longest)
        return Plan(
            **{
                "dbname": self.env.cr.dbname,
                "uid": self.env.uid,
                "flow_id": flow.id,
                "connection_id": flow.connection_id.id,
                "method": flow.method,
                "url": flow.url,
                "ask_url": flow.ask_url or "",
                "id_header": flow.id_header or "",
                "is_ordered": flow.is_ordered,
                "repeat": flow.repeat,
                "pauses": (10.0, 20.0),
                "give_up": flow.give_up_hours * 3600.0,
                "timeout": float(flow.timeout),
                "rules": rules,
                "rate": None,
                "ack": flow.ack,
                "ack_rules": None,
                "make_client": lambda: None,
                "caller": flow.connection_id._make_caller(),
                **values,
            }
        )

    # -- what a sender does -------------------------------------------------------------------

    def next_round(self, flow, size=50, number=0):
        self.env.flush_all()
        found = claims.next_round(self.env.cr, self.plan(flow), number, size)
        self.env.invalidate_all()
        return found

    def claim(self, flow, size=50, number=0):
        """Ids in the order in which they would be sent."""
        return [taken.id for taken in self.next_round(flow, size, number).messages]

    def call(self, flow, kind, text="", taken=None, **more):
        """Take the next message and let a call end as told; the message."""
        taken = taken or self.next_round(flow, 1).messages[0]
        result = records.Result(taken, outcomes.Outcome(kind, text, **more), 0.25, "the answer")
        if kind == outcomes.DELIVERED:
            records.delivered(self.env, self.plan(flow), [result])
        else:
            self.may_go_on = records.failed(self.env, self.plan(flow), result)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["logistics.message"].sudo().browse(taken.id)

    def put(self, messages, **columns):
        """Set columns by SQL, texts with a sign at the beginning as times from now."""
        self.env.flush_all()
        for name, value in columns.items():
            is_time = isinstance(value, str) and value[:1] in "+-"
            place = "now() AT TIME ZONE 'UTC' + %s::interval" if is_time else "%s"
            # The names are the tests' own.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(
                f"UPDATE logistics_message SET {name} = {place} WHERE id = ANY(%s)",
                (value, messages.ids),
            )
        self.env.invalidate_all()

    def outages(self, flow):
        """The exceptions that are open because nothing of the flow gets through."""
        return self.exceptions("partner_down").filtered(
            lambda case: case.key == f"breaker:{flow.id}"
        )

    def breaker(self, flow):
        return self.env["logistics.breaker"].search([("flow_id", "=", flow.id)])

    def set_breaker(self, flow, **columns):
        claims.read_breaker(self.env.cr, flow.id)
        for name, value in columns.items():
            is_time = isinstance(value, str) and value[:1] in "+-"
            place = "now() AT TIME ZONE 'UTC' + %s::interval" if is_time else "%s"
            # The names are the tests' own.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(
                f"UPDATE logistics_breaker SET {name} = {place} WHERE flow_id = %s",
                (value, flow.id),
            )
        self.env.invalidate_all()
