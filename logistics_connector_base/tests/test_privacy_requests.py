"""A person asks what we know of them, or to be forgotten (GDPR art. 15 and 17)."""

import base64
import io
import json
import zipfile

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"


class PrivacyCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.connection = cls.make_connection(message_id_header="x-id")
        cls.elsewhere = cls.make_connection(name="elsewhere", company=cls.other_company)
        cls.admin = cls.make_user("privacy_admin", GROUP + "admin", GROUP + "personal")
        cls.both = cls.make_user("privacy_both", GROUP + "admin", GROUP + "personal")
        cls.both.company_ids |= cls.other_company
        cls.half = cls.make_user("privacy_half", GROUP + "admin")
        cls.partner = cls.env["res.partner"].create(
            {"name": "José García", "email": "jose@example.org", "phone": "+34 600 123 456"}
        )
        cls.shipment = cls.make_shipment("1Z1", partner_id=cls.partner.id)
        cls.foreign = cls.make_shipment("1Z1", company=cls.other_company)

    def tell(self, connection=None, message_id="m1", signed_by="GARCIA, JOSE", **values):
        place = {"street": "Calle Mayor 1", "city": "Vigo", "zip": "36201", "country": "ES"}
        scan = self.scan(
            "DLV_DELIVERED",
            number="1Z1",
            signed_by=signed_by,
            place=place,
            documents=[self.document(b"%PDF-1.4 signature")],
            **values,
        )
        body = self.message(scan, message_id=message_id)
        return body, self.receive(connection or self.connection, body, {"x-id": message_id})

    def wizard(self, user=None, **values):
        return (
            self.env["logistics.privacy.wizard"]
            .with_user(user or self.admin)
            .create(values or {"names": "Jose Garcia"})
        )

    def erase(self, **values):
        wizard = self.wizard(**values)
        wizard.action_search()
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        return wizard


@tagged("post_install", "-at_install")
class TestPrivacyRequests(PrivacyCommon):
    def test_a_search_lists_and_changes_nothing(self):
        _body, message = self.tell()
        wizard = self.wizard()
        wizard.action_search()
        self.assertEqual(wizard.state, "found")
        for kind in ("Events: ", "Messages: 1", "Documents: 1"):
            self.assertIn(kind, wizard.summary)
        listed = {(line.res_model, line.res_id) for line in wizard.line_ids}
        self.assertIn(("logistics.message", message.id), listed)
        self.assertIn("GARCIA", message.body_text)
        self.assertFalse(self.env["logistics.privacy.request"].search([]))

    def test_found_by_contact_mail_or_phone(self):
        self.tell(signed_by="the neighbour", raw_text="tel. 0034 600-123-456")
        for values in ({"partner_id": self.partner.id}, {"phones": "600123456"}):
            wizard = self.wizard(**values)
            wizard.action_search()
            self.assertIn("Messages: 1", wizard.summary, values)
        wizard = self.wizard(emails="nobody@example.org")
        wizard.action_search()
        self.assertFalse(wizard.total)
        with self.assertRaises(UserError):
            wizard.action_ask()

    def test_nobody_is_found_by_a_word_that_is_too_short(self):
        for values in ({"names": "Al"}, {"emails": "x"}, {"phones": "12"}, {"reference": "7"}):
            with self.assertRaises(UserError):
                self.wizard(**values).action_search()

    def test_the_zip_holds_this_persons_parts_only(self):
        self.tell()
        other = self.scan("MOV_ARRIVED", number="1Z1", raw_text="For Ada Lovelace")
        mine = self.scan("DLV_OUT", number="1Z1", raw_text="For Jose Garcia")
        self.receive(self.connection, self.message(other, mine, message_id="m2"), {"x-id": "m2"})
        wizard = self.wizard(names="Jose Garcia", reference="GDPR-1")
        wizard.action_search()
        wizard.action_export()
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.archive)))
        names = set(archive.namelist())
        self.assertLessEqual({"README.txt", "events.json", "messages.json"}, names)
        self.assertTrue(any(name.startswith("documents/") for name in names))
        text = archive.read("messages.json").decode()
        self.assertIn("GARCIA", text)
        self.assertNotIn("Lovelace", text)
        self.assertEqual(len(json.loads(text)), 2)
        line = self.env["logistics.privacy.request"].search([])
        self.assertEqual(
            (line.kind, line.reference, line.user_id), ("export", "GDPR-1", self.admin)
        )

    def test_an_erasure_blanks_the_person_and_keeps_the_facts(self):
        _body, message = self.tell()
        event = self.shipment.event_ids.filtered(lambda event: event.code == "DLV_DELIVERED")
        facts = ("fingerprint", "code_id", "occurred_at", "city", "country_code", "shipment_id")
        before = [event[name] for name in facts]
        state = (self.shipment.state, self.shipment.delivered_at)
        keys = self.env["logistics.message.key"].search_count([])
        effects = self.env["logistics.effect"].search_count([])
        self.shipment.message_post(body="José García called")
        wizard = self.erase(names="Jose Garcia", partner_id=self.partner.id, reference="GDPR-2")
        self.env.invalidate_all()
        self.assertFalse(event.signed_by or event.place_name or event.zip)
        self.assertEqual([event[name] for name in facts], before)
        self.assertFalse(self.shipment.signed_by or self.shipment.partner_id)
        self.assertEqual((self.shipment.state, self.shipment.delivered_at), state)
        self.assertFalse(self.shipment.document_ids)
        self.assertFalse(message.has_body)
        self.assertTrue(message.erased_at and message.purged_at and event.erased_at)
        self.assertEqual(self.env["logistics.message.key"].search_count([]), keys)
        self.assertEqual(self.env["logistics.effect"].search_count([]), effects)
        notes = " ".join(map(str, self.shipment.message_ids.mapped("body")))
        self.assertNotIn("García", notes)
        self.assertIn("called", notes)
        self.assertFalse(wizard.names or wizard.partner_id or wizard.line_ids)
        again = self.wizard()
        again.action_search()
        self.assertFalse(again.total, again.summary)

    def test_the_proof_names_nobody_and_nobody_changes_it(self):
        self.tell()
        self.erase(names="Jose Garcia", reference="GDPR-3")
        line = self.env["logistics.privacy.request"].search([])
        self.assertEqual((line.kind, line.user_id), ("erasure", self.admin))
        self.assertEqual(line.company_id, self.company)
        self.assertGreater(line.record_count, 2)
        self.assertEqual(len(line.mark), 64)
        told = json.dumps(line.read(), default=str).lower()
        self.assertFalse("garc" in told or "jos" in told)
        mine = line.with_user(self.admin)
        for change in (lambda: mine.write({"reference": "x"}), mine.unlink):
            with self.assertRaises(AccessError):
                change()
        subject = self.wizard(names="GARCÍA José")._subject()
        self.assertEqual(line._mark(subject), line.mark, "it can be told to be about this person")

    def test_what_comes_again_does_not_bring_the_person_back(self):
        body, message = self.tell()
        self.erase()
        again = self.receive(self.connection, body, {"x-id": "m1"})
        self.assertEqual((again, again.duplicate_count, again.has_body), (message, 1, False))
        # The same scan by another message: the fact is known, and that its name was erased, too.
        self.tell(message_id="m9")
        self.env.invalidate_all()
        self.assertFalse(self.shipment.signed_by)
        self.assertFalse(any(self.shipment.event_ids.mapped("signed_by")))

    def test_two_steps_and_a_word(self):
        self.tell()
        wizard = self.wizard()
        with self.assertRaises(UserError):
            wizard.action_ask()
        wizard.action_search()
        wizard.word = "ERASE"
        with self.assertRaises(UserError):
            wizard.action_erase()
        wizard.action_ask()
        wizard.word = "erase"
        with self.assertRaises(UserError):
            wizard.action_erase()
        self.assertTrue(self.shipment.signed_by)

    def test_a_legal_hold_is_kept_and_told(self):
        _body, message = self.tell()
        self.shipment.retention_hold = True
        self.shipment.message_post(body="Left with Jose Garcia")
        trouble, free = self.env["logistics.exception"].create(
            [
                {
                    "type_id": self.env["logistics.exception.type"].search([], limit=1).id,
                    "key": f"held:{shipment.id}",
                    "severity": "major",
                    "name": "Refused by Jose Garcia",
                    "previous_outcome": "Jose Garcia took it after all",
                    "company_id": self.company.id,
                    "shipment_id": shipment.id,
                }
                for shipment in (self.shipment, self.make_shipment("1Z2"))
            ]
        )
        wizard = self.wizard()
        wizard.action_search()
        self.assertIn("legal hold", wizard.kept)
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertTrue(message.has_body and self.shipment.signed_by and self.shipment.document_ids)
        self.assertIn("Jose Garcia", trouble.name)
        self.assertTrue(any("Jose Garcia" in note.body for note in self.shipment.message_ids))
        self.assertNotIn("Garcia", free.name, "what is under no hold is erased")
        self.assertNotIn("Garcia", free.previous_outcome)
        self.assertGreater(self.env["logistics.privacy.request"].search([]).kept_count, 1)

    def test_a_message_that_is_not_worked_yet_is_left_for_later(self):
        body = self.message(self.scan("DLV_OUT", number="1Z1", raw_text="For Jose Garcia"))
        message = self.receive(self.connection, body, {"x-id": "m5"}, work=False)
        wizard = self.erase()
        self.assertTrue(message.has_body)
        self.assertIn("not worked yet", wizard.kept)

    def test_only_own_companies(self):
        self.tell()
        _body, theirs = self.tell(self.elsewhere, "m2")
        self.erase()
        self.env.invalidate_all()
        self.assertTrue(theirs.has_body, "another company's")
        self.assertTrue(self.foreign.signed_by)
        wizard = self.wizard(user=self.both)
        wizard = wizard.with_context(allowed_company_ids=(self.company + self.other_company).ids)
        wizard.action_search()
        wizard.action_ask()
        wizard.word = "ERASE"
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertFalse(theirs.has_body or self.foreign.signed_by)
        lines = self.env["logistics.privacy.request"].search([])
        self.assertEqual(lines.company_id, self.company + self.other_company)
        mine = self.env["logistics.privacy.request"].with_user(self.admin).search([])
        self.assertEqual(mine.company_id, self.company)

    def test_only_for_administrators_who_may_see_personal_data(self):
        self.tell()
        with self.assertRaises(AccessError):
            self.wizard(user=self.half).action_search()
        for level in ("user", "manager"):
            user = self.make_user(f"privacy_{level}", GROUP + level, GROUP + "personal")
            with self.assertRaises(AccessError):
                self.wizard(user=user)

    def test_a_purged_message_is_known_and_not_searched(self):
        _body, message = self.tell()
        self.env.cr.execute("DELETE FROM logistics_message_body")
        message.purged_at = fields.Datetime.now()
        wizard = self.wizard()
        wizard.action_search()
        self.assertNotIn("Messages", wizard.summary)
        self.assertIn("Events", wizard.summary)


@tagged("post_install", "-at_install")
class TestPrivacyOverRpc(PrivacyCommon, HttpCase):
    def call(self, method, *args):
        model = "logistics.privacy.wizard"
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": {}},
        )

    def test_over_rpc(self):
        self.tell()
        self.env.flush_all()
        self.authenticate("privacy_half", "privacy_half")
        (number,) = self.call("create", [{"names": "Jose Garcia"}])
        for method in ("action_search", "action_export", "action_ask", "action_erase"):
            with self.assertRaisesRegex(Exception, "AccessError"):
                self.call(method, [number])
        self.authenticate("privacy_admin", "privacy_admin")
        (number,) = self.call("create", [{"names": "Jose Garcia"}])
        with self.assertRaisesRegex(Exception, "AccessError"):
            self.call("write", [number], {"state": "confirm", "word": "ERASE"})
        with self.assertRaisesRegex(Exception, "AccessError"):
            self.call("create", [{"names": "Jose Garcia", "state": "confirm", "word": "ERASE"}])
        self.call("action_search", [number])
        self.call("action_ask", [number])
        self.call("write", [number], {"word": "ERASE"})
        self.call("action_erase", [number])
        self.env.invalidate_all()
        self.assertFalse(self.shipment.signed_by)
