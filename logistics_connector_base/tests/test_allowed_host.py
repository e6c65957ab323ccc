"""The administrator's list of local systems, and the client that obeys it."""

import pathlib
import tempfile

from odoo.exceptions import AccessError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..client import Limits, Refused, Untrusted
from .core.partner_server import Authority, Listener, answer

ADMIN = "logistics_connector_base.group_logistics_admin"
MANAGER = "logistics_connector_base.group_logistics_manager"
SERVICE = "logistics_connector_base.group_logistics_service"


@tagged("post_install", "-at_install")
class TestAllowedHost(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, "lah_admin", ADMIN)
        cls.manager = new_test_user(cls.env, "lah_manager", MANAGER)
        cls.lines = cls.env["logistics.allowed.host"].with_user(cls.admin)

    def _allow(self, host, **values):
        return self.lines.create({"host": host, "note": "Test", **values})

    def _client(self, user=None):
        http = self.env["logistics.http"].with_user(user or self.manager)
        return http._client(Limits(connect=5, read=5, total=10))

    def test_a_line_opens_exactly_what_it_names(self):
        with Listener(answer(b"x")) as partner, Listener() as canary:
            line = self._allow("127.0.0.1", ports=str(partner.port), plain_http=True)
            with self._client() as client:
                self.assertEqual(client.get(f"http://127.0.0.1:{partner.port}/").body, b"x")
                with self.assertRaises(Refused):
                    client.get(f"http://127.0.0.1:{canary.port}/")
            line.plain_http = False
            with self._client() as client, self.assertRaises(Refused):
                client.get(f"http://127.0.0.1:{partner.port}/")
            line.write({"plain_http": True, "active": False})
            with self._client() as client, self.assertRaises(Refused):
                client.get(f"http://127.0.0.1:{partner.port}/")
            line.active = True
            with self._client() as client:
                self.assertTrue(client.get(f"http://127.0.0.1:{partner.port}/").ok)
            line.sudo().unlink()
            with self._client() as client, self.assertRaises(Refused):
                client.get(f"http://127.0.0.1:{partner.port}/")
            self.assertEqual((partner.connections, canary.connections), (2, 0))

    def test_what_cannot_stand_is_refused_in_plain_words(self):
        for host, words in (
            ("0.0.0.0/0", "too wide"),
            ("::/0", "too wide"),
            ("169.254.169.254", "never"),
            ("fd00:ec2::254", "never"),
            ("http://wms.local", "host alone"),
            ("wms.local:80", "field for ports"),
            ("127.1", "neither"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self._allow(host)
        with self.assertRaisesRegex(ValidationError, "not a port"):
            self._allow("wms.local", ports="http")
        line = self._allow("hall2.local")
        with self.assertRaisesRegex(ValidationError, "too wide"):
            line.host = "0.0.0.0/0"

    def test_a_local_authority(self):
        authority = Authority()
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        context = authority.context(folder, "127.0.0.1")
        with Listener(answer(b"x"), context=context) as partner:
            line = self._allow("127.0.0.1", ports=str(partner.port))
            url = f"https://127.0.0.1:{partner.port}/"
            with self._client() as client, self.assertRaises(Untrusted):
                client.get(url)
            line.ca_pem = authority.pem
            with self._client() as client:
                self.assertEqual(client.get(url).body, b"x")
            with self.assertRaisesRegex(ValidationError, "authority's certificate cannot be read"):
                line.ca_pem = "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----"

    def test_one_spelling_and_no_second_line(self):
        line = self._allow("  WMS.Local ")
        self.assertEqual(line.host, "wms.local")
        line.active = False
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._allow("wms.LOCAL")

    def test_only_the_integration_administrator_may_change_or_see_it(self):
        line = self._allow("wms.local")
        service = new_test_user(self.env, "lah_service", f"base.group_user,{SERVICE}")
        for user in (self.manager, service):
            as_user = line.with_user(user)
            for attempt in (
                lambda lines=as_user: lines.read(["host"]),
                lambda lines=as_user: lines.write({"plain_http": True}),
                lambda lines=as_user: lines.unlink(),
                lambda lines=as_user: lines.create({"host": "x.local", "note": "x"}),
            ):
                with self.assertRaises(AccessError):
                    attempt()
            with self.assertRaises(AccessError):  # its history would go with it
                line.unlink()
            # and yet the client that works for them obeys it
            rules = self.env["logistics.allowed.host"].with_user(user)._rules()
            self.assertIn("wms.local", {rule.host for rule in rules})

    def test_who_allowed_what_and_when_can_be_read(self):
        line = self._allow("wms.local")
        self.env.flush_all()
        self.env.cr.precommit.run()
        line.write({"plain_http": True, "ports": "8080"})
        self.env.flush_all()
        self.env.cr.precommit.run()
        changes = line.sudo().message_ids.tracking_value_ids
        self.assertEqual(set(changes.mapped("field_id.name")), {"plain_http", "ports"})
        self.assertEqual(line.message_ids[0].author_id, self.admin.partner_id)

    def test_the_form(self):
        with Form(self.lines) as form:
            form.host = "10.1.2.0/28"
            form.ports = "8080, 8443"
            form.plain_http = True
            form.note = "Hall 2"
        rule = form.record._rule()
        self.assertEqual(str(rule.network), "10.1.2.0/28")
        self.assertEqual((rule.ports, rule.plain_http), ({8080, 8443}, True))

    def test_a_copy_for_tests_calls_no_local_system(self):
        self._allow("wms.local")
        self.env.flush_all()
        for query in get_neutralization_queries(["logistics_connector_base"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self.env["logistics.allowed.host"]._rules(), ())
