"""What tests of the API share: a world of two connections, and keys for it."""

import json

from .common import InboxCommon

# In a test's transaction nothing is committed, so that nothing would ever be below the horizon.
OPEN_HORIZON = """
CREATE OR REPLACE FUNCTION logistics_horizon() RETURNS bigint LANGUAGE sql STABLE AS
'SELECT 9223372036854775807'
"""
READS = ("receipts_read", "shipments_read", "events_read", "orders_read")


class ApiCommon(InboxCommon):
    """North and South are partners of one company, Abroad is another company's. Each has one
    shipment with one scan; ``shared`` was scanned by North and South."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(OPEN_HORIZON)
        cls.env.user.group_ids |= cls.env.ref("logistics_connector_base.group_logistics_personal")
        # One of its own, so that nothing else is in it.
        cls.company = cls.env["res.company"].create({"name": "Home Ltd"})
        cls.abroad_company = cls.env["res.company"].create({"name": "Abroad Ltd"})
        cls.north = cls.make_connection(name="North")
        cls.south = cls.make_connection(name="South")
        cls.abroad = cls.make_connection(name="Abroad", company=cls.abroad_company)
        cls.of_north = cls.make_shipment("1ZNORTH")
        cls.of_south = cls.make_shipment("1ZSOUTH")
        cls.shared = cls.make_shipment("1ZSHARED")
        cls.of_abroad = cls.make_shipment("1ZABROAD", company=cls.abroad_company)

    def tell_all(self):
        """The scans of the world above."""
        for connection, number, day in (
            (self.north, "1ZNORTH", 10),
            (self.south, "1ZSOUTH", 10),
            (self.north, "1ZSHARED", 10),
            (self.south, "1ZSHARED", 11),
            (self.abroad, "1ZABROAD", 10),
        ):
            self.tell(connection, number, day)
        self.env.flush_all()

    def tell(self, connection, number, day=10, code="MOV_ARRIVED", **values):
        at = f"2026-03-{day:02}T10:00:00+01:00"
        self.receive(connection, self.message(self.scan(code, at, number, **values)))

    @classmethod
    def make_key(cls, *scopes, connections=None, company=None, **values):
        """A key, by default with everything that can be read; ``(record, secret)``."""
        values = {
            "name": "Portal",
            "company_id": (company or cls.company).id,
            "all_connections": connections is None,
            "connection_ids": [(6, 0, connections.ids if connections else [])],
            **dict.fromkeys(scopes or READS, True),
            **values,
        }
        key = cls.env["logistics.api.key"].create(values)
        secret = key.action_make()["context"]["default_secret"]
        cls.env.flush_all()
        return key, secret

    # -- over HTTP ----------------------------------------------------------------------------

    def get(self, path, secret=None, headers=None):
        """The answer to a call."""
        self.env.flush_all()
        headers = dict(headers or {})
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        path = path if path.startswith("/") else f"/logistics/v1/{path}"
        return self.url_open(path, headers=headers, allow_redirects=False)

    def items(self, path, secret):
        """All items of a list, page by page."""
        found, following = [], path
        while following:
            answer = self.get(following, secret)
            self.assertEqual(answer.status_code, 200, answer.text)
            page = json.loads(answer.text)
            found += page["items"]
            self.assertEqual(bool(page["next"]), page["more"])
            following = page["next"]
        return found

    def assert_problem(self, answer, status, *words):
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        body = answer.json()
        self.assertEqual(body["status"], status)
        for word in words:
            self.assertIn(word, answer.text)
        return body
