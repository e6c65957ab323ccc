"""Calls that do not prove who sends them: counted, explained to the administrator, and over by
themselves."""

import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from werkzeug.datastructures import Headers

from ..core.verifiers import Call
from ..intake import accept, clerk
from .common import InboxCommon

HMAC = {"kind": "hmac", "header": "X-Signature", "encoding": "hex"}
BEARER = {"kind": "bearer"}
SECRET = "5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4"


@tagged("post_install", "-at_install")
class TestRefusedProof(InboxCommon):
    def connect(self, *proofs, state="live"):
        return self.make_connection(
            name=str(time.time()),
            state=state,
            verifier_ids=[(0, 0, proof) for proof in proofs],
            credential_ids=[(0, 0, {"secret": SECRET})],
        )

    def fail(self, connection, count=1, **headers):
        """A call that is not authentic, counted as the clerk counts it."""
        named = Headers([(name.replace("_", "-"), value) for name, value in headers.items()])
        call = Call(b"{}", named, time.time())
        profile = connection._make_profile()
        with self.assertRaises(accept.NotAuthentic):
            accept.verify(profile, call)
        key = (connection.id, "proof")
        self.env["logistics.refusal"]._record({key: count}, {key: accept.explain(profile, call)})
        return connection.refusal_ids.detail

    def case(self, connection):
        found = self.exceptions("proof_refused")
        return found.filtered(lambda exception: exception.connection_id == connection)

    def test_it_is_said_what_the_call_lacked(self):
        connection = self.connect(HMAC)
        self.assertEqual(
            self.fail(connection, X_Signatur="00", Host="odoo.example.com"),
            "The call came without X-Signature. These headers came: X-Signatur.",
        )
        self.assertIn("not with the stored secret", self.fail(connection, X_Signature="00"))
        self.assertNotIn(SECRET, connection.refusal_ids.detail)

    def test_of_several_proofs_those_that_fail(self):
        connection = self.connect(HMAC, BEARER)
        detail = self.fail(connection, Authorization=f"Bearer {SECRET}")
        self.assertIn("X-Signature", detail)
        self.assertNotIn("Bearer …", detail)

    def test_one_case_while_it_is_live(self):
        connection = self.connect(HMAC)
        self.fail(connection, count=3)
        self.fail(connection, count=4, X_Signature="00")
        case = self.case(connection)
        self.assertEqual(len(case), 1)
        self.assertEqual(case.occurrence_count, 7)
        self.assertEqual(connection.refusal_ids.count, 7)
        self.assertFalse(connection.is_limited)

    def test_none_while_it_is_being_set_up(self):
        connection = self.connect(HMAC, state="parallel")
        self.fail(connection)
        self.assertFalse(self.case(connection))
        self.assertEqual(connection.refusal_ids.count, 1)

    def test_it_ends_when_authentic_messages_come_again(self):
        connection = self.connect(HMAC)
        self.fail(connection)
        case, now = self.case(connection), fields.Datetime.now()
        case.last_seen_at = now - timedelta(minutes=6)
        self.env["logistics.refusal"]._sweep()
        self.assertTrue(case.is_open)  # nothing came since
        self.receive(connection, self.message(), at=now - timedelta(minutes=2))
        self.env["logistics.refusal"]._sweep()
        self.assertEqual(case.state, "resolved")

    def test_it_ends_when_nobody_tries_any_more(self):
        connection = self.connect(HMAC)
        self.fail(connection)
        case = self.case(connection)
        case.last_seen_at = fields.Datetime.now() - timedelta(hours=25)
        self.env["logistics.refusal"]._sweep()
        self.assertEqual(case.state, "resolved")

    def test_the_clerk_keeps_what_it_could_not_write(self):
        keeper = clerk.Clerk("no-such-database")
        keeper.count_refusal(1, "proof", lambda: "first")
        keeper.count_refusal(1, "proof", lambda: "last")
        with self.assertRaises(Exception):  # noqa: B017
            keeper.write_refusals()
        self.assertEqual(keeper._refusals, {(1, "proof"): 2})
        self.assertEqual(keeper._notes[1, "proof"](), "last")
