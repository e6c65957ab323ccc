"""Messages held against their contracts: kept and raised, or refused, and what we send."""

import json
from unittest.mock import patch

from odoo.tests import tagged

from ..core.contract import CannotTell, schema
from ..inbox import contracts as inbox_contracts
from ..intake import contracts
from .contracts import BAD, GOOD, STATUS, ContractCommon
from .outgoing import OutgoingCommon


@tagged("post_install", "-at_install")
class TestKept(ContractCommon):
    def test_no_contract_no_word(self):
        message = self.send(BAD, "refuse")
        self.assertEqual(message.state, "parked")
        self.assertFalse(message.contract_id)
        self.assertFalse(self.broken())

    def test_kept_and_raised_once_a_cause(self):
        contract = self.approved()
        message = self.send(BAD)
        self.assertEqual(message.state, "parked")  # worked as before
        self.assertEqual(message.contract_id, contract)
        found = self.broken()
        self.assertEqual(len(found), 2)  # parcel too short, code unknown
        text = "\n".join(found.mapped("detail"))
        self.assertIn("/code: one of PICKED, DELIVERED expected", text)
        self.assertIn("/parcel: the text is shorter than 3 characters", text)
        self.send({**BAD, "weight": 3})
        self.assertEqual(self.broken(), found)
        self.assertEqual(set(found.mapped("occurrence_count")), {2})

    def test_a_later_message_that_fits_closes_it(self):
        self.approved()
        self.send(BAD)
        found = self.broken()
        self.send({**BAD, "code": "PICKED"})
        self.assertEqual(len(self.broken()), 2)  # that one did not fit either
        self.send(GOOD)
        self.assertFalse(self.broken())
        self.assertEqual(set(found.mapped("state")), {"resolved"})

    def test_in_one_batch_the_last_one_decides(self):
        self.approved()
        self.send(BAD, work=False)
        self.send(GOOD, work=False)
        self.work_inbox()
        # Told by this very batch: a person sees it, the next fitting message closes it.
        self.assertEqual(len(self.broken()), 2)
        self.send({**GOOD, "weight": 1})
        self.assertFalse(self.broken())

    def test_another_type_is_left_alone(self):
        self.approved(type_pointer="/type", type_value="STATUS")
        message = self.send({"type": "STOCK", "parcel": "1"})
        self.assertFalse(message.contract_id)
        self.assertFalse(self.broken())
        self.assertTrue(self.send(GOOD).contract_id)

    def test_what_cannot_be_checked_is_worked(self):
        self.approved()
        for failing in (CannotTell("slow"), RuntimeError("ours")):
            with (
                patch.object(schema.Schema, "check", side_effect=failing),
                self.assertLogs(inbox_contracts.__name__, "WARNING"),
            ):
                message = self.send({**BAD, "weight": id(failing)})
            self.assertEqual(message.state, "parked")
            self.assertFalse(self.broken())

    def test_not_readable_and_broken(self):
        contract = self.approved()
        message = self.send({"type": "STATUS"})
        self.assertEqual(message.state, "dead")
        self.assertEqual(message.contract_id, contract)
        self.assertTrue(self.broken())

    def test_ours_is_not_checked_twice(self):
        connection = self.make_connection()
        held = self.env["logistics.connection"]._held(connection.id, "in")[1]
        with patch.object(contracts, "judge", side_effect=AssertionError):
            holder = inbox_contracts.Holder(self.env)
            message = self.receive(connection, {"id": "c1", "issuer": "acme"}, work=False)
            self.assertFalse(holder.hold(message, b"not even JSON", True))
        self.assertEqual(holder.contract_ids, {message.id: held[0].contract_id})


@tagged("post_install", "-at_install")
class TestRefused(ContractCommon):
    def setUp(self):
        super().setUp()
        self.contract = self.approved()
        self.connection.contract_policy = "refuse"

    def test_stored_as_rejected_and_never_worked(self):
        message = self.send(BAD)
        self.assertEqual(message.state, "rejected")
        self.assertEqual(message.contract_id, self.contract)
        self.assertIn("/code: one of PICKED, DELIVERED expected.", message.error_text)
        self.assertIn("/code", message.with_user(self.clerk).why + message.error_text)
        self.assertFalse(message.event_ids)
        self.assertTrue(message.has_body)
        self.assertEqual(self.send(GOOD).state, "parked")

    def test_people_hear_of_it_once(self):
        messages = self.send(BAD) | self.send({**BAD, "weight": 1})
        self.assertFalse(self.broken())
        for _minute in range(2):
            self.env["logistics.message"].sudo()._report_refused()
        found = self.broken()
        self.assertEqual(found.occurrence_count, 2)
        self.assertEqual(found.failed_message_ids, messages.sorted("id", reverse=True))
        self.assertEqual(found._messages(), found.failed_message_ids)

    def test_retry_after_the_contract_was_mended(self):
        message = self.send(BAD)
        self.env["logistics.message"].sudo()._report_refused()
        found = self.broken()
        found.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual(message.state, "rejected")  # nothing has changed
        wider = {**STATUS, "properties": {"parcel": {"type": "string"}}}
        self.approved(
            version="2",
            schema=wider,
            sample_ids=[(0, 0, {"name": "g", "content": json.dumps(GOOD)})],
        )
        found.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual(message.state, "parked")
        self.assertFalse(message.error_class)
        self.assertFalse(self.broken())

    def test_a_copy(self):
        message = self.send(BAD)
        self.assertEqual(self.send(BAD), message)
        self.assertEqual(message.state, "rejected")
        self.assertEqual(message.duplicate_count, 1)

    def test_a_copy_after_the_contract_was_mended_is_taken(self):
        """Its answer is 202: it must not stay where nobody works it."""
        message = self.send(BAD)
        self.assertEqual(self.send(BAD, "raise"), message)
        self.assertEqual(message.state, "parked")
        self.assertEqual(len(self.broken()), 2)

    def test_a_copy_of_what_was_taken_is_a_copy(self):
        message = self.send(BAD, "raise")
        self.assertEqual(message.state, "parked")
        self.assertEqual(self.send(BAD, "refuse"), message)
        self.assertEqual(message.state, "parked")

    def test_a_conflict_stays_a_conflict(self):
        self.connection.message_id_header = "x-id"
        profile = self.connection.sudo()._make_profile()
        headers = {"x-id": "one"}
        first = self.receive(self.connection, GOOD, headers)
        body = json.dumps(BAD).encode()
        judgement = contracts.refuse(profile.contracts, body)
        second = self.receive(self.connection, body, headers, judgement=judgement)
        self.assertNotEqual(first, second)
        self.assertEqual((second.state, second.is_conflict), ("rejected", True))
        third = self.receive(self.connection, {**GOOD, "weight": 9}, headers)
        self.assertEqual(third.state, "conflict")

    def test_dismissed(self):
        message = self.send(BAD)
        self.env["logistics.message"].sudo()._report_refused()
        found = self.broken().with_user(self.clerk)
        self.env["logistics.exception.dismiss"].with_user(self.clerk).create(
            {"exception_ids": [(6, 0, found.ids)], "reason": "a test of theirs"}
        ).action_dismiss()
        self.assertEqual(message.state, "dismissed")

    def test_what_is_not_refused(self):
        profile = self.connection.sudo()._make_profile()
        self.assertIsNone(contracts.refuse((), b"{"))
        self.assertIsNotNone(contracts.refuse(profile.contracts, b"{"))
        huge = json.dumps({**BAD, "x": "x" * contracts.REFUSE_BYTES}).encode()
        self.assertIsNone(contracts.refuse(profile.contracts, huge))
        for failing in (CannotTell("slow"), RuntimeError("ours")):
            with (
                patch.object(schema.Schema, "check", side_effect=failing),
                self.assertLogs(contracts.__name__, "WARNING"),
            ):
                self.assertIsNone(contracts.refuse(profile.contracts, b"{}"))

    def test_kept_as_long_as_what_waits_for_a_person(self):
        message = self.send(BAD)
        run = self.env["logistics.retention.run"]
        rules = self.connection._retention_rules()
        self.assertTrue(rules)
        self.env.cr.execute(
            "UPDATE logistics_message SET received_at = now() - interval '10 years' WHERE id = %s",
            (message.id,),
        )
        self.env.invalidate_all()
        run._purge_records(rules, [], run._newest_due(rules))
        self.assertTrue(message.exists())


@tagged("post_install", "-at_install")
class TestSent(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow()
        cls.contract = cls.env["logistics.contract"].create(
            {
                "message_type": "release",
                "direction": "out",
                "provider_id": cls.canonical.id,
                "schema": json.dumps({"type": "object", "required": ["order"]}),
            }
        )
        cls.contract.sudo().state = "approved"

    def broken(self):
        return self.env["logistics.exception"].search(
            [
                ("type_code", "=", "contract_broken"),
                ("connection_id", "=", self.connection.id),
                ("is_open", "=", True),
            ]
        )

    def test_kept_and_raised(self):
        message = self.enqueue(self.flow, {"n": 1})
        self.assertEqual((message.state, message.contract_id), ("pending", self.contract))
        self.assertEqual(self.broken().connection_id, self.connection)
        self.assertEqual(self.enqueue(self.flow, {"order": 1}).state, "pending")
        self.assertFalse(self.broken())

    def test_not_sent(self):
        self.connection.contract_policy = "refuse"
        message = self.enqueue(self.flow, {"n": 1}, once="order:1")
        self.assertEqual(message.state, "dead")
        self.assertIn("“order” is missing", message.error_text)
        self.assertTrue(self.broken())
        self.assertEqual(self.enqueue(self.flow, {"n": 1}, once="order:1"), message)
        message.with_user(self.clerk).action_resend()
        self.assertEqual(message.state, "pending")
        self.assertFalse(self.broken())

    def test_other_flows_are_left_alone(self):
        self.connection.contract_policy = "refuse"
        other = self.make_flow(code="master", name="Master data")
        self.assertEqual(self.enqueue(other, {"n": 1}).state, "pending")
