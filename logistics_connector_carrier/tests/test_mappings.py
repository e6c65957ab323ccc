"""Shipped mappings come from the providers' files; what users made is theirs."""

import csv
import io
from unittest.mock import patch

from odoo.addons.logistics_connector_base.models.event import logistics_event_mapping_load as loader
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FIXTURES, CarrierCommon

MODULE = "logistics_connector_carrier"
HEADER = "id,provider,raw_code,raw_sub_code,code,reason,classifier,priority,note"


@tagged("post_install", "-at_install")
class TestMappings(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mappings = cls.env["logistics.event.mapping"]
        cls.delivered = cls.env.ref("logistics_connector_base.event_code_dlv_delivered")
        cls.out = cls.env.ref("logistics_connector_base.event_code_dlv_out")

    def load(self, *lines, provider="acme", header=HEADER):
        """Load rows as if they were the provider's file."""
        text = "\n".join((header, *lines)) + "\n"
        with patch.object(loader, "file_open", lambda *args, **kwargs: io.StringIO(text)):
            self.mappings._load_shipped(MODULE, f"providers/{provider}/mapping.csv")
        self.env.flush_all()
        self.env.invalidate_all()

    def meaning(self, raw_code, raw_sub_code="", provider="acme"):
        found = self.mappings._lookup_code(provider, raw_code, raw_sub_code)
        return found and found[1]

    def test_every_row_of_every_file_is_there_with_an_id_of_the_addon(self):
        for path in FIXTURES.glob("*/mapping.csv"):
            with path.open() as file:
                rows = list(csv.DictReader(file))
            self.assertTrue(rows)
            for row in rows:
                mapping = self.env.ref(f"{MODULE}.{row['id']}")
                self.assertEqual(
                    (mapping.raw_code, mapping.raw_sub_code, mapping.code, mapping.is_shipped),
                    (row["raw_code"], row["raw_sub_code"], row["code"], True),
                )
            provider = rows[0]["provider"]
            shipped = self.mappings.search([("provider", "=", provider), ("is_shipped", "=", True)])
            self.assertEqual(len(shipped), len(rows))

    def test_an_upgrade_replaces_what_was_shipped(self):
        self.load(
            "mapping_acme_1,acme,D1,,DLV_DELIVERED,,,10,",
            "mapping_acme_2,acme,O1,,DLV_OUT,,,10,",
        )
        first, second = self.env.ref(f"{MODULE}.mapping_acme_1"), self.meaning("O1")
        self.assertEqual((first.code, second), ("DLV_DELIVERED", "DLV_OUT"))
        # An upgrade begins with a new registry, and deletes at its end what was not loaded.
        loaded = self.env.registry.loaded_xmlids
        loaded -= {f"{MODULE}.mapping_acme_1", f"{MODULE}.mapping_acme_2"}
        self.load(
            "mapping_acme_1,acme,D1,,DLV_PARTIAL,warehouse.short,,10,in part",
            "mapping_acme_3,acme,P1,,PUP_PICKED_UP,,,10,",
        )
        self.assertEqual(self.env.ref(f"{MODULE}.mapping_acme_1"), first)
        self.assertEqual((first.code, first.reason_id.code), ("DLV_PARTIAL", "warehouse.short"))
        self.assertEqual(self.meaning("D1"), "DLV_PARTIAL")
        self.assertEqual(self.meaning("P1"), "PUP_PICKED_UP")
        # What vanished is archived, not deleted: history points to it.
        gone = self.env.ref(f"{MODULE}.mapping_acme_2")
        self.assertFalse(gone.active)
        self.assertIsNone(self.meaning("O1"))
        self.assertLessEqual({f"{MODULE}.mapping_acme_{n}" for n in (1, 2, 3)}, loaded)
        # It may come back.
        self.load("mapping_acme_2,acme,O1,,DLV_OUT,,,10,")
        self.assertEqual((gone.active, self.meaning("O1")), (True, "DLV_OUT"))

    def test_a_change_of_what_was_shipped_stands_in_its_history(self):
        self.load("mapping_acme_1,acme,D1,,DLV_DELIVERED,,,10,")
        mapping = self.env.ref(f"{MODULE}.mapping_acme_1")
        self.assertFalse(mapping.message_ids)
        self.load("mapping_acme_1,acme,D1,,DLV_DELIVERED,,,10,")
        self.flush_tracking()
        self.assertFalse(mapping.message_ids)
        self.load("mapping_acme_1,acme,D1,,DLV_PARTIAL,,,10,")
        self.flush_tracking()
        self.assertEqual(mapping.message_ids.tracking_value_ids.old_value_char, "Delivered")

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_a_file_touches_no_other_providers_rows(self):
        before = self.mappings.search_count([("provider", "=", "ups")])
        self.load("mapping_acme_1,acme,D1,,DLV_DELIVERED,,,10,")
        self.assertEqual(self.mappings.search_count([("provider", "=", "ups")]), before)

    def test_rows_of_users_win_and_survive_an_upgrade(self):
        self.load("mapping_acme_1,acme,D1,,DLV_DELIVERED,,,10,")
        admin = self.make_user("admin1", "logistics_connector_base.group_logistics_admin")
        own = self.mappings.with_user(admin).create(
            {"provider": "acme", "raw_code": "D1", "code_id": self.out.id}
        )
        self.assertFalse(own.is_shipped)
        self.assertEqual(self.meaning("D1"), "DLV_OUT")
        self.load("mapping_acme_1,acme,D1,,DLV_PARTIAL,,,10,")
        self.assertEqual((own.active, own.code), (True, "DLV_OUT"))
        self.assertEqual(self.meaning("D1"), "DLV_OUT")
        own.active = False
        self.assertEqual(self.meaning("D1"), "DLV_PARTIAL")

    def test_shipped_rows_are_read_only(self):
        shipped = self.env.ref(f"{MODULE}.mapping_ups_d")
        admin = self.make_user("admin1", "logistics_connector_base.group_logistics_admin")
        for change in ({"code_id": self.out.id}, {"active": False}):
            with self.assertRaisesRegex(UserError, "of your own"):
                shipped.with_user(admin).write(change)
        with self.assertRaisesRegex(UserError, "of your own"):
            shipped.with_user(admin).unlink()

    def test_a_faulty_file_is_refused_with_its_line(self):
        faults = {
            "no event code 'DLV_DELIVRED'": "m1,acme,D1,,DLV_DELIVRED,,,10,",
            "no reason 'nobody'": "m1,acme,D1,,DLV_DELIVERED,nobody,,10,",
            "no classifier 'maybe'": "m1,acme,D1,,DLV_DELIVERED,,maybe,10,",
            "line 2.*stands there already": ",acme,D1,,DLV_DELIVERED,,,10,",
        }
        for text, line in faults.items():
            with self.subTest(line=line), self.assertRaisesRegex(ValueError, text):
                self.load(line)
        with self.assertRaisesRegex(ValueError, "line 3.*stands there already"):
            self.load("m1,acme,D1,,DLV_DELIVERED,,,10,", "m2,acme,D1,,DLV_OUT,,,10,")
        with self.assertRaisesRegex(ValueError, "columns are missing"):
            self.load(header="id,provider")

    def test_loading_is_quick(self):
        """One query or a handful for each kind of work, not one for each row."""
        self.mappings._load_shipped(MODULE, "providers/fedex/mapping.csv")
        with self.assertQueryCount(12):
            self.mappings._load_shipped(MODULE, "providers/fedex/mapping.csv")
