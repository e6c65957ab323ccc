"""Flows to a message broker: what can be set, and what people are told where something is missing.
With a real broker: tests/e2e/test_rabbitmq.py."""

import json
import sys
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..access import NoAccess
from ..core import outcome as outcomes
from ..outbox import plan as plans
from ..outbox.broker_messenger import BrokerMessenger
from ..outbox.http_messenger import HttpMessenger
from ..outbox.messengers import make
from .outgoing import GROUP, OutgoingCommon

URL = "amqps://broker.example/logistics"
WIRE = "odoo.addons.logistics_connector_base.client.broker_wire"


@tagged("post_install", "-at_install")
class TestFlowBroker(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("broker_admin", GROUP + "admin")
        cls.flow = cls.make_flow(code="events", url=URL, broker_exchange="logistics")

    def refused(self, pattern, **values):
        with self.assertRaisesRegex(ValidationError, pattern), self.cr.savepoint():
            self.flow.write(values)

    def add_login(self):
        self.connection.access_ids = [
            (0, 0, {"kind": "basic", "username": "odoo",
                    "credential_ids": [(0, 0, {"secret": "s3cr3t-4711"})]})
        ]  # fmt: skip

    def without_kombu(self):
        modules = dict.fromkeys(("kombu", "amqp", "amqp.transport", WIRE))
        self.startPatcher(patch.dict(sys.modules, modules))
        from .. import client

        if hasattr(client, "broker_wire"):
            saved = client.broker_wire
            del client.broker_wire
            self.addCleanup(setattr, client, "broker_wire", saved)

    # -- what can be set ----------------------------------------------------------------------

    def test_addresses(self):
        self.flow.url = "amqp://broker.example:5673/a%2Fb"
        for url, words in (
            ("amqps://user:word@broker.example/", "user name or password"),
            ("amqps://broker.example/a/b", "%2F"),
            ("amqps://{key}.example/", "routing key"),
        ):
            with self.subTest(url):
                self.refused(words, url=url)
        self.flow.url = "https://partner.example/"
        self.refused("must begin with https://", ask_url="amqps://broker.example/x")

    def test_what_a_broker_cannot_do(self):
        self.refused("cannot be asked", repeat="ask", ask_url="https://a.example/{id}")
        self.refused("cannot be asked", ack="answer", ack_field="ok")
        self.refused("exchange is empty", broker_exchange=False)
        self.refused("Only these are filled in", broker_routing_key="{id}")
        self.refused("are the broker's", broker_exchange="amq.mine", broker_declare=True)
        self.flow.write({"ack": "message", "repeat": "never", "broker_exchange": "amq.topic"})

    def test_nothing_of_it_is_asked_of_other_flows(self):
        flow = self.make_flow(code="release")
        self.assertFalse(flow.is_broker or flow.broker_problem)
        self.assertTrue(flow.broker_routing_key, "so that the address can be changed")

    def test_the_form_shows_what_belongs_to_the_address(self):
        self.add_login()
        form = Form(self.env["logistics.flow"].with_user(self.admin))
        form.name, form.code, form.connection_id = "Events", "more", self.connection
        form.url = "https://partner.example/"
        self.assertFalse(form.is_broker)
        with self.assertRaises(AssertionError):
            form.broker_exchange = "hidden"
        form.url = URL
        self.assertTrue(form.is_broker)
        with self.assertRaises(AssertionError):
            form.method = "PUT"
        form.broker_exchange = "logistics"
        flow = form.save()
        self.assertEqual(flow.broker_routing_key, "{type}.{code}")
        self.assertTrue(flow.broker_mandatory)
        self.assertEqual((flow.broker_declare, flow.broker_mode), (False, "structured"))

    # -- what is missing ----------------------------------------------------------------------

    def test_without_a_login_nothing_is_sent(self):
        self.assertIn("user name", self.flow.broker_problem)
        with self.assertRaisesRegex(NoAccess, "user name and a password"):
            self.connection._make_caller().login(URL)
        message = self.enqueue(self.flow)
        result = make(plans.make(self.flow)).send(self.next_round(self.flow, 1).messages[0])
        self.assertEqual((result.outcome.kind, result.outcome.is_ours), (outcomes.TROUBLE, True))
        self.assertEqual(result.taken.id, message.id)

    def test_the_login_goes_to_its_hosts_only(self):
        self.add_login()
        caller = self.connection._make_caller()
        self.assertEqual(caller.login(URL), ("odoo", "s3cr3t-4711"))
        self.assertNotIn("s3cr3t", caller.mask("said s3cr3t-4711"))
        self.connection.access_ids.write(
            {"hosts": "other.example", "credential_ids": [(0, 0, {"secret": "s3cr3t-4711"})]}
        )
        with self.assertRaisesRegex(NoAccess, "may not be sent to broker.example"):
            self.connection._make_caller().login(URL)

    def test_a_server_without_kombu_says_so_and_stops_the_flow(self):
        self.add_login()
        self.assertFalse(self.flow.broker_problem)
        self.without_kombu()
        self.flow.invalidate_recordset(["broker_problem"])
        self.assertIn("kombu", self.flow.broker_problem)
        with self.assertRaisesRegex(ValueError, "pip install kombu"):
            plans.make(self.flow)
        told = self.flow.with_user(self.admin).action_test_broker()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertIn("pip install kombu", told["message"])
        self.flow.name = "It can be written all the same"

    # -- who may, and how it goes -------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_administrators_test_a_broker(self):
        for user in (self.clerk, self.manager):
            with self.assertRaises(AccessError):
                self.flow.with_user(user).action_test_broker()

    def test_a_test_tells_why_it_fails(self):
        self.add_login()
        self.flow.url = "amqp://127.0.0.1:1/"
        told = self.flow.with_user(self.admin).action_test_broker()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertIn("administrator", told["message"])
        wizard = self.env["logistics.access.test"].with_user(self.admin)
        test = wizard.create({"connection_id": self.connection.id, "url": "amqp://127.0.0.1:1/x"})
        test.action_call()
        self.assertFalse(test.is_good)
        self.assertIn("administrator", test.verdict)
        test.url = "amqps://user:word@broker.example/"
        test.action_call()
        self.assertIn("store them as a secret", test.verdict)

    def test_each_address_has_its_messenger(self):
        self.add_login()
        self.assertIsInstance(make(plans.make(self.flow)), BrokerMessenger)
        self.assertIsInstance(make(plans.make(self.make_flow(code="web"))), HttpMessenger)

    def test_an_event_in_a_queue_carries_its_trace(self):
        shipment = self.make_shipment("1Z888")
        web = self.make_flow(code="web", url="https://portal.example/in")
        for flow in (self.flow, web):
            values = {"name": flow.code, "flow_id": flow.id, "since": "2026-01-01"}
            self.env["logistics.subscription"].create(values)
        source = self.make_connection(name="source")
        self.receive(source, self.message(self.scan("DLV_DELIVERED", number="1Z888")))
        events = {}
        for message in self.env["logistics.message"].search([("direction", "=", "out")]):
            events[message.flow_id] = json.loads(message._read_bodies()[message.id])
        trace = shipment.correlation_id.replace("-", "")
        self.assertIn(trace, events[self.flow]["traceparent"])
        self.assertNotIn("traceparent", events[web])
        self.assertEqual(events[self.flow]["id"], events[web]["id"])
