"""The carrier is asked whether it knows an address before it refuses it. It is played over HTTP."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .booking_common import PlayedCommon


@tagged("post_install", "-at_install")
class TestAddressCheck(PlayedCommon):
    def setUp(self):
        super().setUp()
        self.packer = new_test_user(self.env, "petra", groups="stock.group_stock_user")
        self.keeper = new_test_user(
            self.env, "kim", groups="stock.group_stock_user,base.group_partner_manager"
        )
        michigan = self.env["res.country.state"].search(
            [("country_id.code", "=", "US"), ("code", "=", "MI")]
        )
        self.receiver.write({"street": "1750 Lakeshore Drive", "state_id": michigan.id})
        self.picking = self.make_order().picking_ids

    def check(self, user=None):
        """The window that a packer sees; no right of Logistics is needed."""
        action = self.picking.with_user(user or self.packer).action_check_address()
        return self.env[action["res_model"]].with_user(user or self.packer).browse(action["res_id"])

    def test_a_good_address_needs_nothing(self):
        self.assertTrue(self.picking.with_user(self.packer).can_check_address)
        found = self.check()
        self.assertEqual((found.verdict, found.kind, found.level), ("good", "business", "street"))
        self.assertFalse(found.line_ids)
        self.assertEqual(found.carrier_name, "UPS")

    def test_who_may_change_contacts_takes_what_the_carrier_knows(self):
        self.receiver.street = "1750 Lake Shore Boulevard"
        found = self.check(self.keeper)
        self.assertEqual(found.verdict, "other")
        found.line_ids.action_use()
        self.assertEqual(self.receiver.street, "1750 LAKESHORE DR")
        self.assertEqual(self.receiver.zip, "49441-1611")
        self.assertEqual(self.receiver.state_id.code, "MI")
        said = self.picking.message_ids[:1].body
        self.assertIn("1750 Lake Shore Boulevard", said)
        self.assertIn("UPS", self.receiver.message_ids[:1].body)
        self.assertEqual(self.check(self.keeper).verdict, "good")

    def test_who_may_not_change_contacts_sees_it_only(self):
        self.receiver.street = "1750 Lake Shore Boulevard"
        found = self.check()
        self.assertFalse(found.can_correct)
        with self.assertRaises(AccessError):
            found.line_ids.action_use()
        self.assertEqual(self.receiver.street, "1750 Lake Shore Boulevard")

    def test_several_are_to_be_chosen_from(self):
        self.receiver.write({"street": "13 Maple", "zip": "49440"})
        found = self.check(self.keeper)
        self.assertEqual((found.verdict, found.kind), ("several", "home"))
        self.assertEqual(len(found.line_ids), 2)
        found.line_ids[1].action_use()
        self.assertEqual(self.receiver.street, "14 W MAPLE ST")

    def test_an_address_that_nobody_knows(self):
        self.receiver.write({"street": "99 Nothing Rd", "city": "Nowhere", "zip": "00999"})
        self.assertEqual(self.check().verdict, "unknown")

    def test_a_carrier_that_is_down_is_said_in_words(self):
        self.server.moods = ["down"]
        with self.assertRaisesRegex(UserError, "could not check the address"):
            self.check()

    def test_nobody_is_asked_while_the_account_is_paused_or_its_calls_are_used_up(self):
        self.account.send_rate = 1
        self.check()
        calls = len(self.server.calls)
        with self.assertRaisesRegex(UserError, "times a minute"):
            self.check()
        self.account.send_rate = 0
        self.account._flow("book").action_stop()
        with self.assertRaisesRegex(UserError, "stopped"):
            self.check()
        self.account.action_suspend()
        with self.assertRaisesRegex(UserError, "not in use"):
            self.check()
        self.assertEqual(len(self.server.calls), calls)

    def test_a_country_that_the_carrier_does_not_know_is_not_asked_about(self):
        self.receiver.write({"country_id": self.env.ref("base.de").id, "state_id": False})
        self.assertFalse(self.picking.can_check_address)
        with self.assertRaises(UserError):
            self.check()
        self.assertFalse(self.server.calls)

    def test_other_carriers_deliveries_have_no_button(self):
        self.picking.carrier_id = False
        self.assertFalse(self.picking.can_check_address)

    def test_other_companies_deliveries_are_not_asked_about(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "sam",
            groups="stock.group_stock_user",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        with self.assertRaises(AccessError):
            self.check(stranger)
        self.assertFalse(self.server.calls)
