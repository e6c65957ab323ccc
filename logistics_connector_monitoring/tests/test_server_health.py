"""What a load balancer and a watcher learn of the server."""

import os
from unittest.mock import patch

from odoo.addons.logistics_connector_base.tools import master_key
from odoo.tests import HttpCase, tagged

from .common import HealthData

TOKEN = "watch-me"
URL = "/logistics/health"


@tagged("post_install", "-at_install")
class TestServerHealth(HealthData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()
        # What another test, or a database that is worked with, has left.
        cls.env["logistics.message"].search(
            [("state", "in", ("received", "processing"))]
        ).state = "processed"
        cls.env["logistics.alert"].search([]).unlink()
        cls.env["logistics.breaker"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.set_environment("LOGISTICS_METRICS_TOKEN", TOKEN)
        # How the server that runs the tests is set up is not what is looked at here.
        rows = type(self.env["logistics.connection.health"])
        self.problems = []
        patcher = patch.object(rows, "server_problems", lambda _self: self.problems)
        patcher.start()
        self.addCleanup(patcher.stop)

    def set_environment(self, name, value):
        patcher = patch.dict(os.environ, {name: value})
        patcher.start()
        self.addCleanup(patcher.stop)

    def get(self, token=TOKEN):
        self.env.flush_all()
        answer = self.url_open(URL, headers={"Authorization": f"Bearer {token}"} if token else {})
        self.assertEqual(answer.headers["Content-Type"], "application/health+json")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.status_code, answer.json()

    def check(self, name):
        status, told = self.get()
        return status, told["status"], told["checks"][name][0]

    def test_all_is_well(self):
        status, told = self.get()
        self.assertEqual((status, told["status"]), (200, "pass"), told)
        self.assertNotIn("output", told)
        self.assertEqual({one["status"] for [one] in told["checks"].values()}, {"pass"})

    def test_what_waits_too_long(self):
        self.message("received", minutes=4)
        self.assertEqual(self.check("inbox:oldest_waiting")[1], "pass")
        self.message("received", minutes=20)
        status, overall, found = self.check("inbox:oldest_waiting")
        self.assertEqual((status, overall, found["status"]), (200, "warn", "warn"))
        self.assertAlmostEqual(found["observedValue"], 1200, delta=60)
        self.assertIn("has waited", found["output"])
        self.env["ir.config_parameter"].sudo().set_param(
            "logistics_connector_monitoring.waiting_seconds", "3600"
        )
        self.assertEqual(self.check("inbox:oldest_waiting")[1], "pass")

    def test_a_flow_that_rests(self):
        flow = self.env["logistics.flow"].create(
            {
                "name": "Scans out",
                "code": "health-out",
                "connection_id": self.connection.id,
                "url": "https://example.com/in",
            }
        )
        self.env["logistics.breaker"].create({"flow_id": flow.id, "state": "open"})
        _status, overall, found = self.check("outbox:paused_flows")
        self.assertEqual((overall, found["observedValue"]), ("warn", 1))

    def test_a_critical_alert(self):
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
        self.env["logistics.alert"].create(
            {"rule_id": rule.id, "connection_id": self.connection.id, "state": "firing"}
        )
        self.assertEqual(self.check("alerts:critical")[2]["observedValue"], 1)

    def test_how_the_server_is_set_up(self):
        self.problems = ["No job runs."]
        status, overall, found = self.check("server:setup")
        self.assertEqual((status, overall, found["output"]), (200, "warn", "No job runs."))

    def test_without_a_master_key_nothing_can_be_taken(self):
        self.set_environment("LOGISTICS_MASTER_KEY", "")
        with patch.object(master_key, "_configured", lambda: ""):
            status, overall, found = self.check("intake:master_key")
        self.assertEqual((status, overall), (503, "fail"))
        self.assertIn("master key", found["output"])

    def test_strangers_learn_the_status_only(self):
        self.message("received", minutes=20)
        for token in ("", "wrong", TOKEN + "x"):
            self.assertEqual(self.get(token), (200, {"status": "warn"}))
        self.set_environment("LOGISTICS_METRICS_TOKEN", "")
        self.assertEqual(self.get(""), (200, {"status": "warn"}))

    def test_alive_whatever_is_wrong(self):
        self.message("received", minutes=20)
        answer = self.url_open(f"{URL}/live")
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "pass"}))
        head = self.url_open(f"{URL}/live", method="HEAD")
        self.assertEqual((head.status_code, head.content), (200, b""))
