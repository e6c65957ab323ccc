"""The page for Prometheus: closed without a token, right figures, a text that parses."""

import os
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import config
from prometheus_client.parser import text_string_to_metric_families

from .common import HealthData

TOKEN = "scrape-me"
URL = "/logistics/metrics"


@tagged("post_install", "-at_install")
class TestMetrics(HealthData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()

    def setUp(self):
        super().setUp()
        self.set_token(TOKEN)

    def set_token(self, token):
        patcher = patch.dict(os.environ, {"LOGISTICS_METRICS_TOKEN": token})
        patcher.start()
        self.addCleanup(patcher.stop)

    def get(self, authorization=f"Bearer {TOKEN}"):
        headers = {"Authorization": authorization} if authorization else {}
        return self.url_open(URL, headers=headers)

    def samples(self):
        """``{(metric, connection id, quantile): value}`` as Prometheus reads it."""
        self.env.flush_all()
        answer = self.get()
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version="))
        return {
            (s.name, s.labels.get("connection_id"), s.labels.get("quantile", "")): s.value
            for family in text_string_to_metric_families(answer.text)
            for s in family.samples
        }

    def test_closed_without_a_configured_token(self):
        self.set_token("")
        self.assertEqual(self.get("Bearer ").status_code, 404)
        self.assertEqual(self.get().status_code, 404)

    def test_closed_without_the_right_token(self):
        for wrong in ("", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"):
            answer = self.get(wrong)
            self.assertEqual(answer.status_code, 401, wrong)
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
            self.assertNotIn("logistics_messages", answer.text)

    def test_token_of_the_configuration_file(self):
        self.set_token("")
        real = config.get
        answers = {"logistics_metrics_token": "from-file"}
        with patch.object(
            type(config), "get", lambda _self, key, *rest: answers.get(key) or real(key, *rest)
        ):
            self.assertEqual(self.get("Bearer from-file").status_code, 200)
            self.assertEqual(self.get().status_code, 401)

    def test_figures_of_all_companies(self):
        self.message("dead", hours=1)
        self.message("received", minutes=10)
        self.message("parked", days=3)
        self.message("processed", self.foreign, hours=1)
        self.event(2, hours=1)
        self.trouble("one")
        samples = self.samples()
        mine, foreign = str(self.connection.id), str(self.foreign.id)

        def value(name, connection=mine, quantile=""):
            return samples[f"logistics_{name}", connection, quantile]

        self.assertEqual(value("messages_received_24h"), 2)
        self.assertEqual(value("messages_received_7d"), 3)
        self.assertEqual(value("messages_failed"), 1)
        self.assertEqual(value("messages_waiting"), 1)
        self.assertEqual(value("messages_parked"), 1)
        self.assertEqual(value("exceptions_open"), 1)
        self.assertEqual(value("connection_live"), 1)
        self.assertAlmostEqual(value("oldest_waiting_age_seconds"), 600, delta=120)
        self.assertEqual(value("processing_latency_seconds", quantile="0.5"), 2)
        self.assertEqual(value("messages_received_24h", foreign), 1)
        self.assertEqual(value("messages_failed", foreign), 0)

    def test_what_is_not_known_is_absent(self):
        silent = str(self.silent.id)
        names = {name for name, connection, _quantile in self.samples() if connection == silent}
        self.assertIn("logistics_messages_waiting", names)
        self.assertNotIn("logistics_last_message_timestamp_seconds", names)
        self.assertNotIn("logistics_processing_latency_seconds", names)

    def test_names_are_escaped(self):
        families = text_string_to_metric_families(self.get().text)
        names = {s.labels.get("connection") for family in families for s in family.samples}
        self.assertIn(self.silent.name, names)

    def families(self):
        self.env.flush_all()
        return {family.name: family for family in text_string_to_metric_families(self.get().text)}

    def test_the_address_of_older_configurations(self):
        answer = self.url_open(
            "/logistics/v1/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn("logistics_messages_waiting", answer.text)

    def test_what_is_to_be_told(self):
        flow = self.env["logistics.flow"].create(
            {
                "name": "Scans out",
                "code": "metrics-out",
                "connection_id": self.connection.id,
                "url": "https://example.com/in",
            }
        )
        waiting = self.message("pending", minutes=10)
        waiting.write({"flow_id": flow.id, "direction": "out"})
        self.message("delivered", hours=1).write({"flow_id": flow.id, "direction": "out"})
        self.env["logistics.breaker"].create({"flow_id": flow.id, "state": "open"})
        found = {
            sample.name: sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.labels.get("flow_id") == str(flow.id)
        }
        self.assertEqual(found["logistics_messages_unsent"], 1)
        self.assertEqual(found["logistics_flow_paused"], 1)
        self.assertAlmostEqual(found["logistics_oldest_unsent_age_seconds"], 600, delta=120)

    def test_alerts_that_are_on(self):
        rule = self.env["logistics.alert.rule"].create(
            {
                "name": "Parked",
                "metric": "health.parked",
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "threshold": 5,
                "severity": "critical",
            }
        )
        alert = self.env["logistics.alert"].create(
            {"rule_id": rule.id, "connection_id": self.connection.id, "state": "firing"}
        )

        def found():
            return [
                (sample.labels["severity"], sample.labels["connection"], sample.value)
                for sample in self.families()["logistics_alert_on"].samples
                if sample.labels["rule_id"] == str(rule.id)
            ]

        self.assertEqual(found(), [("critical", self.connection.name, 1.0)])
        alert.state = "quiet"
        self.assertEqual(found(), [])

    def test_levels_of_the_control_tower(self):
        def found():
            return {
                sample.labels["band"]: sample.value
                for sample in self.families()["logistics_figure_rows"].samples
                if sample.labels["figure"] == "shipment_promise"
                and sample.labels["company_id"] == str(self.company.id)
            }

        self.env["logistics.tower"].sudo().count_now()
        self.assertEqual(set(found().values()), {0})
        shipment = self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "state": "in_transit",
                "promised_delivery_at": self.now - timedelta(days=2),
            }
        )
        self.env["logistics.tower"].sudo().count_now()
        self.assertEqual(found()["late"], 1)
        # What stood yesterday is not how it stands.
        self.env.flush_all()
        self.env.cr.execute("UPDATE logistics_figure_cell SET day = day - 1")
        self.assertEqual(found()["late"], 0)
        self.assertTrue(shipment.exists())

    def test_queue_isolation(self):
        rows = type(self.env["logistics.connection.health"])
        for found, expected in (([], 1), (["no_channel"], 0)):
            with patch.object(rows, "_queue_problems", lambda _self, value=found: value):
                self.assertEqual(self.samples()["logistics_queue_isolated", None, ""], expected)
