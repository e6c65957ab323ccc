"""Secrets and certificates that end: told in time, settled when they are renewed."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .core.partner_server import Authority
from .test_access import API_KEY, KEY, AccessCommon


@tagged("post_install", "-at_install")
class TestCredentialEnd(AccessCommon):
    def review(self):
        self.env["logistics.credential"]._review_ends()
        return self.exceptions("credential_end")

    def ending(self, **left):
        connection = self.connection(API_KEY, secret="")
        ends = fields.Datetime.now() + timedelta(**left)
        return self.store(connection.access_ids, valid_to=ends)

    def test_a_month_a_week_and_the_end(self):
        secret = self.ending(days=31)
        self.assertFalse(self.review())
        for left, severity, activities in (
            ({"days": 29}, "warning", False),
            ({"days": 8}, "warning", False),
            ({"days": 7}, "major", True),
            ({"days": 1}, "major", True),
            ({"seconds": -5}, "critical", True),
        ):
            ends_at = fields.Datetime.now() + timedelta(**left)
            self.env.cr.execute("UPDATE logistics_credential SET ends_at = %s WHERE id = %s",
                                (ends_at, secret.id))  # fmt: skip
            secret.invalidate_recordset()
            case = self.review()
            self.assertEqual(len(case), 1, left)
            self.assertEqual(case.severity, severity, left)
            self.assertEqual(bool(case.activity_ids), activities, left)
        self.assertIn(self.admin, case.activity_ids.user_id)
        self.assertEqual(len(case.activity_ids.filtered(lambda a: a.user_id == self.admin)), 1)
        self.assertEqual(case.connection_id, secret.connection_id)
        self.assertNotIn(KEY, f"{case.name} {case.detail}")

    def test_a_successor_settles_it_at_once(self):
        secret = self.ending(days=3)
        case = self.review()
        self.assertTrue(case)
        late = secret.valid_to + timedelta(days=1)
        gap = self.store(secret.access_id, valid_from=late)
        self.assertTrue(case.is_open, "a gap of a day remains")
        gap.unlink()
        self.store(secret.access_id, valid_from=secret.valid_to - timedelta(days=1))
        self.assertEqual(case.state, "resolved")
        self.assertFalse(case.activity_ids)
        self.assertFalse(self.review())

    def test_extending_removing_and_retiring_settle_it(self):
        secret = self.ending(days=3)
        self.assertTrue(self.review())
        secret.valid_to = False
        self.assertFalse(self.exceptions("credential_end"))
        secret = self.ending(days=3)
        self.assertTrue(self.review())
        secret.unlink()
        self.assertFalse(self.exceptions("credential_end"))
        secret = self.ending(days=3)
        self.assertTrue(self.review())
        secret.connection_id.action_retire()
        self.assertFalse(self.review())

    def test_a_client_certificate(self):
        authority = Authority()
        connection = self.connection({"kind": "mutual_tls"}, secret="")
        certificate, key = authority.issue("client", days=(-1, 6))
        self.store(connection.access_ids, key, certificate=certificate)
        case = self.review()
        self.assertEqual(case.severity, "major")
        self.assertIn("client certificate", case.name)
        certificate, key = authority.issue("client", days=(-1, 300))
        self.store(connection.access_ids, key, certificate=certificate)
        self.assertEqual(case.state, "resolved")

    def test_incoming_secrets_too(self):
        connection = self.connection()
        hook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        soon = fields.Datetime.now() + timedelta(days=3)
        values = {"connection_id": connection.id, "secret": hook}
        secrets = self.env["logistics.credential"].with_user(self.admin)
        secrets.create({**values, "valid_to": soon})
        self.assertEqual(len(self.review()), 1)
        secrets.create(values)
        self.assertFalse(self.review())

    def test_an_outgoing_secret_is_no_successor_of_an_incoming_one(self):
        connection = self.connection(API_KEY)
        hook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        soon = fields.Datetime.now() + timedelta(days=3)
        values = {"connection_id": connection.id, "secret": hook, "valid_to": soon}
        self.env["logistics.credential"].create(values)
        self.assertEqual(len(self.review()), 1)

    def test_a_secret_for_tests_is_no_successor_in_production(self):
        secret = self.ending(days=3)
        connection = secret.connection_id
        connection.environment = "test"
        self.store(secret.access_id)
        connection.environment = "production"
        self.assertEqual(len(self.review()), 1)
