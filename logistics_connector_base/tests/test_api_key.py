"""API keys in Odoo: who makes them, what of them can be read, when they end."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..api import callers, usage
from ..core.api.operations import OPERATIONS
from ..intake import store
from .api import ApiCommon

ADMIN = "logistics_connector_base.group_logistics_admin"
MANAGER = "logistics_connector_base.group_logistics_manager"
PERSONAL = "logistics_connector_base.group_logistics_personal"


@tagged("post_install", "-at_install")
class TestApiKey(ApiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("api_admin", ADMIN)
        cls.keys = cls.env["logistics.api.key"].with_user(cls.admin)

    def values(self, **values):
        mine = {"name": "Portal", "company_id": self.company.id}
        return {**mine, "shipments_read": True, "all_connections": True, **values}

    def opens(self, secret):
        self.env.flush_all()
        return bool(callers.find(self.env.cr, f"Bearer {secret}"))

    def test_an_administrator_makes_one_in_the_form(self):
        with Form(self.keys) as form:
            form.name = "Portal"
            form.shipments_read = True
            form.connection_ids.add(self.north)
        key = form.record
        self.assertEqual((key.state, key.scopes), ("draft", "shipments:read"))
        action = key.action_make()
        secret = action["context"]["default_secret"]
        self.assertIn(secret, action["context"]["default_example"])
        shown = Form(self.env[action["res_model"]].with_user(self.admin).with_context(
            **action["context"]))  # fmt: skip
        self.assertEqual(shown.secret, secret)
        self.assertEqual(key.state, "valid")
        self.assertTrue(secret.startswith(key.prefix))
        self.assertTrue(self.opens(secret))
        with self.assertRaises(UserError):
            key.action_make()

    def test_the_secret_is_nowhere(self):
        key = self.keys.create(self.values())
        secret = key.action_make()["context"]["default_secret"]
        wizard = self.env["logistics.api.key.secret"].with_user(self.admin).create(
            {"key_id": key.id, "secret": secret, "example": secret})  # fmt: skip
        self.admin.group_ids |= self.env.ref("base.group_allow_export")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotIn(secret, repr(key.read()))
        self.assertNotIn(key.sudo().digest, repr(key.read()))
        self.assertNotIn(secret, repr(wizard.read()))
        for name in ("digest", ".id"):
            with mute_logger("odoo.models"):
                try:
                    found = repr(key.export_data(["name", name]))
                except UserError:
                    found = ""
            self.assertNotIn(key.sudo().digest, found)
        with self.assertRaises(AccessError):
            key.read(["digest"])
        with self.assertRaises(AccessError):
            self.keys.search([("digest", "=", key.sudo().digest)])
        words = " ".join(key.message_ids.mapped("body"))
        self.assertIn(key.prefix, words)
        self.assertNotIn(secret, words)

    def test_nobody_writes_what_the_buttons_make(self):
        key = self.keys.create(self.values())
        for values in ({"digest": "x"}, {"prefix": "x"}, {"revoked_at": False}):
            with self.assertRaises(UserError):
                key.write(values)
            with self.assertRaises(UserError):
                self.keys.create(self.values(**values))

    def test_who_may(self):
        key = self.keys.create(self.values())
        manager = self.make_user("api_manager", MANAGER)
        user = self.make_user("api_user", "logistics_connector_base.group_logistics_user")
        foreign = self.make_user("api_foreign", ADMIN, company=self.abroad_company)
        self.assertEqual(key.with_user(manager).name, "Portal")
        for act in (
            lambda: key.with_user(manager).action_make(),
            lambda: key.with_user(manager).write({"name": "x"}),
            lambda: key.with_user(user).read(["name"]),
            lambda: key.with_user(foreign).read(["name"]),
            lambda: key.with_user(foreign).action_make(),
            lambda: key.with_user(foreign).action_revoke(),
            lambda: self.keys.create(self.values(company_id=self.abroad_company.id)),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertFalse(key.sudo().digest)

    def test_personal_data_is_given_by_who_may_see_it(self):
        with self.assertRaises(UserError):
            self.keys.create(self.values(personal_read=True))
        key = self.keys.create(self.values())
        with self.assertRaises(UserError):
            key.personal_read = True
        officer = self.make_user("api_officer", ADMIN, PERSONAL)
        opened = self.keys.with_user(officer).create(self.values(personal_read=True))
        with self.assertRaises(UserError):
            opened.with_user(self.admin).write({"events_read": True})
        opened.with_user(officer).action_make()
        with self.assertRaises(UserError):
            opened.with_user(self.admin).action_replace()
        opened.with_user(self.admin).write({"personal_read": False, "events_read": True})
        opened.with_user(self.admin).action_revoke()

    def test_what_makes_no_sense(self):
        epcis = self.make_connection(self.env.ref("logistics_connector_base.provider_epcis"))
        now = fields.Datetime.now()
        for values in (
            {"all_connections": False},
            {"events_write": True},
            {"events_write": True, "write_connection_id": epcis.id},
            {"events_write": True, "write_connection_id": self.abroad.id},
            {"all_connections": False, "connection_ids": [(6, 0, self.abroad.ids)]},
            {"valid_from": now, "valid_to": now},
            {"rate_limit": -1},
            {"rate_burst": 0},
        ):
            with self.assertRaises(UserError):
                self.env["logistics.api.key"].create(self.values(**values))
        # Who only writes needs nothing to read of.
        self.env["logistics.api.key"].create(
            {
                "name": "Scanner",
                "company_id": self.company.id,
                "events_write": True,
                "write_connection_id": self.north.id,
            }
        )

    def test_replace_and_revoke(self):
        key = self.keys.create(self.values())
        former = key.action_make()["context"]["default_secret"]
        action = key.action_replace()
        latter = action["context"]["default_secret"]
        successor = self.keys.browse(action["context"]["default_key_id"])
        self.assertNotEqual(successor, key)
        self.assertEqual(successor.scopes, key.scopes)
        self.assertLess(key.valid_to, fields.Datetime.now() + timedelta(days=8))
        self.assertFalse(successor.valid_to)
        self.assertTrue(self.opens(former) and self.opens(latter))
        (key | successor).action_revoke()
        self.assertFalse(self.opens(former) or self.opens(latter))
        self.assertEqual(set((key | successor).mapped("state")), {"revoked"})
        self.assertEqual(key.revoked_by_id, self.admin)
        for act in (key.action_make, key.action_replace):
            with self.assertRaises(UserError):
                act()

    def test_one_that_ends_is_told_of(self):
        key = self.keys.create(self.values(valid_to=fields.Datetime.now() + timedelta(days=5)))
        secret = key.action_make()["context"]["default_secret"]
        review = self.env["logistics.credential"]._review_ends
        review()
        case = self.exceptions("credential_end").filtered(lambda e: key.prefix in e.detail)
        self.assertEqual(case.severity, "major")
        self.assertIn("Portal", case.name)
        self.assertNotIn(secret, case.detail)
        key.action_replace()
        review()
        self.assertFalse(case.is_open)

    def test_one_that_is_extended_is_settled_at_once(self):
        key = self.keys.create(self.values(valid_to=fields.Datetime.now() + timedelta(days=20)))
        key.action_make()
        self.env["logistics.credential"]._review_ends()
        case = self.exceptions("credential_end").filtered(lambda e: key.prefix in e.detail)
        self.assertEqual(case.severity, "warning")
        key.valid_to = False
        self.assertFalse(case.is_open)

    def test_a_copy_of_the_database_knows_no_key(self):
        _key, secret = self.make_key()
        self.assertTrue(self.opens(secret))
        for query in get_neutralization_queries(["logistics_connector_base"]):
            self.env.cr.execute(query)
        self.assertFalse(self.opens(secret))

    def test_used_keys_are_kept(self):
        key = self.keys.create(self.values())
        key.sudo().last_used_at = fields.Datetime.now()
        with self.assertRaises(UserError):
            key.unlink()
        self.keys.create(self.values()).unlink()

    def test_the_catalogue_counts_calls(self):
        key, _secret = self.make_key()

        def on_the_tests_cursor(_dbname, query, parameters):
            # One of the module's own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(query, parameters)
            return self.env.cr.fetchone()

        with (
            patch.object(store, "_execute", on_the_tests_cursor),
            patch.object(usage, "INTERVAL", 3600),
        ):
            for calls in ((False, True, False), (False,)):
                for refused in calls:
                    usage.note("api_test", key.id, "list_shipments", refused)
                usage.note("api_test", 2**31 - 1, "list_shipments")  # a key that is gone
                usage.write("api_test")
        self.env.invalidate_all()
        self.assertTrue(key.last_used_at)
        catalogue = self.env["logistics.api.operation"].with_user(self.admin).search([])
        self.assertEqual(catalogue.mapped("code"), [one.code for one in OPERATIONS])
        line = catalogue.filtered(lambda one: one.code == "list_shipments")
        self.assertEqual((line.calls, line.refused, line.key_ids), (3, 1, key))
        foreign = self.make_user("api_foreign_2", ADMIN, company=self.abroad_company)
        self.assertFalse(line.with_user(foreign).key_ids)
