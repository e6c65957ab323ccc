"""Connections and their secrets: fail closed, never readable back."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..core.identity import digest
from ..tools.master_key import secret_box

SECRET = "whsec_" + base64.b64encode(bytes(range(40, 72))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(80, 112))).decode()


@tagged("post_install", "-at_install")
class TestConnection(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "lc_admin", "logistics_connector_base.group_logistics_admin"
        )
        cls.user = new_test_user(
            cls.env, "lc_user", "logistics_connector_base.group_logistics_user"
        )
        cls.provider = cls.env.ref("logistics_connector_base.provider_canonical")

    def _connection(self, **values):
        return (
            self.env["logistics.connection"]
            .with_user(self.admin)
            .create(
                {
                    "name": "Acme 3PL",
                    "provider_id": self.provider.id,
                    **values,
                }
            )
        )

    def _credential(self, connection, secret=SECRET, **values):
        return (
            self.env["logistics.credential"]
            .with_user(self.admin)
            .create({"connection_id": connection.id, "secret": secret, **values})
        )

    def _profile(self, connection):
        return self.env["logistics.connection"]._intake_profile(connection.sudo().token_digest)

    def test_the_provider_fills_in_how_it_signs(self):
        with Form(self.env["logistics.connection"].with_user(self.admin)) as form:
            form.provider_id = self.provider
            self.assertIn("Standard Webhooks", form.proof_summary)
            self.assertEqual(form.message_id_header, "webhook-id")

    def test_it_cannot_go_live_without_address_and_secret(self):
        connection = self._connection()
        with self.assertRaisesRegex(UserError, "no address was made.*no valid secret"):
            connection.action_go_live()
        connection.action_new_address()
        self._credential(connection, valid_to=fields.Datetime.now() - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "no valid secret"):
            connection.action_go_live()
        self._credential(connection)
        connection.action_go_live()
        self.assertEqual(connection.state, "live")

    def test_the_address_is_shown_once_and_only_its_digest_is_stored(self):
        connection = self._connection()
        url = connection.action_new_address()["context"]["default_url"]
        token = url.rpartition("/")[2]
        self.assertGreaterEqual(len(token), 32)
        self.assertEqual(connection.sudo().token_digest, digest(token.encode()))
        with self.assertRaises(AccessError):
            connection.read(["token_digest"])
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(c)::text FROM logistics_connection c")
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        connection.action_new_address()
        self.assertNotEqual(connection.sudo().token_digest, digest(token.encode()))

    def test_a_secret_can_be_written_and_used_but_not_read(self):
        connection = self._connection()
        credential = self._credential(connection)
        self.assertTrue(credential.is_set)
        self.assertFalse(credential.read(["secret"])[0]["secret"])
        with self.assertRaises(AccessError):
            credential.read(["secret_encrypted"])
        with self.assertRaises(UserError):
            credential.export_data(["secret_encrypted"])
        stored = credential.sudo().secret_encrypted
        self.assertNotIn(SECRET[6:], stored)
        self.assertEqual(secret_box().decrypt(stored), SECRET)
        self.assertNotIn(SECRET[6:], str(connection.message_ids.mapped("body")))

    def test_saving_without_a_new_secret_keeps_the_old_one(self):
        credential = self._credential(self._connection())
        credential.write({"name": "Renamed", "secret": False})
        self.assertEqual(secret_box().decrypt(credential.sudo().secret_encrypted), SECRET)

    def test_a_weak_secret_is_refused_in_plain_words_without_showing_it(self):
        with self.assertRaises(ValidationError) as caught:
            self._credential(self._connection(), secret="whsec_c2hvcnQ=")
        self.assertNotIn("c2hvcnQ", str(caught.exception))

    def test_a_secret_cannot_end_before_it_begins(self):
        now = fields.Datetime.now()
        with self.assertRaises(ValidationError):
            self._credential(
                self._connection(), valid_from=now, valid_to=now - timedelta(minutes=1)
            )

    def test_only_live_connections_have_a_profile(self):
        connection = self._connection()
        connection.action_new_address()
        self._credential(connection)
        self.assertIsNone(self._profile(connection))
        connection.action_go_live()
        self.assertEqual(self._profile(connection).connection_id, connection.id)
        connection.action_suspend()
        self.assertIsNone(self._profile(connection))
        connection.action_go_live()
        connection.action_retire()
        self.assertIsNone(self._profile(connection))
        with self.assertRaisesRegex(UserError, "cannot become"):
            connection.action_go_live()

    def test_two_secrets_overlap_and_each_ends_in_its_time(self):
        connection = self._connection()
        connection.action_new_address()
        now = fields.Datetime.now()
        old = self._credential(connection, valid_to=now + timedelta(hours=1))
        new = self._credential(connection, OTHER, valid_from=now)
        connection.action_go_live()
        profile = self._profile(connection)

        def valid(at):
            return {secret.credential_id for secret in profile.proofs[0].valid_secrets(at)}

        self.assertEqual(valid(now - timedelta(hours=1)), {old.id})
        self.assertEqual(valid(now), {old.id, new.id})
        self.assertEqual(valid(now + timedelta(hours=1)), {new.id})

    def test_a_used_connection_is_retired_not_deleted(self):
        connection = self._connection()
        self.env["logistics.message"].sudo().create(
            {
                "connection_id": connection.id,
                "company_id": connection.company_id.id,
                "direction": "in",
                "channel": "webhook",
                "state": "processed",
                "provider": "canonical",
                "receipt": "r1",
                "correlation_id": "c1",
                "digest": "0" * 64,
                "received_at": fields.Datetime.now(),
            }
        )
        with self.assertRaisesRegex(UserError, "Retire it"):
            connection.unlink()

    def test_users_see_connections_but_no_secrets_and_change_nothing(self):
        connection = self._connection()
        credential = self._credential(connection)
        as_user = connection.with_user(self.user)
        self.assertEqual(as_user.read(["name", "state"])[0]["name"], "Acme 3PL")
        for attempt in (
            lambda: as_user.write({"name": "Mine"}),
            lambda: as_user.action_new_address(),
            lambda: as_user.action_suspend(),
            lambda: credential.with_user(self.user).read(["name"]),
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_a_provider_needs_a_handler_that_exists(self):
        for handler in ("res.partner", "no.such.model"):
            with self.assertRaises(ValidationError):
                self.env["logistics.provider"].create(
                    {"name": "X", "code": "x", "handler": handler}
                )
