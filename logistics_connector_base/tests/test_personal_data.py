"""Names, addresses and phones are for those who need them: on screens, over RPC, in searches,
groupings and exports."""

import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"
SECRETS = ("Iris", "Lovelace", "Elm", "3511 AB", "0612345678")
PERSONAL = ("signed_by", "raw_text", "place_name", "zip", "latitude", "longitude")


class PersonalCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("personal_user", GROUP + "user")
        cls.manager = cls.make_user(
            "personal_manager", GROUP + "manager", "base.group_allow_export"
        )
        cls.trusted = cls.make_user("personal_trusted", GROUP + "manager", GROUP + "personal")
        cls.admin = cls.make_user("personal_admin", GROUP + "admin")
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z999")

    def deliver(self):
        delivered = self.scan(
            "DLV_DELIVERED",
            signed_by="Iris Lovelace",
            raw_text="Signed by IRIS LOVELACE, call 0612345678",
            place={
                "name": "Iris Lovelace",
                "street": "Elm 1",
                "city": "Utrecht",
                "zip": "3511 AB",
                "country": "NL",
            },
            documents=[self.document(b"%PDF-1.4 Iris Lovelace")],
        )
        self.message_record = self.receive(self.connection, self.message(delivered))
        return self.shipment.event_ids.filtered(lambda event: event.code == "DLV_DELIVERED")


@tagged("post_install", "-at_install")
class TestPersonalData(PersonalCommon):
    def setUp(self):
        super().setUp()
        self.event = self.deliver()

    def assertHidden(self, shown):
        text = json.dumps(shown, default=str)
        for secret in SECRETS:
            self.assertNotIn(secret.lower(), text.lower())

    def test_everything_that_a_user_may_read_is_masked(self):
        for user in (self.user, self.manager, self.admin):
            for record in (self.event, self.shipment, self.message_record, *self.exceptions()):
                record = record.with_user(user)
                names = [
                    name for name in record.fields_get() if name not in ("digest", "fingerprint")
                ]
                values = record.read(names)
                self.assertHidden(values)
                self.assertTrue(values)
            event = self.event.with_user(user)
            self.assertEqual(event.signed_by_shown, "***")
            self.assertEqual(event.place, "Utrecht, NL")
            self.assertIn("***", event.raw_text_shown)

    def test_who_may_sees_it(self):
        event = self.event.with_user(self.trusted)
        self.assertEqual((event.signed_by_shown, event.signed_by), ("Iris Lovelace",) * 2)
        self.assertEqual(event.place, "Iris Lovelace, 3511 AB Utrecht, NL")
        self.assertEqual(self.shipment.with_user(self.trusted).signed_by, "Iris Lovelace")
        message = self.message_record.with_user(self.trusted)
        self.assertIn("Iris Lovelace", message.body_text)
        self.assertTrue(message.body_file)

    def test_a_managers_preview_is_masked_and_keeps_its_shape(self):
        message = self.message_record.with_user(self.manager)
        body = json.loads(message.body_text)
        event = body["events"][0]
        self.assertEqual(event["signed_by"], "***")
        self.assertEqual(event["place"]["city"], "Utrecht")
        self.assertEqual(event["shipment"]["references"][0]["value"], "1Z999")
        self.assertFalse(message.body_file, "the bytes cannot be masked")

    def test_the_fields_themselves_can_neither_be_read_nor_searched_nor_grouped(self):
        events = self.env["logistics.event"].with_user(self.manager)
        self.assertFalse(set(PERSONAL) & set(events.fields_get()))
        for name in PERSONAL:
            with self.assertRaises(AccessError, msg=name):
                events.browse(self.event.id).read([name])
            with self.assertRaises(AccessError, msg=name):
                events.search([(name, "!=", False)])
            with self.assertRaises(AccessError, msg=name):
                events.search([], order=f"{name} desc", limit=1)
        for name in ("signed_by", "raw_text", "place_name", "zip"):
            with self.assertRaises(AccessError, msg=name):
                events.formatted_read_group([], [name], ["__count"])
            with self.assertRaises(AccessError, msg=name):
                events.formatted_read_group([], [], [f"{name}:array_agg"])
            with self.assertRaises(AccessError, msg=name):
                events.browse(self.event.id).export_data([name])
        shipments = self.env["logistics.shipment"].with_user(self.manager)
        for domain in (
            [("signed_by", "ilike", "iris")],
            [("event_ids.signed_by", "ilike", "iris")],
        ):
            with self.assertRaises(AccessError):
                shipments.search(domain)

    def test_what_is_exported_is_masked(self):
        shown = self.event.with_user(self.manager).export_data(
            ["raw_text_shown", "signed_by_shown", "place"]
        )
        self.assertHidden(shown)
        self.assertIn("***", json.dumps(shown))

    def test_a_carriers_own_place_is_no_secret(self):
        place = {"name": "Depot Madrid", "city": "Madrid", "country": "ES"}
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED", place=place)))
        event = self.shipment.event_ids.filtered(lambda event: event.code == "MOV_ARRIVED")
        self.assertEqual(event.with_user(self.user).place, "Depot Madrid, Madrid, ES")

    def test_proofs_of_delivery_open_for_those_who_may(self):
        document = self.shipment.document_ids
        self.assertTrue(document.logistics_personal)
        attachments = self.env["ir.attachment"]
        for user, sees in ((self.manager, False), (self.trusted, True)):
            self.env.invalidate_all()
            mine = attachments.with_user(user)
            domain = [("res_model", "=", "logistics.shipment"), ("res_id", "=", self.shipment.id)]
            self.assertEqual(bool(mine.search(domain)), sees)
            self.assertEqual(bool(mine.search([("id", "=", document.id)])), sees)
            self.assertEqual(bool(self.shipment.with_user(user).document_ids), sees)
            if sees:
                self.assertIn(b"Iris", document.with_user(user).raw)
            else:
                with self.assertRaises(AccessError):
                    document.with_user(user).read(["raw"])

    def test_other_attachments_are_left_alone(self):
        note = self.env["ir.attachment"].create(
            {"name": "note", "raw": b"x", "res_model": "res.partner", "res_id": 1}
        )
        self.assertTrue(
            self.env["ir.attachment"].with_user(self.user).search([("id", "=", note.id)])
        )

    def test_exceptions_do_not_quote_names(self):
        self.receive(
            self.connection, self.message(self.scan("ZZ1", raw_text="Left with Iris Lovelace"))
        )
        (case,) = self.exceptions("unmapped_code")
        self.assertEqual(case.detail, "Left with ***")

    def test_the_group_is_implied_by_none(self):
        personal = self.env.ref(GROUP + "personal")
        for level in ("user", "manager", "admin"):
            self.assertNotIn(personal, self.env.ref(GROUP + level).all_implied_ids)


@tagged("post_install", "-at_install")
class TestPersonalDataOverRpc(PersonalCommon, HttpCase):
    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def test_nothing_leaks(self):
        event = self.deliver()
        self.env.flush_all()
        self.authenticate("personal_manager", "personal_manager")
        for method, args in (
            ("search_read", ([("signed_by", "ilike", "iris")], ["id"])),
            ("search_count", ([("raw_text", "ilike", "iris")],)),
            ("read", ([event.id], ["signed_by"])),
            ("web_search_read", ([], {"signed_by": {}})),
            ("formatted_read_group", ([], ["signed_by"], ["__count"])),
            ("export_data", ([event.id], ["place_name"])),
        ):
            with self.assertRaisesRegex(Exception, "AccessError"), self.subTest(method):
                self.call("logistics.event", method, *args)
        shown = self.call(
            "logistics.shipment",
            "web_read",
            [self.shipment.id],
            specification={"timeline": {}, "signed_by_shown": {}},
        )
        self.assertNotIn("iris", json.dumps(shown).lower())
        self.assertIn("***", json.dumps(shown))
        document = self.shipment.document_ids
        self.assertEqual(self.url_open(f"/web/content/{document.id}").status_code, 404)
        self.authenticate("personal_trusted", "personal_trusted")
        answer = self.url_open(f"/web/content/{document.id}")
        self.assertIn(b"Iris", answer.content)
