"""What a partner's words for goods mean, and that nothing is guessed."""

from odoo.addons.logistics_connector_base.tests.common import InboxCommon
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestItemCode(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        provider = cls.env.ref("logistics_connector_wms.provider_warehouse_json")
        cls.connection = cls.make_connection(provider=provider, name="Harbour")
        cls.unit, cls.dozen = (cls.env.ref(f"uom.product_uom_{name}") for name in ("unit", "dozen"))
        cls.dozen.active = True
        cls.lamp = cls.env["product.product"].create(
            {"name": "Lamp", "default_code": "LAMP-01", "barcode": "4006381333931"}
        )
        cls.codes = cls.env["logistics.item.code"]

    def meant(self, product="", barcode="", unit=""):
        words = (product, barcode, unit)
        return self.codes._understand(self.connection, [words])[words]

    def test_our_own_names_need_no_line(self):
        own = (self.lamp.id, self.unit.id, "")
        self.assertEqual(self.meant("LAMP-01"), own)
        self.assertEqual(self.meant(barcode="4006381333931"), own)
        self.assertEqual(self.meant("4006381333931"), own)
        self.assertEqual(self.meant(f"#{self.lamp.id}"), own)
        self.assertEqual(self.meant("LAMP-01", unit=self.dozen.name).uom_id, self.dozen.id)

    def test_the_barcode_of_a_case_counts_cases(self):
        self.lamp.uom_ids = self.dozen
        self.env["product.uom"].create(
            {"product_id": self.lamp.id, "uom_id": self.dozen.id, "barcode": "14006381333938"}
        )
        self.assertEqual(self.meant(barcode="14006381333938")[:2], (self.lamp.id, self.dozen.id))
        # Who names the unit as well means it.
        meant = self.meant(barcode="14006381333938", unit=self.unit.name)
        self.assertEqual(meant.uom_id, self.unit.id)

    def test_their_code_wins_with_their_unit(self):
        lines = [("HF-9", False, self.unit), ("HF-9", "CS", self.dozen)]
        for code, unit, uom in lines:
            self.codes.create(
                {
                    "connection_id": self.connection.id,
                    "code": code,
                    "unit": unit,
                    "product_id": self.lamp.id,
                    "uom_id": uom.id,
                }
            )
        self.assertEqual(self.meant("HF-9").uom_id, self.unit.id)
        self.assertEqual(self.meant("HF-9", unit="CS").uom_id, self.dozen.id)
        other = self.make_connection(provider=self.connection.provider_id, name="Dock")
        meant = self.codes._understand(other, [("HF-9", "", "")])
        self.assertEqual(meant["HF-9", "", ""].trouble, "unknown_product")

    def test_nothing_is_guessed(self):
        self.assertEqual(self.meant("lamp-01").trouble, "unknown_product")
        self.assertEqual(self.meant("LAMP-01", unit="BX").trouble, "unknown_unit")
        self.assertEqual(self.meant("LAMP-01", unit="kg").trouble, "unknown_unit")
        self.assertEqual(self.meant("#999999999").trouble, "unknown_product")
        twin = self.lamp.create(
            {"name": "Twin", "default_code": "LAMP-01", "barcode": "4006381333948"}
        )
        self.assertEqual(self.meant("LAMP-01").trouble, "ambiguous_product")
        twin.default_code = "LAMP-02"
        self.assertEqual(self.meant("LAMP-01", twin.barcode).trouble, "ambiguous_product")
        self.assertFalse(self.meant("LAMP-02", twin.barcode).trouble)

    def test_another_companys_product_is_unknown(self):
        other = self.env["res.company"].create({"name": "Southern Shop"})
        self.lamp.company_id = other
        self.assertEqual(self.meant("LAMP-01").trouble, "unknown_product")

    def test_a_unit_must_convert(self):
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self.codes.create(
                {
                    "connection_id": self.connection.id,
                    "code": "HF-9",
                    "product_id": self.lamp.id,
                    "uom_id": self.env.ref("uom.product_uom_kgm").id,
                }
            )

    def test_users_read_and_administrators_write(self):
        user = self.make_user("clerk", "logistics_connector_base.group_logistics_user")
        values = {"connection_id": self.connection.id, "code": "X", "product_id": self.lamp.id}
        with self.assertRaises(AccessError):
            self.codes.with_user(user).create(values)
        admin = self.make_user("admin2", "logistics_connector_base.group_logistics_admin")
        code = self.codes.with_user(admin).create(values)
        self.assertEqual(code.with_user(user).product_id, self.lamp)


@tagged("post_install", "-at_install")
class TestWarehouse(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        provider = cls.env.ref("logistics_connector_wms.provider_warehouse_json")
        cls.connection = cls.make_connection(provider=provider, name="Harbour")
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.warehouse.logistics_connection_id = cls.connection

    def test_which_building_is_meant(self):
        find = self.warehouse._logistics_find
        self.assertEqual(find(self.connection, ""), self.warehouse)
        self.assertEqual(find(self.connection, "HAM"), self.warehouse)
        self.warehouse.logistics_code = "HAM"
        second = self.warehouse.create(
            {"name": "Two", "code": "TWO", "logistics_connection_id": self.connection.id}
        )
        self.assertEqual(find(self.connection, "HAM"), self.warehouse)
        self.assertEqual(find(self.connection, "TWO"), second)
        self.assertFalse(find(self.connection, ""))
        self.assertFalse(find(self.connection, "BRE"))

    def test_places_of_states_lie_inside_and_are_not_for_sale(self):
        location = self.env["stock.location"].create(
            {"name": "Damaged", "location_id": self.warehouse.view_location_id.id}
        )
        self.warehouse.logistics_damaged_location_id = location
        self.assertEqual(self.warehouse._logistics_location("damaged"), location)
        self.assertFalse(self.warehouse._logistics_location("held"))
        with self.assertRaisesRegex(ValidationError, "for sale"):
            self.warehouse.logistics_held_location_id = self.warehouse.lot_stock_id
        outside = self.env["stock.location"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(ValidationError, "no place in"):
            self.warehouse.logistics_held_location_id = outside
