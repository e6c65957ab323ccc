"""What changes after a release is its next version, told once, while the warehouse can take it."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .release_common import VersionCommon


@tagged("post_install", "-at_install")
class TestReleaseVersions(VersionCommon):
    # -- changes ------------------------------------------------------------------------------

    def test_a_delivery_is_told_in_one_version(self):
        delivery = self.delivery()
        self.assertEqual(self.types(delivery), [("release", 1)])
        release = delivery.release_ids
        self.assertEqual((release.state, release.version, release.kind), ("queued", 1, "delivery"))
        self.assertEqual(release.version_ids.message_id.res_id, delivery.id)
        self.assertIn("3 Units", release.version_ids.summary)

    def test_what_changes_is_told_as_the_next_version_of_the_same_number(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        self.assertEqual(release.state, "sent")
        before = self.last(delivery)
        delivery.with_user(self.keeper).note = "Ring twice"
        delivery.partner_id.street = "Main 2"
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 2)])
        message = self.last(delivery)
        self.assertEqual(message["delivery"], before["delivery"])
        self.assertEqual(message["note"], "Ring twice")
        self.assertEqual(message["ship_to"]["street"], "Main 2")
        self.assertEqual(
            [line["line"] for line in message["lines"]], [line["line"] for line in before["lines"]]
        )
        self.assertEqual(release.state, "queued")
        self.assertIn("ORD_CHANGED", release.shipment_id.event_ids.mapped("code"))
        self.settle()
        self.assertEqual(len(self.told(delivery)), 2)

    def test_another_language_is_no_change(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        delivery = self.delivery()
        product = delivery.move_ids.product_id
        product.with_context(lang="fr_FR").name = "Lampe"
        product.uom_id.with_context(lang="fr_FR").name = "Unités"
        release = delivery.release_ids
        content = delivery._release_content(release)
        french = delivery.with_context(lang="fr_FR")
        self.assertEqual(french._release_content(release.with_context(lang="fr_FR")), content)
        self.assertEqual(content["lines"][0]["unit"], "Units")

    def test_less_is_told_too(self):
        delivery = self.delivery()
        self.known(delivery.release_ids)
        delivery.move_ids.with_user(self.keeper).quantity = 2
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 2)])
        self.assertEqual(self.last(delivery)["lines"][0]["quantity"], 2)

    def test_what_has_not_left_is_told_as_it_is_now(self):
        delivery = self.delivery()
        delivery.note = "Ring twice"
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 2)], "the first one never leaves")
        release = delivery.release_ids
        self.assertEqual(
            release.version_ids.sorted("version").mapped("is_withdrawn"), [True, False]
        )
        self.assertEqual(release.told_at, min(release.version_ids.mapped("told_at")))

    def test_what_changes_back_before_it_left_is_told_not_at_all(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        release._take_accepted(1, "ok")
        note = delivery.note
        delivery.note = "Ring twice"
        self.settle()
        self.assertEqual(release.state, "queued")
        delivery.note = note
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1)])
        self.assertEqual(release.state, "accepted")
        delivery.note = "Ring thrice"
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 3)])

    def test_one_that_was_tried_may_have_arrived(self):
        delivery = self.delivery()
        self.known(delivery.release_ids, "scheduled")
        delivery.note = "Ring twice"
        self.settle()
        self.assertEqual(
            [(state, one["type"]) for state, one in self.told(delivery)],
            [("cancelled", "release"), ("pending", "replace")],
        )

    def test_names_alone_are_no_change(self):
        delivery = self.delivery()
        self.known(delivery.release_ids)
        self.product.name = "Nice lamp"
        delivery.release_ids._follow()
        self.assertEqual(self.types(delivery), [("release", 1)])

    def test_a_change_of_what_is_picked_is_for_a_person(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        self.tell(delivery.name, "WHS_PICK_STARTED", 2)
        delivery.note = "Ring twice"
        self.settle()
        delivery.release_ids._follow()
        self.assertEqual(self.types(delivery), [("release", 1)])
        case = self.cases(release)
        self.assertEqual((case.type_id.code, case.occurrence_count), ("release_too_late", 1))
        self.assertIn(delivery.name, case.detail)
        self.assertEqual(release.problem, case.detail)

    def test_without_a_flow_versions_are_kept_all_the_same(self):
        self.release_flow.unlink()
        delivery = self.delivery()
        delivery.note = "Ring twice"
        self.settle()
        release = delivery.release_ids
        self.assertEqual((release.state, release.version), ("sent", 2))
        delivery.action_cancel()
        self.assertEqual(release.state, "cancelled")

    def test_what_was_released_before_there_were_versions_is_not_released_again(self):
        delivery = self.delivery()
        release = delivery.release_ids
        shipment = release.shipment_id
        message = release.version_ids.message_id
        key = self.env["logistics.message.key"].search([("message_id", "=", message.id)])
        key.identity = f"out:release:release:{delivery.id}:{shipment.id}"
        release.version = 0
        release.unlink()
        delivery._release_to_warehouse()
        self.assertEqual(len(self.told(delivery)), 1)
        self.assertEqual((delivery.release_ids.state, delivery.release_ids.version), ("sent", 1))
        self.assertEqual(delivery.release_ids.version_ids.message_id, message)

    def test_a_transfer_done_by_hand_is_told_no_more(self):
        delivery = self.delivery()
        release = delivery.release_ids
        delivery.move_ids.picked = True
        delivery._action_done()
        self.settle()
        self.assertEqual(release.state, "closed")
        self.assertEqual(self.types(delivery), [], "goods that have left are not picked again")

    def test_told_again_by_a_person(self):
        delivery = self.delivery()
        release = delivery.release_ids.with_user(self.clerk)
        with self.assertRaises(UserError):
            release.action_tell_again()
        self.known(delivery.release_ids)
        release.action_tell_again()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 2)])

    def test_a_transfer_that_was_told_is_not_deleted(self):
        delivery = self.delivery()
        self.known(delivery.release_ids)
        delivery.action_cancel()
        with self.assertRaises(UserError):
            delivery.unlink()

    # -- back-orders --------------------------------------------------------------------------

    def short(self, is_waiting=False):
        delivery = self.delivery(3)
        delivery.logistics_rest_waits = is_waiting
        self.known(delivery.release_ids)
        delivery.move_ids.write({"quantity": 2, "picked": True})
        delivery._action_done()
        self.settle()
        rest = delivery.backorder_ids
        rest.action_assign()
        self.settle()
        return delivery, rest

    def test_a_back_order_is_told_once_and_under_its_own_number(self):
        delivery, rest = self.short()
        self.assertEqual(self.types(rest), [("release", 1)])
        self.assertEqual(delivery.release_ids.state, "closed")
        rest.do_unreserve()
        rest.action_assign()
        self.settle()
        self.assertEqual(self.types(rest), [("release", 1)])

    def test_a_back_order_that_is_worked_under_the_first_number_is_not_told(self):
        _delivery, rest = self.short(is_waiting=True)
        self.assertEqual(rest.state, "assigned")
        self.assertEqual(self.told(rest), [])
        self.assertFalse(rest.release_ids)

    # -- calling off --------------------------------------------------------------------------

    def asked(self):
        """A delivery that was called off after the warehouse had it."""
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        release._take_accepted(1)
        delivery.with_user(self.keeper).action_cancel()
        return delivery, release

    def test_a_cancellation_is_asked_for_and_answered(self):
        delivery, release = self.asked()
        self.assertEqual(self.types(delivery), [("release", 1), ("cancel", 1)])
        self.assertEqual(release.state, "cancel_asked")
        self.assertTrue(release._take_cancelled(1, "Stopped"))
        self.assertEqual(release.state, "cancelled")
        self.assertEqual(self.newest(release).words, "Stopped")
        self.assertFalse(release._take_cancelled(1, "Stopped"), "told twice")
        release._take_too_late(1)
        self.assertEqual(release.state, "cancelled", "what was certain stays")

    def test_where_nothing_is_acknowledged_the_receipt_is_enough(self):
        _delivery, release = self.asked()
        self.known(release)
        self.assertEqual(release.state, "cancelled")
        release._take_too_late(1, "It has left")
        self.assertEqual(release.state, "too_late", "and still they may say no")

    def test_a_refused_cancellation_is_shown_with_both_sides(self):
        delivery, release = self.asked()
        release._take_too_late(1, "It stands at the door")
        self.assertEqual(release.state, "too_late")
        case = self.cases(release)
        self.assertIn(f"{delivery.name} was cancelled", case.detail)
        self.assertIn("It stands at the door", case.detail)
        self.assertEqual(case.warehouse_id, self.warehouse)
        release._follow()
        self.assertEqual(len(self.told(delivery)), 2, "nothing is told any more")
        release._take_cancelled(1)
        self.assertEqual((release.state, case.is_open), ("cancelled", False))

    def test_a_refused_request_is_too_late(self):
        delivery, release = self.asked()
        message = self.newest(release).message_id
        message._acknowledge(False, "Is on the lorry")
        self.assertEqual(release.state, "too_late")
        self.assertIn("Is on the lorry", self.cases(release).detail)
        self.assertEqual(delivery.state, "cancel")

    def test_cancelled_when_the_goods_have_left(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        self.tell(delivery.name, "PUP_PICKED_UP", 2)
        self.assertTrue(release.shipment_id.picked_up_at)
        delivery.action_cancel()
        self.assertEqual(release.state, "too_late")
        self.assertTrue(self.cases(release))
        self.assertEqual(self.types(delivery), [("release", 1)])

    # -- answers ------------------------------------------------------------------------------

    def test_an_answer_to_an_older_version_does_not_overwrite_a_newer_one_s(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        delivery.note = "Ring twice"
        self.settle()
        self.known(release)
        release._take_accepted(2, "ok")
        release._take_rejected(1, "no stock")
        self.assertEqual(release.state, "accepted")
        self.assertEqual(
            release.version_ids.sorted("version").mapped("answer"), ["rejected", "accepted"]
        )
        self.assertFalse(self.cases(release))

    def test_of_two_answers_to_one_version_the_later_one_counts(self):
        release = self.delivery().release_ids
        self.known(release)
        now = fields.Datetime.now()
        release._take_accepted(1, "ok", now)
        self.assertFalse(release._take_rejected(1, "no", now - timedelta(minutes=5)))
        self.assertEqual(release.state, "accepted")
        self.assertTrue(release._take_rejected(1, "no", now + timedelta(minutes=5)))
        self.assertEqual(release.state, "rejected")

    def test_a_change_that_comes_too_late_is_for_a_person(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        delivery.note = "Ring twice"
        self.settle()
        release._take_too_late(2, "It is being picked")
        self.assertEqual(release.state, "too_late")
        self.assertIn("was changed", self.cases(release).detail)
        delivery.note = "Ring thrice"
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 2)])

    def test_what_was_rejected_is_told_anew_when_it_is_mended(self):
        delivery = self.delivery()
        release = delivery.release_ids
        self.known(release)
        release._take_rejected(1, "no street")
        self.assertEqual(
            (release.state, release.shipment_id.state), ("rejected", "release_rejected")
        )
        case = self.cases(release)
        self.assertEqual(case.type_id.code, "release_refused")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=5)):
            delivery.partner_id.street = "Main 2"
            self.settle()
        self.assertEqual(self.types(delivery)[-1], ("release", 2))
        self.assertEqual((release.state, case.is_open), ("queued", False))
        self.assertEqual(release.shipment_id.state, "released")

    def test_an_order_that_the_warehouse_gives_up_by_itself(self):
        release = self.delivery().release_ids
        self.known(release)
        release._take_accepted(1)
        release._take_cancelled(1, "Customer is blocked here")
        self.assertEqual(release.state, "rejected")
        self.assertIn("Customer is blocked here", self.cases(release).detail)

    def test_acknowledgements_of_the_outbox_lead_to_the_release(self):
        self.release_flow.ack = "message"
        delivery = self.delivery()
        release = delivery.release_ids
        message = self.known(release, "sent")
        self.assertEqual(release.state, "sent")
        message._acknowledge(True, "")
        self.assertEqual(release.state, "accepted")
        codes = release.shipment_id.event_ids.mapped("code")
        self.assertEqual(codes.count("ORD_RELEASE_ACK"), 1, "the detectors look there")
        release._take_accepted(1)
        self.tell_answers()
        self.assertEqual(release.shipment_id.event_ids.mapped("code"), codes)

    def test_a_refusal_of_the_call_leads_to_the_release(self):
        release = self.delivery().release_ids
        message = self.known(release, "rejected")
        message.error_text = "422 unknown product"
        self.assertEqual(release.state, "rejected")

    def test_a_release_that_went_another_way_is_followed_there(self):
        other = self.make_connection(name="other way", company=self.company)
        there = self.flow(connection_id=other.id)
        delivery = self.delivery()
        self.env["logistics.breaker"].sudo()._switch(self.release_flow, "open", "503")
        self.release_flow._send_over(there)
        self.env["logistics.breaker"].sudo()._step(self.release_flow.id)
        self.env.invalidate_all()
        release = delivery.release_ids
        message = release.version_ids.message_id._as_sent()
        self.assertEqual(message.flow_id, there)
        message._acknowledge(True, "")
        message.state = "delivered"
        self.env["logistics.message.attempt"].create({"message_id": message.id, "number": 1})
        self.tell_answers()
        delivery.note = "Ring twice"
        self.settle()
        self.assertEqual(self.newest(release).message_id.flow_id, there)
