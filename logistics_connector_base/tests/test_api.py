"""The API over HTTP: who may ask what, and what is answered to whatever is asked."""

import json
from datetime import timedelta

import psycopg2
from jsonschema import Draft202012Validator, FormatChecker
from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..api import calls, reads
from ..core.api import documents
from ..core.api.operations import OPERATIONS
from ..core.failure_meter import FailureMeter
from ..intake import gate, store
from .api import ApiCommon

PATHS = [
    one.path.format(shipment="0" * 32, order="S1") for one in OPERATIONS if one.scope
]  # all of them know GET but the one that tells events, which shares its path

JSON = {"Content-Type": "application/json"}


def schema(name):
    answers, _events = documents.schemas()
    return Draft202012Validator(
        {"$ref": f"#/$defs/{name}", "$defs": answers["$defs"]}, format_checker=FormatChecker()
    )


@tagged("post_install", "-at_install")
class TestApi(ApiCommon, HttpCase):
    def test_without_a_valid_key(self):
        _key, secret = self.make_key()
        for path in PATHS:
            for headers in (
                {},
                {"Authorization": "Bearer lck_00000000_" + "0" * 48},
                {"Authorization": f"Basic {secret}"},
                {"Authorization": "Bearer " + "x" * 5000},
                {"X-Api-Key": secret},
            ):
                answer = self.get(path, headers=headers)
                self.assert_problem(answer, 401, "Not authentic")
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        self.assert_problem(self.get(f"shipments?key={secret}"), 401)

    def test_a_key_ends_and_begins_and_is_revoked(self):
        key, secret = self.make_key()
        hour = timedelta(hours=1)
        now = fields.Datetime.now()
        self.assertEqual(self.get("shipments", secret).status_code, 200)
        for values in ({"valid_to": now - hour}, {"valid_from": now + hour, "valid_to": False}):
            key.write(values)
            self.assert_problem(self.get("shipments", secret), 401)
        key.write({"valid_from": now - hour, "valid_to": now + hour})
        self.assertEqual(self.get("shipments", secret).status_code, 200)
        key.action_revoke()
        self.assert_problem(self.get("shipments", secret), 401)

    def test_rotation(self):
        key, former = self.make_key(connections=self.north)
        latter = key.action_replace()["context"]["default_secret"]
        for secret in (former, latter):
            self.assertEqual(self.get("shipments", secret).status_code, 200)
        key.valid_to = fields.Datetime.now() - timedelta(minutes=1)
        self.assert_problem(self.get("shipments", former), 401)
        self.assertEqual(self.get("shipments", latter).status_code, 200)

    def test_each_scope_opens_its_own(self):
        opened = {
            "receipts_read": {"receipts"},
            "shipments_read": {"shipments", f"shipments/{self.of_north.public_id}"},
            "events_read": {"events", f"shipments/{self.of_north.public_id}/events"},
            "orders_read": {"orders", "orders/none"},
        }
        for scope, mine in opened.items():
            _key, secret = self.make_key(scope)
            for path in set().union(*opened.values()):
                answer = self.get(path, secret)
                if path in mine:
                    self.assertIn(answer.status_code, (200, 404), path)
                else:
                    self.assert_problem(answer, 403, "it needs")
                    self.assertIn("insufficient_scope", answer.headers["WWW-Authenticate"])

    def test_answers_fit_their_schemas(self):
        self.tell_all()
        _key, secret = self.make_key(*("personal_read", "receipts_read", "shipments_read"),
                                     events_read=True, orders_read=True)  # fmt: skip
        shipment = self.of_north.public_id
        for path, name in (
            ("receipts", "MessagePage"),
            ("shipments", "ShipmentPage"),
            (f"shipments/{shipment}", "Shipment"),
            (f"shipments/{shipment}/events", "EventPage"),
            ("events", "EventPage"),
            ("orders", "OrderPage"),
        ):
            answer = self.get(path, secret)
            self.assertEqual(answer.status_code, 200, path)
            schema(name).validate(answer.json())
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertNotIn("Set-Cookie", answer.headers)
            if "items" in answer.json() and path != "orders":
                self.assertTrue(answer.json()["items"], path)

    # -- strangers' things --------------------------------------------------------------------

    def test_a_connection_sees_what_it_touched(self):
        self.tell_all()
        _key, north = self.make_key(connections=self.north)
        _key, whole = self.make_key()
        _key, abroad = self.make_key(company=self.abroad_company)
        mine = {self.of_north.name, self.shared.name}

        def names(path, secret):
            return {item["number"] for item in self.items(path, secret)}

        self.assertEqual(names("shipments", north), mine)
        self.assertEqual(names("shipments", whole), mine | {self.of_south.name})
        self.assertEqual(names("shipments", abroad), {self.of_abroad.name})
        for event in self.items("events", north):
            self.assertEqual(event["connection"], self.north.name)
            self.assertIn(event["shipment"]["number"], mine)
        shared = f"shipments/{self.shared.public_id}/events"
        self.assertEqual(len(self.items(shared, north)), 1)
        self.assertEqual(len(self.items(shared, whole)), 2)
        self.assertEqual(
            {item["connection"] for item in self.items("receipts", north)}, {self.north.name}
        )
        self.assertEqual(len(self.items("receipts", whole)), 4)

    def test_guessed_ids_and_filters_open_nothing(self):
        self.tell_all()
        _key, north = self.make_key(connections=self.north)
        _key, whole = self.make_key()
        for other in (self.of_south, self.of_abroad):
            for path in (f"shipments/{other.public_id}", f"shipments/{other.public_id}/events"):
                self.assert_problem(self.get(path, north), 404)
            number = other.package_ids.tracking_number
            for query in (
                f"tracking_number={number}",
                f"reference_type=shipment&reference_value={other.name}",
                f"connection={self.south.name}",
                f"connection={self.abroad.name}",
            ):
                found = {item["number"] for item in self.items(f"shipments?{query}", north)}
                self.assertNotIn(other.name, found, query)
            found = self.items(f"events?connection={self.south.name}", north)
            self.assertEqual(found, [])
        self.assert_problem(self.get(f"shipments/{self.of_abroad.public_id}", whole), 404)
        # Numbers of rows are no ids.
        for guess in (str(self.of_north.id), "0" * 32, self.of_north.name, "%00", "%ff", "a%0a"):
            self.assert_problem(self.get(f"shipments/{guess}", whole), 404)

    def test_a_cursor_of_somebody_else_opens_nothing(self):
        self.tell_all()
        _key, north = self.make_key(connections=self.north)
        _key, abroad = self.make_key(company=self.abroad_company)
        for path in ("shipments", "events"):
            cursor = self.get(f"{path}?limit=1", abroad).json()["cursor"]
            found = self.items(f"{path}?cursor={cursor}", north)
            self.assertNotIn(self.of_abroad.name, json.dumps(found))
            self.assertNotIn(self.of_south.name, json.dumps(found))

    def test_an_order_by_one_of_its_shipments(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "client_order_ref": "P1", "company_id": self.company.id}
        )
        order.action_confirm()
        (self.of_north | self.of_south).sale_order_ids = order
        self.tell_all()
        self.tell(self.south, "1ZSOUTH", 12, "EXC_HELD")
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "delivery_exception",
                    "key": "secret",
                    "name": "South has lost it",
                    "company_id": self.company.id,
                    "shipment_id": self.of_south.id,
                    "severity": "critical",
                }
            ]
        )
        self.work_states()
        _key, north = self.make_key(connections=self.north)
        _key, whole = self.make_key()
        _key, abroad = self.make_key(company=self.abroad_company)
        shown = self.get(f"orders/{order.name}", whole).json()
        schema("Order").validate(shown)
        self.assertEqual(shown["state"], "blocked")
        self.assertIn("South has lost it", shown["blocked_reason"])
        self.assertEqual(len(shown["shipments"]), 2)
        shown = self.get(f"orders/{order.name}", north).json()
        self.assertEqual(shown["state"], "blocked")
        self.assertIsNone(shown["blocked_reason"], "it tells of another's shipment")
        self.assertEqual([one["number"] for one in shown["shipments"]], [self.of_north.name])
        self.assertEqual([one["name"] for one in self.items("orders", north)], [order.name])
        self.assertEqual(self.items("orders?state=closed", whole), [])
        self.assert_problem(self.get(f"orders/{order.name}", abroad), 404)
        self.assertEqual(self.items("orders", abroad), [])

    def test_personal_data_only_for_who_may_see_it(self):
        self.tell(
            self.north, "1ZNORTH", code="DLV_DELIVERED", signed_by="A. Lovelace",
            raw_text="Left with A. Lovelace",
            place={"name": "Lovelace", "zip": "3512", "city": "X"},
        )  # fmt: skip
        _key, plain = self.make_key()
        _key, open_key = self.make_key("shipments_read", "events_read", "personal_read")
        for path in ("events", "shipments", f"shipments/{self.of_north.public_id}"):
            self.assertNotIn("Lovelace", self.get(path, plain).text)
            self.assertNotIn("3512", self.get(path, plain).text)
            self.assertIn("Lovelace", self.get(path, open_key).text)

    # -- pages and filters --------------------------------------------------------------------

    def test_pages(self):
        self.tell_all()
        _key, secret = self.make_key()
        for path in (
            "shipments",
            "events",
            "receipts",
            f"shipments/{self.shared.public_id}/events",
        ):
            whole = self.items(path, secret)
            self.assertGreater(len(whole), 1)
            self.assertEqual(self.items(f"{path}?limit=1", secret), whole, path)

    def test_what_changes_while_somebody_reads_comes_again(self):
        self.tell_all()
        _key, secret = self.make_key()
        first = self.get("shipments?limit=2", secret).json()
        name = first["items"][0]["number"]
        shipment = self.env["logistics.shipment"].search([("name", "=", name)])
        self.env.cr.execute(  # of long ago
            "UPDATE logistics_change SET position = position - 1 WHERE company_id = %s",
            (self.company.id,),
        )
        cursor = self.get("shipments?limit=200", secret).json()["cursor"]
        shipment.carrier_name = "Changed"
        self.env.flush_all()
        news = self.get(f"shipments?cursor={cursor}", secret).json()
        self.assertEqual([item["number"] for item in news["items"]], [name])
        self.assertEqual(news["items"][0]["carrier_name"], "Changed")
        again = self.get(f"shipments?cursor={news['cursor']}", secret).json()
        self.assertEqual(again["items"], [])
        self.assertEqual(again["cursor"], news["cursor"])

    def test_filters(self):
        self.tell_all()
        self.tell(self.north, "1ZNORTH", 12, "DLV_DELIVERED")
        _key, secret = self.make_key()

        def names(query):
            return [item["number"] for item in self.items(f"shipments?{query}", secret)]

        self.assertEqual(names("state=delivered"), [self.of_north.name])
        self.assertEqual(names("tracking_number=1z-south"), [self.of_south.name])
        self.assertEqual(names("tracking_number=1ZSOUTH&state=delivered"), [])
        self.assertEqual(
            names(f"reference_type=shipment&reference_value={self.shared.name}"), [self.shared.name]
        )
        self.assertEqual(names("reference_type=order&reference_value=1ZSOUTH"), [])
        self.assertEqual(
            set(names(f"connection={self.south.name}")), {self.shared.name, self.of_south.name}
        )
        self.assertEqual(names("connection=%27%20OR%201=1--"), [])

    def test_since_a_time(self):
        self.tell_all()
        _key, secret = self.make_key()
        since = "updated_since=2026-03-01T00:00:00Z"
        self.assertEqual(len(self.items(f"shipments?{since}", secret)), 3, "no mark: all of it")
        self.env.cr.execute(
            "UPDATE logistics_change SET position = 5 WHERE company_id = %s", (self.company.id,)
        )
        self.env.cr.execute(
            "INSERT INTO logistics_change_mark VALUES ('2026-02-28', 5), ('2026-03-02', 6)"
        )
        self.assertEqual(len(self.items(f"shipments?{since}", secret)), 3)
        later = "updated_since=2026-03-02T01:00:00%2B01:00"
        self.assertEqual(self.items(f"shipments?{later}", secret), [])
        received = self.items("receipts?since=2026-03-20T12:00:00Z", secret)
        self.assertEqual(len(received), 4)
        self.assertEqual(self.items("receipts?since=2026-03-20T12:00:01Z", secret), [])

    def test_a_page_looks_at_no_more_than_it_may(self):
        self.tell_all()
        _key, north = self.make_key(connections=self.north)
        self.patch(reads, "SCAN", 1)
        page = self.get("shipments?limit=50", north).json()
        self.assertLessEqual(len(page["items"]), 1)
        self.assertTrue(page["more"])
        found = {item["number"] for item in self.items("shipments", north)}
        self.assertEqual(found, {self.of_north.name, self.shared.name})
        self.assertEqual(len(self.items("events", north)), 2)

    # -- whatever else is asked -----------------------------------------------------------------

    def test_bad_parameters(self):
        _key, secret = self.make_key()
        cursor = self.get("events", secret).json()["cursor"]
        for query, name in (
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("limit=1&limit=2", "limit"),
            ("cursor=%00", "cursor"),
            ("cursor=" + "A" * 3000, "cursor"),
            ("cursor=W10", "cursor"),
            (f"cursor={cursor}", "cursor"),
            ("updated_since=yesterday", "updated_since"),
            ("state=gone", "state"),
            ("tracking_number=%00", "tracking_number"),
            ("tracking_number=%ed%a0%80%00", "tracking_number"),
            ("reference_type=order", "reference_value"),
            ("reference_value=S1", "reference_type"),
            ("colour=red", "colour"),
            ("self=1", "self"),
            ("caller=1", "caller"),
        ):
            body = self.assert_problem(self.get(f"shipments?{query}", secret), 400)
            self.assertEqual(body["parameter"], name, query)
        self.assert_problem(self.get("orders/a%00b", secret), 404)
        self.assert_problem(self.get("orders/" + "x" * 500, secret), 404)
        self.assert_problem(self.get("orders/S1?limit=1", secret), 400)

    def test_bytes_that_are_no_text(self):
        self.tell_all()
        _key, secret = self.make_key()
        for query in ("tracking_number=%ed%a0%80", "tracking_number=%ff%fe", "connection=%c3%28"):
            answer = self.get(f"shipments?{query}", secret)
            self.assertIn(answer.status_code, (200, 400), query)

    def test_other_methods_and_addresses(self):
        _key, secret = self.make_key()
        headers = {"Authorization": f"Bearer {secret}"}
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.opener.request(
                method, self.base_url() + "/logistics/v1/shipments", headers=headers
            )
            self.assert_problem(answer, 405)
        self.assert_problem(self.get("nothing", secret), 404)

    def test_what_is_ours_is_503_while_postgresql_is_away(self):
        for path in PATHS:
            self.assertTrue(gate.OWN_ROUTE.fullmatch(path), path)
        self.assertFalse(gate.OWN_ROUTE.fullmatch("/logistics/v1/nothing"))

    def test_a_query_that_names_what_python_names(self):
        answer = self.url_open("/logistics/v1/in/nobody?self=1", data=b"{}", headers=JSON)
        self.assert_problem(answer, 401)

    def test_telling_needs_its_scope(self):
        _key, secret = self.make_key()
        answer = self.url_open(
            "/logistics/v1/events", data=b"{}",
            headers={"Authorization": f"Bearer {secret}", **JSON},
        )  # fmt: skip
        self.assert_problem(answer, 403, "events:write")

    def test_too_fast(self):
        _key, secret = self.make_key(rate_limit=1, rate_burst=3)
        answers = [self.get("shipments", secret) for _call in range(6)]
        refused = [answer for answer in answers if answer.status_code == 429]
        self.assertEqual([answer.status_code for answer in answers[:3]], [200] * 3)
        self.assertTrue(refused)
        for answer in refused:
            self.assert_problem(answer, 429)
            self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
            self.assertIn("r=0", answer.headers["RateLimit"])
        self.assertIn('"key";q=3;w=3', answers[0].headers["RateLimit-Policy"])
        self.assertIn("r=2", answers[0].headers["RateLimit"])

    def test_who_tries_keys_has_to_wait_and_nobody_else(self):
        self.patch(calls, "failures", FailureMeter(per_second=0.001, burst=2))
        _key, secret = self.make_key()
        wrong = "lck_00000000_" + "1" * 48
        found = [self.get("shipments", wrong).status_code for _call in range(4)]
        self.assertEqual(found, [401, 401, 429, 429])
        self.assertEqual(self.get("shipments", secret).status_code, 200)

    @mute_logger("odoo.addons.logistics_connector_base.api.calls")
    def test_when_the_rate_cannot_be_known(self):
        def down(*_arguments):
            raise psycopg2.OperationalError("away")

        _key, secret = self.make_key()
        self.patch(store, "_execute", down)
        answer = self.get("shipments", secret)
        self.assert_problem(answer, 503)
        self.assertTrue(answer.headers["Retry-After"])

    # -- what there is ------------------------------------------------------------------------

    def test_the_description_is_for_everybody(self):
        answer = self.get("openapi.json")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json(), documents.document())
        page = self.get("docs")
        self.assertEqual(page.status_code, 200)
        self.assertIn("text/html", page.headers["Content-Type"])
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertNotIn(self.company.name, page.text)
        self.assertNotIn(self.env.cr.dbname, page.text + answer.text)
