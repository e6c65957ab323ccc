"""A copy of the database for tests: deaf to the partners, and without their secrets."""

from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

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
        self.assertFalse(live.credential_ids)
        self.assertFalse(live.token_digest)
        self.assertIsNone(self.env["logistics.connection"]._intake_profile(token_digest))
