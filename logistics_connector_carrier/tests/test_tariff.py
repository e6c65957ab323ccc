"""Price lists in Odoo: versions, imports, who may, and what is tried. What they cost is tested in
tests/core/test_tariff.py."""

from odoo.addons.logistics_connector_base.tests.common import InboxCommon
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..core import booking as core

GROUP = "logistics_connector_base.group_logistics_"


class TariffCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref("logistics_connector_carrier.provider_ups")
        cls.account = cls.make_account()
        cls.express = cls.env["logistics.carrier.service"].create(
            {"provider_id": cls.provider.id, "code": "night", "name": "Night express"}
        )
        cls.euro = cls.env.ref("base.EUR")
        cls.germany = cls.env.ref("base.de")

    @classmethod
    def make_account(cls, **values):
        return cls.env["logistics.connection"].create(
            {"name": "Courier", "provider_id": cls.provider.id, **values}
        )

    @classmethod
    def make_tariff(cls, **values):
        return cls.env["logistics.tariff"].create(
            {
                "name": "Courier 2026",
                "connection_id": cls.account.id,
                "service_id": cls.express.id,
                "currency_id": cls.euro.id,
                "valid_from": "2026-01-01",
                "area_ids": [
                    (0, 0, {"country_id": cls.germany.id, "zone": "1"}),
                    (0, 0, {"country_id": cls.germany.id, "zip_from": "80", "zone": "2"}),
                ],
                "price_ids": [
                    (0, 0, {"zone": "1", "up_to": 5, "price": 5.9}),
                    (0, 0, {"zone": "2", "up_to": 5, "price": 7.2}),
                    (0, 0, {"zone": "2", "price": 7.2, "per_further_kg": 0.5}),
                ],
                **values,
            }
        )

    def request(self, weight, zip_code="20095"):
        party = core.Party(zip=zip_code, country="DE")
        parcels = (core.Parcel("1", weight),)
        return core.BookingRequest("X", "night", "2026-03-20", core.Party(), party, parcels)


@tagged("post_install", "-at_install")
class TestTariff(TariffCommon):
    def test_a_newer_list_takes_over_on_its_day(self):
        old = self.make_tariff()
        new = old.copy({"valid_from": "2026-07-01"})
        new.price_ids.filtered(lambda one: one.zone == "1").price = 6.3
        tariffs = self.env["logistics.tariff"]
        for day, found, total in (
            ("2026-06-30", old, "5.90"),
            ("2026-07-01", new, "6.30"),
        ):
            day = new._fields["valid_from"].to_date(day)
            self.assertEqual(tariffs._valid_on(self.account, day, "night"), found)
            self.assertEqual(found._price(self.request(2), day).total, total)
        before = new._fields["valid_from"].to_date("2025-12-31")
        self.assertFalse(tariffs._valid_on(self.account, before))
        self.assertEqual(str(old.valid_until), "2026-06-30")
        self.assertEqual((len(new.area_ids), len(new.price_ids)), (2, 3))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            new.valid_from = old.valid_from
            self.env.flush_all()

    def test_the_next_version_has_a_day_and_a_name_of_its_own(self):
        tariff = self.make_tariff()
        action = tariff.with_user(self.make_user("tar-admin", GROUP + "admin")).action_new_version()
        new = tariff.browse(action["res_id"])
        self.assertGreater(new.valid_from, tariff.valid_from)
        self.assertNotEqual(new.name, tariff.name)

    def test_what_has_no_price_is_told_in_words(self):
        tariff = self.make_tariff()
        with self.assertRaisesRegex(UserError, "up to 5 kg in zone 1"):
            tariff._price(self.request(6), tariff.valid_from)

    def test_fuel_is_one_percentage_a_day(self):
        index = self.env["logistics.fuel.index"].create(
            {"name": "Road", "connection_id": self.account.id}
        )
        tariff = self.make_tariff(fuel_index_id=index.id)
        percent = self.env["logistics.fuel.percent"]
        percent.create(
            {
                "index_id": index.id,
                "valid_from": "2026-03-16",
                "valid_to": "2026-03-22",
                "percent": 12.5,
            }
        )
        day = tariff._fields["valid_from"].to_date("2026-03-22")
        rate = tariff._price(self.request(2), day)
        self.assertEqual([one.amount for one in rate.charges], ["5.90", "0.74"])
        with self.assertRaisesRegex(UserError, "no fuel percentage for 2026-01-01"):
            tariff._price(self.request(2), tariff.valid_from)
        with self.assertRaisesRegex(ValidationError, "two percentages for 2026-03-22"):
            percent.create(
                {
                    "index_id": index.id,
                    "valid_from": "2026-03-22",
                    "valid_to": "2026-03-28",
                    "percent": 13,
                }
            )

    def test_zones_are_not_told_twice(self):
        tariff = self.make_tariff()
        with self.assertRaisesRegex(ValidationError, "say different things"):
            tariff.area_ids = [
                (0, 0, {"country_id": self.germany.id, "zip_from": "80", "zone": "1"})
            ]

    def test_what_does_not_fit_together_is_seen(self):
        tariff = self.make_tariff()
        self.assertFalse(tariff.problem)
        tariff.area_ids = [(0, 0, {"zone": "World"})]
        self.assertIn("World", tariff.problem)
        tariff.price_ids = [(0, 0, {"zone": "9", "up_to": 1, "price": 1})]
        self.assertIn("nowhere: 9", tariff.problem)

    # -- files --------------------------------------------------------------------------------

    def test_five_hundred_lines_are_imported(self):
        """As Odoo's import does it, with the price list chosen by the page or named in the file."""
        admin = self.make_user("tar-import", GROUP + "admin")
        tariff = self.make_tariff(area_ids=[], price_ids=[])
        areas = self.env["logistics.tariff.area"].with_user(admin)
        rows = [["DE", f"{number:03}", "", str(number % 7)] for number in range(500)]
        result = areas.with_context(default_tariff_id=tariff.id, import_file=True).load(
            ["country_id", "zip_from", "zip_to", "zone"], rows
        )
        self.assertFalse(result["messages"])
        self.assertEqual(len(tariff.area_ids), 500)
        prices = self.env["logistics.tariff.price"].with_user(admin)
        rows = [
            [tariff.name, str(zone), str(weight), str(4 + weight)]
            for zone in range(7)
            for weight in range(1, 72)
        ]
        result = prices.load(["tariff_id", "zone", "up_to", "price"], rows)
        self.assertFalse(result["messages"])
        self.assertEqual(len(tariff.price_ids), 497)
        self.assertFalse(tariff.problem)
        rate = tariff._price(self.request(2.5, "49912"), tariff.valid_from)
        self.assertEqual(rate.total, "7.00")

    def test_one_bad_line_is_named_and_nothing_is_taken(self):
        tariff = self.make_tariff(area_ids=[], price_ids=[])
        result = (
            self.env["logistics.tariff.area"]
            .with_context(default_tariff_id=tariff.id)
            .load(
                ["country_id", "zip_from", "zip_to", "zone"],
                [["DE", "01", "09", "1"], ["DE", "1", "19", "2"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("same number of characters", result["messages"][0]["message"])
        self.assertFalse(tariff.area_ids)

    # -- trying -------------------------------------------------------------------------------

    def test_a_user_tries_a_price(self):
        user = self.make_user("tar-user", GROUP + "user")
        tariff = self.make_tariff().with_user(user)
        action = tariff.action_try()
        form = Form(tariff.env[action["res_model"]].with_context(**action["context"]))
        form.country_id = self.germany
        form.weight, form.zip = 7, "80331"
        self.assertIn("8.20", form.result)
        form.zip = "20095"
        self.assertIn("up to 5 kg", form.problem)
        self.assertFalse(form.result)

    # -- who may ------------------------------------------------------------------------------

    def test_users_read_and_administrators_write(self):
        tariff = self.make_tariff()
        user = self.make_user("tar-reader", GROUP + "user")
        self.assertEqual(len(tariff.with_user(user).price_ids), 3)
        for act in (
            lambda: tariff.with_user(user).write({"name": "Mine"}),
            lambda: tariff.price_ids.with_user(user).unlink(),
            lambda: tariff.area_ids.with_user(user).create({"tariff_id": tariff.id, "zone": "3"}),
        ):
            with self.assertRaises(AccessError):
                act()
        packer = self.make_user("tar-packer", "stock.group_stock_user")
        with self.assertRaises(AccessError):
            tariff.with_user(packer).read(["name"])
        admin = self.make_user("tar-writer", GROUP + "admin")
        tariff.with_user(admin).price_ids[0].price = 1

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine = self.make_tariff()
        user = self.make_user("tar-other", GROUP + "admin")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for records in (mine, mine.price_ids, mine.area_ids):
            self.assertFalse(records.with_user(user).search([("id", "in", records.ids)]))

    def test_scopes_by_partners_hide_other_price_lists(self):
        user = self.make_user("tar-narrow", GROUP + "user")
        mine = self.make_tariff()
        other = self.make_account(name="Another")
        self.env["logistics.scope"].create(
            {"name": "One", "user_ids": [(6, 0, user.ids)], "connection_ids": [(6, 0, other.ids)]}
        )
        self.assertFalse(mine.with_user(user).search([("id", "=", mine.id)]))
        self.assertFalse(mine.price_ids.with_user(user).search([("id", "in", mine.price_ids.ids)]))
