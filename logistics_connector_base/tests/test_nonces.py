"""A signed call counts once; what cannot be known now is 503, never a yes; a broken verifier is a
no."""

import time
from unittest.mock import patch

import psycopg2
from odoo.tests import TransactionCase, tagged

from ..core import verifiers
from ..core.verifiers import Call, Unavailable
from ..intake import accept, store
from ..intake.nonces import Nonces
from ..intake.profile import IntakeProfile, Proof


@tagged("post_install", "-at_install")
class TestNonces(TransactionCase):
    def setUp(self):
        super().setUp()

        def on_the_tests_cursor(_dbname, query, parameters):
            # One of the intake's own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(query, parameters)
            return self.env.cr.fetchone()

        self.startPatcher(patch.object(store, "_execute", on_the_tests_cursor))
        self.until = time.time() + 300

    def test_a_nonce_is_new_once(self):
        first, copy = Nonces("x"), Nonces("x")
        self.assertTrue(first.first_use("1/partner", "n-1", self.until))
        self.assertFalse(copy.first_use("1/partner", "n-1", self.until))
        self.assertTrue(copy.first_use("2/partner", "n-1", self.until), "of another connection")

    def test_our_own_second_try_is_no_copy(self):
        """The store tries a statement twice when its connection dies; both are the same call."""
        nonces = Nonces("x")
        self.assertTrue(nonces.first_use("1/partner", "n-1", self.until))
        self.assertTrue(nonces.first_use("1/partner", "n-1", self.until))

    def test_what_was_not_filed_may_come_again(self):
        first = Nonces("x")
        first.first_use("1/partner", "n-1", self.until)
        first.forget()
        self.assertTrue(Nonces("x").first_use("1/partner", "n-1", self.until))
        Nonces("x").forget()  # of a call without nonce: nothing happens

    def test_it_is_stored_as_a_digest_and_forgotten_in_time(self):
        Nonces("x").first_use("1/partner", "n-old", time.time() - 1)
        Nonces("x").first_use("1/partner", "n-new", self.until)
        rows = self.env["logistics.nonce"].search([])
        self.assertNotIn("n-old", str(rows.mapped("digest")))
        self.env["logistics.nonce"]._gc_expired()
        self.env.invalidate_all()
        self.assertTrue(Nonces("x").first_use("1/partner", "n-old", self.until))
        self.assertFalse(Nonces("x").first_use("1/partner", "n-new", self.until))

    def test_without_the_database_it_is_neither_yes_nor_no(self):
        nonces = Nonces("x")
        with patch.object(store, "_execute", side_effect=psycopg2.OperationalError("gone")):
            with self.assertRaises(Unavailable):
                nonces.first_use("1/partner", "n-1", self.until)
            nonces.forget()


@tagged("post_install", "-at_install")
class TestVerify(TransactionCase):
    def verify(self, failure):
        class Broken(verifiers.Scheme):
            def verify(self, keys, call):
                raise failure

        profile = IntakeProfile(
            connection_id=1,
            company_id=1,
            provider="x",
            message_id_header="",
            proofs=(Proof(scheme=Broken(), secrets=()),),
            needs_all=True,
            secret_headers=frozenset(),
        )
        return accept.verify(profile, Call(body=b"", headers={}, now=time.time()))

    def test_a_verifier_that_fails_is_a_no_and_told(self):
        with (
            self.assertLogs("odoo.addons.logistics_connector_base.intake.accept", "ERROR"),
            self.assertRaises(accept.NotAuthentic),
        ):
            self.verify(KeyError("x"))

    def test_what_cannot_be_known_is_passed_on(self):
        with self.assertRaises(Unavailable):
            self.verify(Unavailable("x"))

    def test_an_unknown_address_is_a_no(self):
        with self.assertRaises(accept.NotAuthentic):
            accept.verify(None, Call(body=b"", headers={}, now=time.time()))
