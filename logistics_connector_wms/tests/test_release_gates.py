"""A transfer is told when nothing holds it back, and says what does."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .release_common import ADDRESS, VersionCommon


@tagged("post_install", "-at_install")
class TestReleaseGates(VersionCommon):
    def held(self, delivery, *words):
        """It is held back, and says so to whoever sees transfers."""
        seen = delivery.with_user(self.keeper)
        self.assertEqual(self.types(delivery), [])
        self.assertEqual(delivery.release_ids.state, "held")
        self.assertTrue(seen.is_release_held)
        for word in words:
            self.assertIn(word, seen.release_reasons)
        pickings = self.env["stock.picking"].with_user(self.keeper)
        self.assertIn(delivery, pickings.search([("is_release_held", "=", True)]))
        self.assertNotIn(delivery, pickings.search([("is_release_held", "=", False)]))

    def gone(self, delivery):
        self.assertEqual(self.types(delivery), [("release", delivery.release_ids.version)])
        self.assertFalse(delivery.with_user(self.keeper).is_release_held)
        self.assertFalse(delivery.release_ids.reasons)

    # -- goods --------------------------------------------------------------------------------

    def test_what_waits_for_goods_says_so(self):
        delivery = self.delivery(3, stock=0)
        self.held(delivery, "0 of 1 lines")
        self.assertFalse(delivery.shipment_ids, "nothing was released")
        self.stock(3)
        delivery.with_user(self.keeper).action_assign()
        self.gone(delivery)
        self.assertEqual(delivery.shipment_ids.state, "released")

    def test_all_of_it_must_be_reserved_where_that_is_wanted(self):
        self.warehouse.logistics_gate_stock = "all"
        delivery = self.delivery(3, stock=2)
        self.assertEqual(delivery.state, "assigned")
        self.held(delivery, "0 of 1 lines")
        self.stock(1)
        delivery.action_assign()
        self.settle()
        self.gone(delivery)

    def test_some_of_it_is_enough_otherwise(self):
        delivery = self.delivery(3, stock=2)
        self.gone(delivery)
        self.assertEqual(self.last(delivery)["lines"][0]["quantity"], 2)

    def test_an_order_that_goes_out_complete_only(self):
        self.warehouse.logistics_gate_complete = True
        delivery = self.delivery(3, stock=2)
        self.held(delivery, "complete only: 1 of 1")
        self.stock(1)
        delivery.action_assign()
        self.settle()
        self.gone(delivery)

    # -- address ------------------------------------------------------------------------------

    def test_an_address_that_lacks_something(self):
        self.warehouse.logistics_gate_address = True
        delivery = self.delivery()
        self.held(delivery, "street, city, country")
        self.assertNotIn("phone", delivery.release_reasons)
        qatar = self.env.ref("base.qa")
        qatar.zip_required = False
        delivery.partner_id.write({"street": "1 Way", "city": "Doha", "country_id": qatar.id})
        self.settle()
        self.gone(delivery)

    def test_the_zip_code_and_the_phone_where_they_are_wanted(self):
        self.warehouse.write({"logistics_gate_address": True, "logistics_gate_phone": True})
        delivery = self.delivery()
        partner = delivery.partner_id
        partner.write({**ADDRESS, "country_id": self.env.ref("base.nl").id, "zip": False})
        self.settle()
        self.held(delivery, "zip code")
        partner.write({"zip": "3011", "phone": False})
        self.settle()
        self.held(delivery, "phone number")
        partner.phone = "+31 10 1"
        self.settle()
        self.gone(delivery)

    def test_a_gate_that_is_taken_away_lets_go(self):
        self.warehouse.logistics_gate_address = True
        delivery = self.delivery()
        self.held(delivery)
        self.warehouse.logistics_gate_address = False
        self.gone(delivery)

    def test_a_change_that_is_held_back_waits_and_says_so(self):
        delivery = self.delivery()
        self.known(delivery.release_ids)
        self.warehouse.logistics_gate_address = True
        delivery.note = "Ring twice"
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1)])
        self.assertEqual(delivery.release_ids.state, "sent")
        self.assertTrue(delivery.release_ids.is_held)
        delivery.partner_id.write({**ADDRESS, "country_id": self.env.ref("base.nl").id})
        self.settle()
        self.assertEqual(self.types(delivery), [("release", 1), ("replace", 2)])

    # -- credit -------------------------------------------------------------------------------

    def test_a_customer_above_the_credit_limit_is_held_back_until_the_sweep_sees_it(self):
        self.warehouse.logistics_gate_credit = True
        self.company.account_use_credit_limit = True
        self.product.list_price = 100
        self.stock(3)
        order = self.order()
        partner = order.partner_id.with_company(self.company)
        delivery = order.picking_ids
        self.settle()
        self.gone(delivery)  # no limit
        self.stock(3)
        partner.credit_limit = 50
        second = order.copy()
        second.action_confirm()
        self.settle()
        self.held(second.picking_ids, "above the credit limit")
        self.assertNotIn("50", second.picking_ids.release_reasons)
        partner.credit_limit = 10000
        self.env.flush_all()
        self.env.cr.precommit.clear()  # a payment would tell nobody either
        with self.enter_registry_test_mode():
            self.env.ref("logistics_connector_wms.cron_release_sweep").method_direct_trigger()
        self.env.invalidate_all()
        self.gone(second.picking_ids)

    def test_without_odoo_s_credit_limits_nobody_is_held_back(self):
        self.warehouse.logistics_gate_credit = True
        self.company.account_use_credit_limit = False
        self.gone(self.delivery())

    # -- people -------------------------------------------------------------------------------

    def person(self, delivery, act, user, reason="the customer asked"):
        wizard = self.env["logistics.release.hold"].with_user(user)
        context = {"default_picking_id": delivery.id, "default_act": act}
        with Form(wizard.with_context(**context)) as form:
            form.reason = reason
        return form.record.action_apply()

    def test_a_person_holds_back_and_another_lets_go(self):
        delivery = self.delivery(3, stock=0)
        self.person(delivery, "hold", self.keeper)
        self.stock(3)
        delivery.action_assign()
        self.held(delivery, "Held back by a person: the customer asked")
        self.assertIn("the customer asked", delivery.message_ids[0].body)
        with self.assertRaises(AccessError):
            self.person(delivery, "release", self.keeper)
        chief = self.make_user("chief", "stock.group_stock_manager")
        self.person(delivery, "release", chief, "paid in cash")
        self.gone(delivery)

    def test_what_is_about_to_leave_is_taken_back(self):
        delivery = self.delivery()
        self.person(delivery, "hold", self.keeper)
        self.held(delivery, "the customer asked")

    def test_what_the_warehouse_has_cannot_be_held_back(self):
        delivery = self.delivery()
        self.known(delivery.release_ids)
        with self.assertRaisesRegex(UserError, "has .* already"):
            self.person(delivery, "hold", self.keeper)

    def test_a_manager_lets_go_past_a_gate_but_not_without_goods(self):
        self.warehouse.logistics_gate_address = True
        chief = self.make_user("chief", "stock.group_stock_manager")
        delivery = self.delivery(3, stock=0)
        self.person(delivery, "release", chief)
        self.held(delivery, "0 of 1 lines")
        self.stock(3)
        delivery.action_assign()
        self.gone(delivery)

    def test_a_held_delivery_that_is_cancelled_is_told_to_nobody(self):
        delivery = self.delivery(3, stock=0)
        delivery.action_cancel()
        self.assertEqual(delivery.release_ids.state, "cancelled")
        self.assertEqual(self.told(delivery), [])
        delivery.unlink()

    def test_people_see_their_company_s_releases_and_cannot_write_them(self):
        release = self.delivery().release_ids
        release.with_user(self.keeper).read(["state", "reasons"])
        with self.assertRaises(AccessError):
            release.with_user(self.keeper).read(["connection_id"])
        with self.assertRaises(AccessError):
            release.with_user(self.clerk).write({"state": "accepted"})
        releases = self.env["logistics.release"]
        stranger = self.make_user("stranger", "stock.group_stock_user", company=self.other_company)
        self.assertFalse(releases.with_user(stranger).search([("id", "=", release.id)]))
        with self.assertRaises(AccessError):
            release.with_user(self.seller).read(["state"])

    # -- cut-off ------------------------------------------------------------------------------

    def test_what_is_ready_after_the_cut_off_leaves_with_the_next_working_day(self):
        calendar = self.env["resource.calendar"].create({"name": "Docks", "tz": "Europe/Paris"})
        calendar.attendance_ids = [(5,)] + [
            (
                0,
                0,
                {
                    "name": day,
                    "dayofweek": day,
                    "hour_from": 7,
                    "hour_to": 15,
                    "day_period": "morning",
                },
            )
            for day in "01234"
        ]
        self.warehouse.write(
            {
                "logistics_has_cut_off": True,
                "logistics_cut_off": 14.5,
                "logistics_calendar_id": calendar.id,
            }
        )
        friday = fields.Datetime.to_datetime("2026-11-27 13:00:00")  # 14:00 in Paris
        with freeze_time(friday):
            early = self.delivery()
        with freeze_time(friday + timedelta(hours=1)):
            late = self.delivery()
        message = early.release_ids.version_ids.message_id
        self.assertEqual((message.state, early.release_ids.leaves_at), ("pending", False))
        monday = fields.Datetime.to_datetime("2026-11-30 06:00:00")
        message = late.release_ids.version_ids.message_id
        self.assertEqual((message.state, message.next_try_at), ("scheduled", monday))
        self.assertEqual(late.release_ids.leaves_at, monday)
        # What changes meanwhile waits as well.
        with freeze_time(friday + timedelta(hours=2)):
            late.note = "Ring twice"
            self.settle()
        self.assertEqual(late.release_ids.leaves_at, monday)
        self.assertEqual(self.types(late), [("release", 2)])
