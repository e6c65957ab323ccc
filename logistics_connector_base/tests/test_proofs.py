"""What calls of a connection must prove: filled in, said in words, questioned where it is weak."""

import importlib.util
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..core.verifiers import KINDS
from ..intake import store, waker
from ..tools.master_key import open_secret
from .common import InboxCommon

SECRET = "5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4"
HOOK = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
PLAIN = "long enough, but it is no base64"
SIGNED = {"kind": "hmac", "header": "X-Signature"}
LISTED = {"kind": "addresses", "networks": "192.0.2.0/24"}
QUERY = {"kind": "query", "parameter": "token"}


@tagged("post_install", "-at_install")
class TestProofs(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("proof_admin", "logistics_connector_base.group_logistics_admin")
        cls.clerk = cls.make_user("proof_clerk", "logistics_connector_base.group_logistics_user")

    def connection(self, *proofs, mode="all", **values):
        return self.make_connection(
            verifier_ids=[(0, 0, proof) for proof in proofs], verifier_mode=mode, **values
        ).with_user(self.admin)

    def credential(self, connection, secret=SECRET, **values):
        return (
            self.env["logistics.credential"]
            .with_user(self.admin)
            .create({"connection_id": connection.id, "secret": secret, **values})
        )

    # -- filled in ----------------------------------------------------------------------------

    def test_choosing_a_provider_fills_the_proofs_in(self):
        with Form(self.env["logistics.connection"].with_user(self.admin)) as form:
            form.provider_id = self.canonical
            self.assertEqual(len(form.verifier_ids), 1)
            self.assertIn("Standard Webhooks", form.proof_summary)
            self.assertFalse(form.proof_warning)
        self.assertEqual(form.record.verifier_ids.kind, "standard_webhooks")

    def test_who_creates_by_rpc_gets_them_too_unless_others_are_named(self):
        create = self.env["logistics.connection"].with_user(self.admin).create
        values = {"name": "x", "provider_id": self.canonical.id}
        self.assertEqual(create(values).verifier_ids.kind, "standard_webhooks")
        self.assertEqual(
            create({**values, "verifier_ids": [(0, 0, SIGNED)]}).verifier_ids.kind, "hmac"
        )
        self.assertFalse(create({**values, "verifier_ids": []}).verifier_ids)

    def test_a_copy_asks_for_the_same(self):
        copied = self.connection(SIGNED, LISTED, mode="any").copy()
        self.assertEqual(copied.verifier_ids.mapped("kind"), ["hmac", "addresses"])
        self.assertEqual(copied.verifier_mode, "any")
        self.assertFalse(copied.credential_ids)

    # -- in words -----------------------------------------------------------------------------

    def test_every_kind_is_described_and_shown(self):
        kinds = dict(self.env["logistics.verifier"]._fields["kind"].selection)
        self.assertEqual(set(kinds), set(KINDS))
        for kind in kinds:
            proof = self.env["logistics.verifier"].new({"kind": kind, "header": "X-It"})
            self.assertTrue(proof.description, kind)
            self.assertNotIn("%(", proof.description)

    def test_what_is_proved_in_words(self):
        connection = self.connection({**SIGNED, "prefix": "sha256="}, LISTED)
        self.assertEqual(
            connection.proof_summary,
            "HMAC-SHA256 of the body in header X-Signature, as hex after “sha256=” and "
            "Calls from 192.0.2.0/24",
        )
        connection.verifier_mode = "any"
        self.assertIn(" or ", connection.proof_summary)

    def test_weak_proofs_are_questioned(self):
        self.assertFalse(self.connection(SIGNED).proof_warning)
        self.assertFalse(self.connection(SIGNED, LISTED).proof_warning)
        for weak in (
            self.connection(LISTED),
            self.connection(QUERY),
            self.connection(QUERY, LISTED),
        ):
            self.assertIn("proves little", weak.proof_warning)
        mixed = self.connection(SIGNED, LISTED, mode="any")
        self.assertIn("only as good as the weakest", mixed.proof_warning)
        self.assertIn("no call is taken", self.connection().proof_warning)

    # -- refused ------------------------------------------------------------------------------

    def test_parameters_that_make_no_proof_are_refused(self):
        for proof in (
            {"kind": "hmac"},
            {"kind": "static", "header": "X Secret"},
            {"kind": "hmac_time", "header": "X-S", "signed": "{body}"},
            {"kind": "plain_hash", "signed": "{key}{body}"},
            {"kind": "rsa_key_set"},
            {"kind": "rsa_key_set", "key_set_url": "http://example.com/jwks"},
            {"kind": "addresses", "networks": "0.0.0.0/0"},
            {"kind": "addresses", "networks": "192.0.2.300"},
            {"kind": "jwt", "issuer": "x"},
            {"kind": "jwt", "issuer": "x", "audience": "y", "algorithm": "HS256",
             "key_set_url": "https://example.com/jwks"},
            {"kind": "http_signature"},
            {**SIGNED, "tolerance": 86400},
        ):  # fmt: skip
            with self.subTest(proof=proof), self.assertRaises(ValidationError):
                self.connection(proof)

    def test_weak_alone_does_not_go_live_where_the_partner_can_do_better(self):
        connection = self.connection(LISTED, state="draft")
        connection.action_new_address()
        with self.assertRaisesRegex(UserError, "can sign or send a secret"):
            connection.action_go_live()
        connection.verifier_ids = [(0, 0, SIGNED)]
        with self.assertRaisesRegex(UserError, "no valid secret.*HMAC"):
            connection.action_go_live()
        self.credential(connection)
        connection.action_go_live()

    def test_one_of_several_needs_no_secret_for_each(self):
        connection = self.connection(SIGNED, {"kind": "bearer"}, mode="any", state="draft")
        connection.action_new_address()
        with self.assertRaisesRegex(UserError, "no valid secret"):
            connection.action_go_live()
        self.credential(connection, verifier_id=connection.verifier_ids[1].id)
        connection.action_go_live()

    def test_without_proofs_it_does_not_go_live_and_takes_nothing(self):
        connection = self.connection(state="draft")
        connection.action_new_address()
        with self.assertRaisesRegex(UserError, "no proof is asked for"):
            connection.action_go_live()

    # -- secrets ------------------------------------------------------------------------------

    def test_a_secret_belongs_to_one_proof_or_to_all(self):
        connection = self.connection({"kind": "standard_webhooks"}, {"kind": "bearer"}, LISTED)
        hook, bearer, listed = connection.verifier_ids
        with self.assertRaisesRegex(ValidationError, "not a signing secret"):
            self.credential(connection, PLAIN)  # it would count for Standard Webhooks, too
        own = self.credential(connection, PLAIN, verifier_id=bearer.id)
        both = self.credential(connection, HOOK)
        proofs = connection.sudo()._make_profile().proofs
        held = [{secret.credential_id for secret in proof.secrets} for proof in proofs]
        self.assertEqual(held, [{both.id}, {own.id, both.id}, set()])
        self.assertFalse(listed.needs_secret)
        other = self.connection(SIGNED)
        with self.assertRaisesRegex(ValidationError, "another connection"):
            self.credential(other, verifier_id=hook.id)

    def test_a_stored_secret_must_fit_the_new_kind(self):
        connection = self.connection(SIGNED)
        self.credential(connection, PLAIN)
        with self.assertRaisesRegex(ValidationError, "does not fit"):
            connection.verifier_ids.kind = "standard_webhooks"

    def test_the_form_takes_provider_proof_and_secret_in_one_go(self):
        with Form(self.env["logistics.connection"].with_user(self.admin)) as form:
            form.provider_id = self.canonical
            with form.credential_ids.new() as line:
                line.secret = HOOK
        (credential,) = form.record.credential_ids
        self.assertEqual(open_secret(credential.sudo().secret_encrypted), HOOK)

    def test_secret_headers_are_known_to_the_intake(self):
        connection = self.connection(
            {"kind": "static", "header": "X-Odd"}, SIGNED, {"kind": "basic"}
        )
        profile = connection.sudo()._make_profile()
        self.assertEqual(profile.secret_headers, {"X-Odd", "Authorization"})

    def test_last_use_is_written_by_the_waker_at_most_once_an_hour(self):
        credential = self.credential(self.connection(SIGNED))
        worker = waker._Waker("no database")
        waker._wakers["no database"] = worker
        self.addCleanup(waker._wakers.pop, "no database")
        self.addCleanup(waker._noted.pop, ("no database", credential.id), None)
        waker.note_used("no database", credential.id)
        self.assertEqual(worker.used, {credential.id})
        self.env.flush_all()

        def on_the_tests_cursor(_dbname, query, parameters):
            # One of the waker's own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(query, parameters)

        with patch.object(store, "_execute", on_the_tests_cursor):
            worker._write_used()
        credential.invalidate_recordset()
        age = fields.Datetime.now() - credential.last_used_at
        self.assertLess(abs(age), timedelta(minutes=1))
        waker.note_used("no database", credential.id)
        self.assertFalse(worker.used)

    # -- who may ------------------------------------------------------------------------------

    def test_users_read_what_is_proved_and_change_nothing(self):
        connection = self.connection(SIGNED)
        proof = connection.verifier_ids.with_user(self.clerk)
        self.assertIn("HMAC", proof.read(["description"])[0]["description"])
        for attempt in (
            lambda: proof.write({"kind": "addresses"}),
            lambda: proof.unlink(),
            lambda: proof.create({"connection_id": connection.id, **SIGNED}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_other_companies_proofs_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.connection(SIGNED, company=company).verifier_ids
        found = self.env["logistics.verifier"].with_user(self.clerk).search([])
        self.assertNotIn(foreign.id, found.ids)

    def test_changes_are_part_of_the_history(self):
        connection = self.connection(SIGNED)
        connection.verifier_ids.header = "X-Other"
        connection.verifier_ids.unlink()
        bodies = " ".join(connection.message_ids.mapped("body"))
        self.assertIn("X-Other", bodies)
        self.assertIn("No longer to be proved", bodies)

    def test_a_change_reaches_the_intake(self):
        connection = self.connection(SIGNED)
        connection.action_new_address()
        self.credential(connection)
        profile = self.env["logistics.connection"]._intake_profile
        self.assertEqual(len(profile(connection.sudo().token_digest).proofs), 1)
        connection.verifier_ids = [(0, 0, LISTED)]
        self.assertEqual(len(profile(connection.sudo().token_digest).proofs), 2)
        connection.verifier_ids[1].networks = "198.51.100.0/24"
        scheme = profile(connection.sudo().token_digest).proofs[1].scheme
        self.assertEqual(scheme.networks, "198.51.100.0/24")

    # -- the migration ------------------------------------------------------------------------

    def test_the_former_fields_become_proofs(self):
        """On columns as version 19.0.1.0.0 had them; each asks for what it asked for."""
        cr = self.env.cr
        connections = [
            self.connection(),
            self.connection(),
            self.connection(),
            self.connection(QUERY),
        ]
        self.env.flush_all()
        cr.execute(
            "ALTER TABLE logistics_connection ADD verifier varchar, ADD signature_header varchar,"
            " ADD signature_encoding varchar, ADD signature_prefix varchar"
        )
        rows = [
            ("hmac", "fdx-signature", "base64", "x="),
            ("static", "credential", "hex", None),
            ("standard_webhooks", None, None, None),
            ("hmac", "other", "hex", None),
        ]
        for connection, row in zip(connections, rows, strict=True):
            cr.execute(
                "UPDATE logistics_connection SET verifier = %s, signature_header = %s,"
                " signature_encoding = %s, signature_prefix = %s WHERE id = %s",
                (*row, connection.id),
            )
        for _twice in range(2):
            self.migration().migrate(cr, "19.0.1.0.0")
        self.env.invalidate_all()
        proofs = [connection.verifier_ids for connection in connections]
        self.assertEqual(
            [(p.kind, p.header, p.encoding, p.prefix, p.company_id) for p in proofs[:3]],
            [
                ("hmac", "fdx-signature", "base64", "x=", self.company),
                ("static", "credential", "hex", False, self.company),
                ("standard_webhooks", False, "hex", False, self.company),
            ],
        )
        self.assertEqual(proofs[3].kind, "query", "who has proofs already keeps them")
        for proof in proofs:
            proof._check_parameters()
            proof._scheme().check()

    @staticmethod
    def migration():
        path = Path(__file__).parents[1] / "migrations/19.0.1.1.0/post-verifiers.py"
        spec = importlib.util.spec_from_file_location("post_verifiers", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
