"""A copy of the database for tests: deaf to the partners, and without their secrets."""

from datetime import UTC, datetime

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from ..access import NoAccess, OutgoingCall
from .common import InboxCommon


@tagged("post_install", "-at_install")
class TestNeutralize(InboxCommon):
    def test_a_copy_takes_no_messages_and_holds_no_secret(self):
        connections = {
            state: self.make_connection(name=state, state=state)
            for state in ("draft", "parallel", "live", "suspended", "retired")
        }
        live = connections["live"]
        self.env["logistics.credential"].create(
            {
                "connection_id": live.id,
                "secret": "whsec_" + "c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMhISEhISE=",
            }
        )
        live.access_ids = [
            (
                0,
                0,
                {
                    "kind": "bearer",
                    "credential_ids": [(0, 0, {"secret": "a-token-of-theirs"})],
                },
            )
        ]
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO logistics_access_token (access_id, token_encrypted) VALUES (%s, 'x')",
            (live.access_ids.id,),
        )
        call = OutgoingCall("GET", "https://api.example.com/", b"", "m", datetime.now(UTC))
        self.assertTrue(live._make_caller().headers(call))
        poll = self.env["logistics.poll"].create(
            {"name": "Feed", "kind": "feed", "url": "https://p.example", "connection_id": live.id}
        )
        live.action_new_address()
        token_digest = live.token_digest
        self.assertTrue(self.env["logistics.connection"]._intake_profile(token_digest))
        self.env.flush_all()
        for query in get_neutralization_queries(["logistics_connector_base"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(
            {name: connection.state for name, connection in connections.items()},
            {
                "draft": "draft",
                "parallel": "suspended",
                "live": "suspended",
                "suspended": "suspended",
                "retired": "retired",
            },
        )
        self.assertFalse(self.env["logistics.credential"].search([]))
        self.assertFalse(self.env["logistics.access.token"].search([]))
        with self.assertRaises(NoAccess):
            live._make_caller().headers(call)
        self.assertFalse(poll.active)
        self.assertFalse(live.token_digest)
        self.assertIsNone(self.env["logistics.connection"]._intake_profile(token_digest))
