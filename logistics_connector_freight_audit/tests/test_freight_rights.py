"""Files of freight bills are the auditors' of their own company, in the browser and over RPC."""

import base64

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, tagged

from tests.simulators.freight_bills import Book, write_ups

from .test_freight_files import AUDITOR, USER, FreightCommon

APPROVER = "logistics_connector_freight_audit.group_freight_approver"
MODELS = (
    "logistics.freight.file",
    "logistics.freight.file.row",
    "logistics.freight.file.total",
    "logistics.freight.file.column",
    "logistics.freight.bill",
    "logistics.freight.bill.charge",
    "logistics.freight.letter",
    "logistics.freight.letter.part",
)
# What buttons call.
METHODS = (
    "action_check",
    "action_import",
    "action_cancel",
    "action_look_again",
    "action_view_bills",
)
# What jobs and other models call, and nobody over the wire.
PRIVATE = (
    "_look",
    "_check",
    "_import",
    "_open",
    "_proceed",
    "_ask_person",
    "_rows",
    "_raw_of",
)


@tagged("post_install", "-at_install")
class TestFreightRights(FreightCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            "employee": cls.make_user("plain-employee", "base.group_user", cls.company),
            "user": cls.make_user("plain-user", USER, cls.company),
            "portal": cls.make_user("portal-user", "base.group_portal", cls.company),
        }
        cls.southern = cls.make_user("southern-auditor", AUDITOR, cls.other)
        cls.approver = cls.make_user("an-approver", APPROVER, cls.company)
        for one in (*cls.people.values(), cls.southern, cls.auditor):
            one.password = f"{one.login}-password"

    def setUp(self):
        super().setUp()
        self.file = self.bring(write_ups(Book(7, 4), currency="EUR").data)
        self.imported(self.file)
        self.env.flush_all()

    def test_nobody_else_reads_them(self):
        for name, person in self.people.items():
            for model in MODELS:
                with self.subTest(f"{name} {model}"):
                    records = self.env[model].with_user(person)
                    for operation in ("read", "write", "create", "unlink"):
                        self.assertFalse(records.has_access(operation))
                    with self.assertRaises(AccessError):
                        records.search([])

    def test_nobody_else_calls_what_buttons_call(self):
        for name, person in self.people.items():
            for method in METHODS:
                with self.subTest(f"{name} {method}"), self.assertRaises(AccessError):
                    getattr(self.file.with_user(person), method)()
            with self.subTest(f"{name} create"), self.assertRaises(AccessError):
                self.bring(write_ups(Book(8, 2)).data, user=person)
        self.assertEqual(self.file.state, "imported")

    def test_another_companys_files_are_not_there(self):
        for model in MODELS:
            records = self.env[model].with_user(self.southern)
            found = records.search([("company_id", "=", self.company.id)])
            self.assertFalse(found, model)
        for method in METHODS:
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.file.with_user(self.southern), method)()
        with self.assertRaises(AccessError):
            self.file.with_user(self.southern).read(["name", "data"])
        mine = self.bring(write_ups(Book(7, 4), currency="EUR").data, user=self.southern)
        self.assertEqual((mine.company_id, mine.digest), (self.other, self.file.digest))

    def test_a_file_is_not_brought_for_another_company(self):
        with self.assertRaises(AccessError):
            self.env["logistics.freight.file"].with_user(self.southern).create(
                {
                    "name": "theirs.csv",
                    "company_id": self.company.id,
                    "data": base64.b64encode(write_ups(Book(9, 2)).data),
                }
            )

    def test_auditors_and_approvers_do_their_work(self):
        for person in (self.auditor, self.approver):
            mine = self.file.with_user(person)
            self.assertEqual(mine.action_view_bills()["res_model"], "logistics.freight.bill")
            self.assertTrue(mine.row_ids.mapped("raw"))
            with self.assertRaises(AccessError):
                mine.row_ids.write({"raw": "[]"})
            with self.assertRaises(AccessError):
                mine.total_ids.write({"summed": 1.0})
            with self.assertRaises(AccessError):
                mine.bill_ids.unlink()

    def rpc(self, person, model, method, *args, **kwargs):
        self.authenticate(person.login, f"{person.login}-password")
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def test_a_plain_user_gets_nothing_over_rpc(self):
        model = "logistics.freight.file"
        for name in ("employee", "user"):
            for method in METHODS:
                said = self.subTest(f"{name} {method}")
                with said, self.assertRaisesRegex(JsonRpcException, "AccessError"):
                    self.rpc(self.people[name], model, method, [self.file.id])
            with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                self.rpc(self.people[name], model, "search_read", [], ["name"])
            data = base64.b64encode(b"a;b\n1;2\n").decode()
            with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                self.rpc(self.people[name], model, "create", [{"name": "x.csv", "data": data}])
        self.assertEqual(self.file.state, "imported")

    def test_what_is_private_is_so_over_rpc(self):
        for method in PRIVATE:
            refused = self.assertRaisesRegex(JsonRpcException, "AccessError")
            with self.subTest(method), refused:
                self.rpc(self.auditor, "logistics.freight.file", method, [self.file.id])

    def test_the_content_is_not_downloaded_by_others(self):
        url = f"/web/content/logistics.freight.file/{self.file.id}/data"
        for person, status in (
            (self.people["employee"], 404),
            (self.people["portal"], 404),
            (self.southern, 404),
            (self.auditor, 200),
        ):
            with self.subTest(person.login):
                self.authenticate(person.login, f"{person.login}-password")
                self.assertEqual(self.url_open(url).status_code, status)
