"""A 3PL that is told in its own words: what goes to the outbox, and what its answers mean."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .release_common import VersionCommon


@tagged("post_install", "-at_install")
class TestReleaseWords(VersionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.release_flow.unlink()
        cls.connection.provider_id = cls.env.ref("logistics_connector_wms.provider_shiphero")
        cls.connection.action_set_up_releases()
        cls.release_flow = cls.connection._flow("release")
        cls.warehouse.logistics_code = "76733"

    def answered(self, release, state, verdict, text=""):
        """What came of the act of the newest version, as the sender writes it down."""
        message = self.newest(release).message_id
        message.write({"state": state, "error_text": text})
        self.env["logistics.message.attempt"].create({"message_id": message.id, "number": 1})
        answer = self.env["logistics.answer"].search([("message_id", "=", message.id)])
        self.assertEqual(len(answer), 1)
        said = json.dumps({"verdict": verdict, "reference": "4711"}).encode()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_answer SET content = %s WHERE id = %s", (said, answer.id)
        )
        self.env.invalidate_all()
        self.tell_answers()

    def test_the_flow_is_made_by_a_button(self):
        flow = self.release_flow
        self.assertEqual(flow.url, "https://public-api.shiphero.com/graphql")
        self.assertEqual((flow.repeat, flow.is_ordered), ("ask", True))
        self.assertTrue(flow._has_engine())
        flow.active = False
        self.connection.action_set_up_releases()
        self.assertTrue(flow.active)
        self.assertEqual(len(self.connection.with_context(active_test=False).flow_ids), 1)

    def test_who_is_told_in_our_words_has_no_such_button(self):
        self.connection.provider_id = self.env.ref(
            "logistics_connector_wms.provider_warehouse_json"
        )
        self.assertFalse(self.connection.has_own_words)
        with self.assertRaises(UserError):
            self.connection.action_set_up_releases()
        user = new_test_user(self.env, "words", "logistics_connector_base.group_logistics_user")
        with self.assertRaises(AccessError):
            self.connection.with_user(user).action_set_up_releases()

    def test_what_the_partner_could_not_understand_is_shown(self):
        self.assertFalse(self.connection.release_lack)
        self.warehouse.logistics_code = False
        self.connection.invalidate_recordset()
        self.assertIn(self.warehouse.name, self.connection.release_lack)

    def test_goods_and_the_building_are_named_as_the_partner_does(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.env["logistics.item.code"].create(
            {
                "connection_id": self.connection.id,
                "product_id": self.product.id,
                "code": "BOX-12",
                "uom_id": dozen.id,
            }
        )
        delivery = self.delivery(24)
        content = self.last(delivery)
        self.assertEqual(content["their_warehouse"], "76733")
        (line,) = content["lines"]
        self.assertEqual((line["their_product"], line["their_quantity"]), ("BOX-12", 2))
        self.assertEqual(line["quantity"], 24)

    def test_what_was_done_is_accepted(self):
        release = self.delivery().release_ids
        self.answered(release, "delivered", "done")
        self.assertEqual(release.state, "accepted")

    def test_what_was_refused_is_a_case_with_their_words(self):
        release = self.delivery().release_ids
        self.answered(release, "rejected", "refused", "ShipHero: no such sku")
        self.assertEqual(release.state, "rejected")
        self.assertIn("no such sku", self.cases(release).detail)

    def test_a_change_that_comes_too_late_is_a_case_with_both_sides(self):
        delivery = self.delivery(3, stock=9)
        release = delivery.release_ids
        self.answered(release, "delivered", "done")
        delivery.move_ids.product_uom_qty = 5
        delivery.action_assign()
        self.settle()
        self.assertEqual(release.version, 2)
        self.answered(release, "rejected", "too_late", "ShipHero has shipped of it already.")
        self.assertEqual(release.state, "too_late")
        self.assertIn("has shipped", self.cases(release).detail)

    def test_a_cancellation_is_known_to_have_come_in_time(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.answered(release, "delivered", "done")
        delivery.action_cancel()
        self.settle()
        self.assertEqual(release.state, "cancel_asked")
        self.answered(release, "delivered", "done")
        self.assertEqual(release.state, "cancelled")
        self.assertEqual(self.newest(release).answer, "cancelled")

    def test_a_cancellation_that_comes_too_late(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.answered(release, "delivered", "done")
        delivery.action_cancel()
        self.settle()
        self.answered(release, "rejected", "too_late", "ShipHero has shipped of it already.")
        self.assertEqual(release.state, "too_late")
        self.assertIn("was cancelled", self.cases(release).detail)
