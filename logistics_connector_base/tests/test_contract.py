"""Contracts: four eyes, versions, samples, changes, and who may do what."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .contracts import GOOD, STATUS, ContractCommon


@tagged("post_install", "-at_install")
class TestContract(ContractCommon):
    # -- four eyes ------------------------------------------------------------------------------

    def test_another_person_approves(self):
        contract = self.draft()
        contract.action_submit()
        self.assertFalse(contract.may_approve)
        with self.assertRaisesRegex(UserError, "another person"):
            contract.action_approve()
        self.assertTrue(contract.with_user(self.bo).may_approve)
        contract.with_user(self.bo).action_approve()
        self.assertEqual(contract.state, "approved")
        self.assertEqual(contract.approved_by_id, self.bo)

    def test_who_changed_it_last_cannot_approve(self):
        contract = self.draft()
        contract.with_user(self.bo).schema = json.dumps({**STATUS, "title": "Bo's"})
        contract.action_submit()
        for user in (self.bo, self.ada):  # who wrote it, and who handed it in
            with self.assertRaisesRegex(UserError, "another person"):
                contract.with_user(user).action_approve()

    def test_a_sample_is_a_change_too(self):
        contract = self.draft()
        contract.sample_ids[0].with_user(self.bo).name = "better"
        self.assertEqual(contract.schema_author_id, self.bo)

    @mute_logger("odoo.models")
    def test_nobody_gets_around_the_steps(self):
        """What a client may send over RPC."""
        contract = self.draft()
        for values in (
            {"state": "approved"},
            {"schema_author_id": self.bo.id},
            {"approved_by_id": self.bo.id},
            {"checked_by_parser": True},
            {"retired_on": "2026-01-01"},
        ):
            with self.assertRaises(UserError, msg=values):
                contract.write(values)
            if values != {"state": "approved"}:
                continue
            with self.assertRaises(UserError):
                self.draft(version="7", **values)
        sneaky = (
            self.env["logistics.contract"]
            .with_user(self.ada)
            .with_context(
                default_state="approved",
                default_schema_author_id=self.bo.id,
                default_checked_by_parser=True,
                install_mode=True,
            )
        )
        contract = sneaky.create({"message_type": "sneaky", "provider_id": self.provider.id})
        self.assertEqual(contract.state, "draft")
        self.assertEqual(contract.schema_author_id, self.ada)
        self.assertFalse(contract.checked_by_parser)

    def test_handed_in_is_fixed(self):
        contract = self.draft()
        contract.action_submit()
        for change in ({"schema": "{}"}, {"version": "2"}, {"type_pointer": "/x"}):
            with self.assertRaisesRegex(UserError, "does not change"):
                contract.write(change)
        for change in (
            lambda: contract.sample_ids[0].write({"content": "{}"}),
            lambda: contract.sample_ids[0].unlink(),
            lambda: contract.write({"sample_ids": [(5,)]}),
            lambda: (
                self.env["logistics.contract.sample"]
                .with_user(self.ada)
                .create({"contract_id": contract.id, "name": "x", "content": "1"})
            ),
            lambda: contract.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        contract.action_send_back()
        contract.schema = json.dumps(STATUS)

    def test_users_read_and_managers_do_not_write(self):
        contract = self.approved()
        self.assertEqual(contract.with_user(self.clerk).version, "1.0")
        with self.assertRaises(AccessError):
            contract.with_user(self.clerk).sample_ids.mapped("content")
        self.assertTrue(contract.with_user(self.manager).sample_ids.mapped("content"))
        for user in (self.clerk, self.manager):
            for step in ("action_submit", "action_retire", "action_deprecate", "action_approve"):
                with self.assertRaises(AccessError):
                    getattr(contract.with_user(user), step)()
            with self.assertRaises(AccessError):
                self.draft(user=user, version="3")

    def test_two_companies(self):
        contract = self.approved()
        with self.assertRaises(AccessError):
            contract.with_user(self.eve).read(["schema"])
        shared = self.env.ref("logistics_connector_base.contract_canonical_events")
        self.assertEqual(shared.with_user(self.eve).version, "1.0")
        for user in (self.eve, self.ada):
            for step in ("action_retire", "action_deprecate"):
                with self.assertRaises(AccessError):
                    getattr(shared.with_user(user), step)()
            with self.assertRaises(AccessError):
                self.draft(user=user, company_id=False, message_type="all")
        theirs = self.make_connection(self.provider, self.other_company)
        self.assertFalse(theirs._contracts_in_force())

    # -- what it must be ------------------------------------------------------------------------

    def test_schemas_that_are_refused(self):
        for schema in (
            {"$ref": "https://evil.example/schema.json"},
            {"pattern": "(a+)+$"},
            {"requierd": ["a"]},
            {"type": "strin"},
            {"$ref": "#"},
        ):
            with self.assertRaises(ValidationError):
                self.draft(schema=schema, version="9")
        for text in ("[1]", "{", "1", '{"a": 1, "a": 2}'):
            with self.assertRaises(ValidationError):
                self.draft(version="9", samples=False).schema = text

    def test_versions(self):
        self.draft(version=" 1.2 ")
        for wrong in ("1.x", "", "1.2.3.4", "-1"):
            with self.assertRaises(ValidationError):
                self.draft(version=wrong)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.draft(version="1.2.0").flush_recordset()

    def test_samples_must_be_as_expected(self):
        contract = self.draft()
        self.assertEqual(contract.sample_ids.mapped("outcome"), ["fits", "broken"])
        self.assertIn("/code: one of PICKED, DELIVERED expected", contract.sample_ids[1].findings)
        contract.schema = json.dumps({**STATUS, "required": ["weight"]})
        self.assertIn("good", contract.sample_problem)
        with self.assertRaisesRegex(UserError, "good"):
            contract.action_submit()
        with self.assertRaisesRegex(UserError, "sample"):
            self.draft(version="2", samples=False).action_submit()

    def test_a_guide_needs_no_schema(self):
        contract = self.draft(kind="guide", schema={}, samples=False, message_type="ORDERS")
        with self.assertRaises(UserError):
            contract.action_submit()
        contract.guide = "EANCOM 2002 S3, see the shared folder"
        contract.action_submit()

    # -- versions -------------------------------------------------------------------------------

    def test_a_new_version_is_compared(self):
        first = self.approved()
        new = self.env["logistics.contract"].browse(first.action_new_version()["res_id"])
        new = new.with_user(self.ada)
        self.assertEqual((new.version, new.state, new.previous_id), ("1.1", "draft", first))
        self.assertEqual(len(new.sample_ids), 2)
        self.assertEqual(new.change, "compatible")
        new.schema = json.dumps({**STATUS, "required": [*STATUS["required"], "weight"]})
        new.sample_ids[0].content = json.dumps({**GOOD, "weight": 1})
        self.assertEqual(new.change, "breaking")
        self.assertEqual(new.change_text, "/weight: must be there.")
        with self.assertRaisesRegex(UserError, "/weight"):
            new.action_submit()
        new.breaking_reason = "Agreed with Acme for March."
        new.action_submit()
        new.with_user(self.bo).action_approve()
        self.assertEqual(self.connection._contracts_in_force(), new)

    def test_of_what_we_send_the_other_way_round(self):
        self.approved(direction="out", message_type="release")
        wider = {**STATUS, "required": ["type"]}
        new = self.draft(direction="out", message_type="release", version="1.1", schema=wider)
        self.assertEqual(new.change, "breaking")
        stricter = {**STATUS, "required": [*STATUS["required"], "weight"]}
        new.schema = json.dumps(stricter)
        self.assertEqual(new.change, "compatible")

    # -- which one holds ------------------------------------------------------------------------

    def test_the_newest_approved_one_holds_unless_chosen(self):
        first = self.approved()
        self.draft(version="3")
        second = self.approved(version="2")
        self.assertEqual(self.connection._contracts_in_force(), second)
        self.connection.contract_ids = first
        self.assertEqual(self.connection._contracts_in_force(), first)
        own = self.approved(version="1.5", connection_id=self.connection.id)
        self.connection.contract_ids = False
        self.assertEqual(self.connection._contracts_in_force(), own)
        with self.assertRaises(ValidationError):
            self.connection.contract_ids = first | second
        with self.assertRaises(ValidationError):
            self.connection.contract_ids = self.draft(version="4")
        with self.assertRaises(ValidationError):
            self.connection.contract_ids = self.env.ref(
                "logistics_connector_base.contract_canonical_events"
            )

    def test_the_cache_follows(self):
        held = self.env["logistics.connection"]._held
        self.assertEqual(held(self.connection.id, "in"), ("raise", ()))
        contract = self.approved()
        self.assertEqual(held(self.connection.id, "in")[1][0].contract_id, contract.id)
        self.connection.contract_policy = "none"
        self.assertEqual(held(self.connection.id, "in"), ("none", ()))
        self.connection.contract_policy = "refuse"
        self.assertEqual(len(self.connection._make_profile().contracts), 1)
        contract.action_retire()
        self.assertEqual(self.connection._make_profile().contracts, ())

    # -- the end --------------------------------------------------------------------------------

    def ends(self):
        return self.env["logistics.exception"].search(
            [("type_code", "=", "contract_end"), ("connection_id", "=", self.connection.id)]
        )

    def test_an_end_is_told_ahead(self):
        contract = self.approved()
        contract.action_deprecate()
        self.assertEqual(contract.state, "deprecated")
        self.assertEqual(self.connection._contracts_in_force(), contract)
        today = fields.Date.context_today(contract)
        self.assertEqual(contract.retire_on, today + timedelta(days=90))
        contract._review_ends()
        self.assertFalse(self.ends())
        contract.retire_on = today + timedelta(days=20)
        contract._review_ends()
        self.assertEqual(self.ends().severity, "warning")
        contract.retire_on = today + timedelta(days=3)
        contract._review_ends()
        self.assertEqual(self.ends().mapped("severity"), ["major"])
        self.assertTrue(self.ends().activity_ids)
        self.approved(version="2")  # takes its place
        contract._review_ends()
        self.assertEqual(self.ends().state, "resolved")

    def test_its_day_has_come(self):
        contract = self.approved()
        self.connection.contract_ids = contract
        contract.action_deprecate()
        with self.assertRaisesRegex(UserError, "chosen"):
            contract.action_retire()
        contract.retire_on = fields.Date.context_today(contract)
        contract._review_ends()
        self.assertEqual(contract.state, "retired")
        self.assertFalse(self.connection.contract_ids)
        with self.assertRaises(UserError):
            contract.retire_on = "2030-01-01"

    def test_ours_is_shipped(self):
        ours = self.env.ref("logistics_connector_base.contract_canonical_events")
        self.assertEqual((ours.state, ours.version), ("approved", "1.0"))
        self.assertFalse(ours.sample_problem)
        self.assertEqual(len(ours.sample_ids), 7)
        self.assertIn("broken", ours.sample_ids.mapped("outcome"))
