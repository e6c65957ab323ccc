"""A 3PL's system is told which products, units, lots and customers it has to know: what is new, has
changed or is gone, once."""

import json
from datetime import timedelta

import jsonschema
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from .advice_common import USER, AdviceCommon

MANAGER = "logistics_connector_base.group_logistics_manager"
SCHEMA = "logistics_connector_wms/schemas/master-1.0.json"


class MasterCommon(AdviceCommon):
    """A 3PL that is told master data; nothing of it changes between two looks but what a test
    changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.master_flow = cls.make_flow(
            name="Master data", code="master", url="https://harbour.example.com/master"
        )
        cls.manager = cls.make_user("boss", MANAGER)
        cls.rows = cls.env["logistics.master.record"]
        with open(file_path(SCHEMA), encoding="utf-8") as file:
            cls.contract = jsonschema.Draft202012Validator(json.load(file))

    def sync(self, connection=None):
        """One round, as the cron goes it."""
        sync = self.env["logistics.master.sync"]._of(connection or self.connection)
        sync._begin()
        while sync._step():
            continue
        self.assertFalse(sync.phase)
        return sync

    def messages(self, connection=None):
        return self.env["logistics.message"].search(
            [
                ("connection_id", "=", (connection or self.connection).id),
                ("flow_id.code", "=", "master"),
            ],
            order="id",
        )

    def told(self, connection=None):
        """What was told since the last call: the contents of the messages, oldest first."""
        messages = self.messages(connection)
        bodies = messages._read_bodies()
        since = getattr(self, "heard", messages.browse())
        self.heard = since | messages
        found = [json.loads(bodies[message.id]) for message in messages - since]
        for content in found:
            self.contract.validate(content)
        return found

    def told_items(self, connection=None):
        """{code: entry} of the items that were told since."""
        return {
            item.get("product") or item["code"]: item
            for content in self.told(connection)
            for item in content.get("items", ())
        }

    def row(self, record, connection=None):
        name = {"product.product": "product_id", "stock.lot": "lot_id"}.get(
            record._name, "partner_id"
        )
        kind = {"product_id": "item", "lot_id": "lot"}.get(name, "customer")
        return self.rows.search(
            [
                (name, "=", record.id),
                ("kind", "=", kind),
                ("connection_id", "=", (connection or self.connection).id),
            ]
        )

    def arrived(self, state="delivered", text=False):
        """The partner has taken, or not, all that was sent."""
        messages = self.messages().filtered(lambda one: one.state == "pending")
        messages.write({"state": state, "error_text": text})
        self.env["logistics.answer"].sudo()._tell()
        return messages


@tagged("post_install", "-at_install")
class TestMaster(MasterCommon):
    # -- what is told -------------------------------------------------------------------------

    def test_what_lies_there_is_told_once(self):
        self.stock(self.lamp, 5)
        self.sync()
        told = self.told_items()
        self.assertEqual(list(told), ["LAMP-01"])
        self.assertEqual(told["LAMP-01"]["units"], [{"unit": "Units", "factor": 1.0}])
        self.assertEqual(told["LAMP-01"]["tracking"], "none")
        self.assertEqual(self.row(self.lamp).state, "queued")
        self.arrived()
        self.assertEqual(self.row(self.lamp).state, "known")
        self.sync()
        self.env["logistics.master.sync"]._of(self.connection).full_at = False
        self.sync()
        self.assertEqual(self.told(), [])

    def test_what_is_in_open_transfers_is_told_as_releases_name_it(self):
        nameless = self.make_product(False, name="Chair")
        self.stock(nameless, 1)
        self.order((nameless, 1), (self.bulb, 2))
        self.receipt((self.drill, 1))
        self.sync()
        self.assertEqual(set(self.told_items()), {f"#{nameless.id}", "BULB-02", "DRILL-X"})
        self.assertFalse(self.row(self.oil))

    def test_units_packagings_and_their_barcodes(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        dozen = self.env.ref("uom.product_uom_dozen")
        case = self.env["uom.uom"].create(
            {"name": "Case of 24", "relative_factor": 2, "relative_uom_id": dozen.id}
        )
        self.lamp.product_tmpl_id.uom_ids = pack | case
        barcodes = self.env["product.uom"].create(
            {"product_id": self.lamp.id, "uom_id": pack.id, "barcode": "0614141000012"}
        )
        self.stock(self.lamp, 5)
        self.sync()
        item = self.told_items()["LAMP-01"]
        self.assertEqual(
            [(unit["unit"], unit["factor"], unit.get("barcodes")) for unit in item["units"]],
            [
                ("Units", 1.0, None),
                (pack.name, 6.0, ["0614141000012"]),
                ("Case of 24", 24.0, None),
            ],
        )
        case.relative_factor = 3
        self.sync()
        self.assertEqual(self.told_items()["LAMP-01"]["units"][-1]["factor"], 36.0)
        # A barcode that was taken off leaves no date behind.
        self.rest()
        barcodes.unlink()
        self.sync()
        self.assertNotIn("barcodes", self.told_items()["LAMP-01"]["units"][1])

    def rest(self):
        """Nothing can be found by its date from now on."""
        sync = self.env["logistics.master.sync"]._of(self.connection)
        self.assertTrue(sync.full_at)
        sync.seen_at = fields.Datetime.now() + timedelta(hours=2)

    def test_each_change_is_found_by_its_date_and_nothing_else_is(self):
        pack = self.env.ref("uom.product_uom_pack_6")
        crate = self.env["uom.uom"].create(
            {"name": "Crate", "relative_factor": 20, "relative_uom_id": self.lamp.uom_id.id}
        )
        self.lamp.product_tmpl_id.uom_ids = crate
        barcode = self.env["product.uom"].create(
            {"product_id": self.lamp.id, "uom_id": pack.id, "barcode": "0614141000012"}
        )
        code = self.env["logistics.item.code"].create(
            {"connection_id": self.connection.id, "code": "77", "product_id": self.lamp.id}
        )
        supplier = self.env["product.supplierinfo"].create(
            {"partner_id": self.partner.id, "product_tmpl_id": self.lamp.product_tmpl_id.id}
        )
        lot = self.lot(self.oil, "L1")
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        self.stock(self.oil, 5, lot)
        self.order((self.lamp, 1))
        self.env.cr.precommit.run()
        self.sync()
        since = fields.Datetime.now() - timedelta(hours=1)
        cases = [
            ("item", self.lamp, lambda: self.lamp.write({"barcode": "4006381333931"})),
            ("item", self.lamp, lambda: self.lamp.product_tmpl_id.write({"name": "Light"})),
            ("item", self.lamp, lambda: self.lamp.product_tmpl_id.write({"uom_ids": [(5,)]})),
            ("item", self.lamp, lambda: crate.write({"relative_factor": 24})),
            ("item", self.lamp, lambda: barcode.write({"barcode": "0614141000029"})),
            ("item", self.lamp, lambda: code.write({"code": "78"})),
            ("item", self.lamp, lambda: supplier.write({"product_uom_id": pack.id})),
            ("lot", lot, lambda: lot.write({"note": "x"})),
            ("lot", lot, lambda: self.oil.write({"default_code": "OIL-NEW"})),
            ("customer", self.partner, lambda: self.partner.write({"city": "Ghent"})),
        ]
        for kind, record, change in cases:
            # The relation of packagings has no date: its unit's or its product's has.
            self.lamp.product_tmpl_id.uom_ids = crate
            self.age()
            self.assertEqual(self.candidates(kind, since), [])
            change()
            self.assertEqual(self.candidates(kind, since), record.ids)

    def candidates(self, kind, since):
        return self.rows._candidates(self.connection, kind, since, 0, 1000)

    def age(self):
        """Everything was changed the day before."""
        self.env.flush_all()
        for table in (
            "product_product",
            "product_template",
            "product_uom",
            "product_supplierinfo",
            "uom_uom",
            "logistics_item_code",
            "stock_lot",
            "res_partner",
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET write_date = now() AT TIME ZONE 'UTC' - interval '1 day'"
            )
        self.env.invalidate_all()

    def test_a_changed_barcode_is_told_and_its_change_back_is_not(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.told()
        self.lamp.barcode = "4006381333931"
        self.lamp.barcode = False
        self.sync()
        self.assertEqual(self.told(), [])
        self.lamp.barcode = "4006381333931"
        self.rows._look_at(self.connection, "item", self.lamp.ids)
        self.assertEqual(self.row(self.lamp).state, "changed")
        self.sync()
        item = self.told_items()["LAMP-01"]
        self.assertEqual((item["version"], item["barcode"]), (2, "4006381333931"))

    def test_a_new_reference_says_what_it_was_before(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.told()
        self.lamp.default_code = "LAMP-NEW"
        self.sync()
        self.assertEqual(self.told_items()["LAMP-NEW"]["formerly"], "LAMP-01")
        self.lamp.weight = 2.5
        self.sync()
        item = self.told_items()["LAMP-NEW"]
        self.assertNotIn("formerly", item)
        self.assertGreater(item["weight_kg"], 0)

    def test_two_products_with_one_reference_are_not_told_until_they_have_two(self):
        twin = self.make_product("LAMP-01", name="Other lamp")
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        self.sync()
        self.assertEqual(set(self.told_items()), {"BULB-02"})
        row = self.row(self.lamp)
        self.assertIn("LAMP-01", row.why)
        self.assertEqual(row.state, "new")
        self.rest()
        twin.default_code = "LAMP-02"  # the one that lies there is not changed by that
        self.sync()
        self.assertIn("LAMP-01", self.told_items())
        self.assertFalse(row.trouble)

    def test_archived_is_withdrawn_and_comes_back(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.arrived()
        self.told()
        self.lamp.action_archive()
        self.sync()
        item = self.told_items()["LAMP-01"]
        self.assertEqual((item["action"], item["version"]), ("withdraw", 2))
        self.arrived()
        row = self.row(self.lamp)
        self.assertEqual((row.state, row.is_known), ("withdrawn", False))
        self.sync()
        self.assertEqual(self.told(), [])
        self.lamp.action_unarchive()
        self.sync()
        self.assertEqual(self.told_items()["LAMP-01"]["version"], 3)

    def test_deleted_is_withdrawn_by_the_code_it_had(self):
        chair = self.make_product("CHAIR")
        self.connection.master_items = "all"
        self.sync()
        self.assertIn("CHAIR", self.told_items())
        chair.unlink()
        self.sync()
        self.assertEqual(self.told_items()["CHAIR"]["action"], "withdraw")

    def test_what_was_archived_before_it_was_told_is_forgotten(self):
        self.stock(self.lamp, 5)
        self.rows._look_at(self.connection, "item", self.lamp.ids)
        self.assertEqual(self.row(self.lamp).state, "new")
        self.lamp.action_archive()
        self.sync()
        self.assertFalse(self.row(self.lamp))
        self.assertEqual(self.told(), [])

    def test_policies(self):
        food = self.env["product.category"].create({"name": "Food"})
        drinks = self.env["product.category"].create({"name": "Drinks", "parent_id": food.id})
        self.oil.categ_id = drinks
        self.stock(self.lamp, 1)
        self.connection.write({"master_items": "category", "master_category_id": food.id})
        self.sync()
        self.assertEqual(set(self.told_items()), {"LAMP-01", "OIL-5L"})
        self.connection.master_items = "all"
        self.sync()
        self.assertLessEqual({"BULB-02", "DRILL-X"}, set(self.told_items()))
        # What was told once stays told.
        self.connection.master_items = "used"
        self.sync()
        self.assertEqual(self.told(), [])
        with self.assertRaises(UserError):
            self.connection.write({"master_items": "category", "master_category_id": False})

    def test_another_language_of_who_changes_it_is_no_change(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["res.lang"]._activate_lang("nl_NL")
        self.lamp.with_context(lang="fr_FR").name = "Lampe"
        self.connection.partner_id = self.env["res.partner"].create({"name": "Harbour"})
        self.connection.partner_id.lang = "en_US"
        self.stock(self.lamp, 5)
        self.sync()
        self.assertEqual(self.told_items()["LAMP-01"]["name"], "LAMP-01")
        sync = self.env["logistics.master.sync"]._of(self.connection).with_context(lang="fr_FR")
        sync.full_at = False
        sync._begin()
        while sync._step():
            continue
        self.assertEqual(self.told(), [])
        # The partner's own language is what counts: with the daily round.
        self.connection.partner_id.lang = "fr_FR"
        self.env["logistics.master.sync"]._of(self.connection).full_at = False
        self.sync()
        self.assertEqual(self.told_items()["LAMP-01"]["name"], "Lampe")

    def test_their_own_codes_are_told_to_them(self):
        self.stock(self.lamp, 5)
        code = self.env["logistics.item.code"].create(
            {"connection_id": self.connection.id, "code": "77", "product_id": self.lamp.id}
        )
        self.sync()
        self.assertEqual(
            self.told_items()["LAMP-01"]["their_codes"], [{"code": "77", "our_unit": "Units"}]
        )
        self.rest()
        code.unlink()
        self.sync()
        self.assertNotIn("their_codes", self.told_items()["LAMP-01"])

    # -- lots and customers -------------------------------------------------------------------

    def test_lots_that_lie_there_with_their_expiry(self):
        here, gone = self.lot(self.oil, "L-HERE"), self.lot(self.oil, "L-GONE")
        self.stock(self.oil, 5, here)
        self.sync()
        (content,) = self.told()
        (lot,) = content["lots"]
        self.assertEqual((lot["product"], lot["lot"]), ("OIL-5L", "L-HERE"))
        self.assertFalse(self.row(gone))
        if "expiration_date" in here._fields:
            here.expiration_date = "2027-09-30"
            self.sync()
            ((lot,),) = (content["lots"] for content in self.told())
            self.assertEqual(lot["expires_at"], "2027-09-30T00:00:00+00:00")
        # A product that is called otherwise: its lots are told by the new name.
        self.oil.default_code = "OIL-NEW"
        self.sync()
        (content,) = self.told()
        self.assertEqual(content["lots"][0]["product"], "OIL-NEW")

    def test_lots_only_where_they_are_wanted(self):
        self.connection.master_lots = False
        self.stock(self.oil, 5, self.lot(self.oil, "L1"))
        self.sync()
        (content,) = self.told()
        self.assertNotIn("lots", content)

    def test_customers_of_open_releases_and_no_copy_of_them(self):
        self.partner.write({"street": "Main 1", "city": "Ghent", "email": "ada@example.com"})
        stranger = self.env["res.partner"].create({"name": "Stranger", "customer_rank": 1})
        self.stock(self.lamp, 5)
        self.order((self.lamp, 1))
        self.env.cr.precommit.run()
        self.sync()
        (content,) = self.told()
        (customer,) = content["customers"]
        self.assertEqual((customer["id"], customer["city"]), (self.partner.id, "Ghent"))
        row = self.row(self.partner)
        values = str(row.read(load=None)) + str(row.sudo().read(["wanted", "told"]))
        for secret in ("Main 1", "Ghent", "ada@example.com"):
            self.assertNotIn(secret, values)
        self.assertFalse(self.row(stranger))
        self.connection.master_customers = "all"
        self.sync()
        self.assertTrue(self.row(stranger))

    def test_a_customer_whose_releases_are_long_done_is_withdrawn(self):
        self.stock(self.lamp, 5)
        delivery = self.order((self.lamp, 1))
        self.env.cr.precommit.run()
        self.sync()
        self.told()
        release = delivery.release_ids
        release.state = "closed"
        self.env.flush_all()
        self.env["logistics.master.sync"]._of(self.connection).full_at = False
        self.sync()
        self.assertEqual(self.told(), [])
        self.env.cr.execute(
            "UPDATE logistics_release SET write_date = write_date - interval '91 days' "
            "WHERE id = %s",
            (release.id,),
        )
        self.env["logistics.master.sync"]._of(self.connection).full_at = False
        self.sync()
        (content,) = self.told()
        (customer,) = content["customers"]
        self.assertEqual((customer["id"], customer["action"]), (self.partner.id, "withdraw"))

    def test_who_shall_tell_no_customers_withdraws_them(self):
        self.stock(self.lamp, 5)
        self.order((self.lamp, 1))
        self.env.cr.precommit.run()
        self.sync()
        self.told()
        self.connection.master_customers = "none"
        self.sync()
        (content,) = self.told()
        self.assertEqual(content["customers"][0]["action"], "withdraw")

    # -- whom ---------------------------------------------------------------------------------

    def test_two_warehouses_of_one_3pl_are_told_once_and_another_3pl_by_itself(self):
        second, third = self.env["stock.warehouse"].create(
            [
                {"name": "Second", "code": "WH2", "company_id": self.company.id},
                {"name": "Third", "code": "WH3", "company_id": self.company.id},
            ]
        )
        other = self.make_connection(name="Airport Fulfilment")
        second.logistics_connection_id, third.logistics_connection_id = self.connection, other
        self.make_flow(code="master", connection_id=other.id)
        self.stock(self.lamp, 1)
        quants = self.env["stock.quant"]
        quants._update_available_quantity(self.lamp, second.lot_stock_id, 1)
        quants._update_available_quantity(self.bulb, third.lot_stock_id, 1)
        self.sync()
        self.assertEqual(set(self.told_items()), {"LAMP-01"})
        self.sync(other)
        self.assertEqual(set(self.told_items(other)), {"BULB-02"})

    def test_another_companys_products_are_not_told(self):
        theirs = self.env["res.company"].create({"name": "Southern Shop"})
        self.make_product("THEIRS", company_id=theirs.id)
        mine = self.make_product("MINE", company_id=self.company.id)
        self.connection.master_items = "all"
        self.sync()
        told = self.told_items()
        self.assertIn("MINE", told)
        self.assertNotIn("THEIRS", told)
        stranger = self.make_user("stranger", USER, company=theirs)
        self.assertFalse(self.rows.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.row(mine).with_user(stranger).read(["state"])

    def test_nobody_is_told_who_is_not_live_or_has_no_flow(self):
        self.stock(self.lamp, 5)
        self.connection.state = "suspended"
        sync = self.env["logistics.master.sync"]._of(self.connection)
        sync._begin()
        self.assertFalse(sync._step())
        self.connection.state = "live"
        self.master_flow.active = False
        self.assertFalse(sync._step())
        with self.assertRaises(UserError):
            self.connection.with_user(self.clerk).action_tell_master()
        self.master_flow.active = True
        self.assertTrue(sync._step())

    # -- how ----------------------------------------------------------------------------------

    def test_the_cron_looks_in_batches_and_tells_in_batches(self):
        self.connection.master_items = "all"
        products = self.env["product.product"].create(
            [
                {"name": f"Part {number}", "default_code": f"P{number}", "is_storable": True}
                for number in range(230)
            ]
        )
        cron = self.env.ref("logistics_connector_wms.cron_master_sync")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        contents = self.told()
        self.assertGreaterEqual(len(contents), 3)
        self.assertTrue(all(len(content["items"]) <= 100 for content in contents))
        told = [item["id"] for content in contents for item in content["items"]]
        self.assertLessEqual(set(products.ids), set(told))
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual({message.business_key for message in self.messages()}, {"master"})
        products[7].weight = 3
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(set(self.told_items()), {"P7"})

    def test_a_round_goes_on_where_it_stopped_and_another_follows_it(self):
        self.stock(self.lamp, 5)
        sync = self.env["logistics.master.sync"]._of(self.connection)
        sync._begin()
        sync._step()
        self.assertEqual(sync.phase, "lot")
        self.stock(self.bulb, 5)  # the round has passed items already
        cron = self.env.ref("logistics_connector_wms.cron_master_sync")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(set(self.told_items()), {"LAMP-01", "BULB-02"})

    def test_a_record_that_cannot_be_read_keeps_nobody_from_the_others(self):
        broken = self.make_product("BROKEN")
        self.stock(self.lamp, 5)
        self.stock(broken, 5)
        original = type(self.rows)._item_content

        def item_content(rows, product, *args):
            if product == broken:
                raise ValueError("no such thing")
            return original(rows, product, *args)

        self.patch(type(self.rows), "_item_content", item_content)
        with mute_logger("odoo.addons.logistics_connector_wms.models.master.logistics_master_look"):
            self.sync()
        self.assertEqual(set(self.told_items()), {"LAMP-01"})

    # -- answers ------------------------------------------------------------------------------

    def cases(self):
        return self.env["logistics.exception"].search(
            [("type_code", "=", "master_refused"), ("connection_id", "=", self.connection.id)]
        )

    def test_rejected_is_a_case_with_what_was_told_until_it_is_told_anew(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.arrived("rejected", "weight is missing")
        row = self.row(self.lamp)
        self.assertEqual((row.state, row.why), ("rejected", "weight is missing"))
        case = self.cases()
        self.assertTrue(case.is_open)
        self.assertIn("LAMP-01", case.detail)
        self.assertIn("weight is missing", case.detail)
        self.told()
        self.sync()
        self.assertEqual(self.told(), [])  # the same is not said again by itself
        self.lamp.weight = 2
        self.sync()
        self.assertIn("LAMP-01", self.told_items())
        self.assertFalse(case.is_open)
        self.arrived()
        self.assertEqual(row.state, "known")

    def test_told_again_by_itself_shows_which_one_is_wrong(self):
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        self.sync()
        self.arrived("rejected", "one of them is wrong")
        rows = self.row(self.lamp) | self.row(self.bulb)
        self.told()
        with self.assertRaises(AccessError):
            rows.with_user(self.clerk).action_tell_again()
        rows.with_user(self.manager).action_tell_again()
        self.sync()
        self.assertEqual([len(content["items"]) for content in self.told()], [1, 1])
        first, second = self.messages().filtered(lambda one: one.state == "pending")
        first.state, second.state = "delivered", "rejected"
        self.env["logistics.answer"].sudo()._tell()
        self.assertEqual(sorted(rows.mapped("state")), ["known", "rejected"])

    def test_that_it_is_gone_may_be_said_once_more(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.arrived()
        self.lamp.action_archive()
        self.sync()
        self.arrived("rejected", "there is stock")
        row = self.row(self.lamp)
        self.assertEqual((row.state, row.is_known), ("rejected", True))
        self.told()
        row.with_user(self.manager).action_tell_again()
        self.sync()
        item = self.told_items()["LAMP-01"]
        self.assertEqual((item["action"], item["version"]), ("withdraw", 3))
        self.arrived()
        self.assertEqual((row.state, row.is_known), ("withdrawn", False))
        row.with_user(self.manager).action_tell_again()
        self.sync()
        self.assertEqual(self.told(), [])

    def test_acknowledged_by_a_message_of_theirs(self):
        self.master_flow.write({"ack": "message"})
        self.stock(self.lamp, 5)
        self.sync()
        self.arrived("sent")
        row = self.row(self.lamp)
        self.assertEqual((row.state, row.is_known), ("queued", False))
        self.messages()._acknowledge(True, "")
        self.assertEqual((row.state, row.is_known), ("known", True))

    def test_an_answer_to_an_older_version_changes_nothing_of_the_newer(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.lamp.weight = 2
        self.sync()
        first, second = self.messages()
        row = self.row(self.lamp)
        second.state = "rejected"
        self.env["logistics.answer"].sudo()._tell()
        first.state = "delivered"
        self.env["logistics.answer"].sudo()._tell()
        self.assertEqual((row.state, row.known_version, row.is_known), ("rejected", 1, True))

    # -- people -------------------------------------------------------------------------------

    def test_tell_all_again_is_the_managers(self):
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        self.sync()
        self.arrived()
        self.told()
        with self.assertRaises(AccessError):
            self.connection.with_user(self.clerk).action_tell_master_again()
        with self.assertRaises(AccessError):
            self.connection.with_user(self.seller).action_tell_master()
        self.connection.with_user(self.manager).action_tell_master_again()
        self.assertEqual(self.row(self.lamp).state, "changed")
        self.sync()
        self.assertEqual(
            {code: item["version"] for code, item in self.told_items().items()},
            {"LAMP-01": 2, "BULB-02": 2},
        )

    def test_tell_now_starts_the_cron(self):
        cron = self.env.ref("logistics_connector_wms.cron_master_sync")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.connection.with_user(self.clerk).action_tell_master()
        later = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(later - triggers), 1)

    def test_pages_of_product_warehouse_and_connection(self):
        self.stock(self.lamp, 5)
        self.sync()
        self.arrived()
        clerk = self.make_user("shelves", USER, "stock.group_stock_user")
        product, template = self.lamp.with_user(clerk), self.lamp.product_tmpl_id.with_user(clerk)
        self.assertEqual(product.logistics_master_text, "Known there")
        self.assertEqual(template.logistics_master_text, "Known there")
        self.assertFalse(self.bulb.with_user(clerk).logistics_master_text)
        self.assertEqual(self.connection.with_user(clerk).master_text, "1 of 1")
        self.assertEqual(self.warehouse.with_user(clerk).logistics_master_text, "1 of 1")
        for record in (product, template):
            action = record.action_view_logistics_master()
            found = self.rows.with_user(clerk).search(action["domain"])
            self.assertEqual(found.product_id, self.lamp)
            Form(record)
        action = self.warehouse.with_user(clerk).action_view_logistics_master()
        self.assertEqual(self.rows.with_user(clerk).search_count(action["domain"]), 1)
        Form(self.row(self.lamp).with_user(clerk))
        # Who has nothing to do with Logistics still opens products.
        Form(self.lamp.with_user(self.seller))

    # -- the gate -----------------------------------------------------------------------------

    def test_a_release_waits_until_its_products_are_known(self):
        self.make_flow()
        self.warehouse.logistics_gate_item = True
        self.stock(self.lamp, 5)
        delivery = self.order((self.lamp, 2))
        self.env.cr.precommit.run()
        release = delivery.release_ids
        self.assertEqual(release.state, "held")
        self.assertIn("LAMP-01", release.reasons)
        self.sync()
        self.assertEqual(release.state, "held")
        self.arrived()
        self.assertEqual(release.state, "queued")
        self.assertFalse(release.reasons)

    def test_a_person_lets_it_go_past_the_gate(self):
        self.make_flow()
        self.warehouse.logistics_gate_item = True
        self.stock(self.lamp, 5)
        delivery = self.order((self.lamp, 2))
        self.env.cr.precommit.run()
        delivery.release_ids._let_go("they know it by phone")
        self.assertEqual(delivery.release_ids.state, "queued")

    def test_an_announced_receipt_waits_too_and_a_rejected_product_keeps_it(self):
        self.make_flow()
        self.warehouse.write({"logistics_gate_item": True, "logistics_tells_receipt": True})
        receipt = self.receipt((self.bulb, 4))
        self.env.cr.precommit.run()
        release = receipt.release_ids
        self.assertEqual(release.state, "held")
        self.sync()
        self.arrived("rejected", "no such category")
        self.assertEqual(release.state, "held")
        self.master_flow.active = False  # nobody can tell them: nothing is held back by it
        release._follow()
        self.assertEqual(release.state, "queued")
