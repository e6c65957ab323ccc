"""What exceptions, messages and connections show to whoever has to decide."""

from odoo.tests import tagged

from .common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"


@tagged("post_install", "-at_install")
class TestEvidence(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(message_id_header="webhook-id")
        cls.user = cls.make_user("evidence_user", USER)
        cls.manager = cls.make_user("evidence_manager", MANAGER)

    def test_an_unknown_code_shows_its_events_before_and_after_it_is_mapped(self):
        shipment = self.make_shipment("1Z999")
        self.receive(self.connection, self.message(self.scan("SRT7"), self.scan("SRT8")))
        case = self.exceptions("unmapped_code")[0].with_user(self.user)
        self.assertEqual(case.sample_ids.mapped("raw_code"), ["SRT7"])
        self.assertEqual(case.sample_ids.shipment_id, shipment)
        case.with_user(self.manager).action_resolve()
        self.assertEqual(case.sample_ids.mapped("raw_code"), ["SRT7"])

    def test_an_ambiguous_number_shows_the_shipments_that_carry_it(self):
        shipments = self.make_shipment("1Z999") | self.make_shipment("1z-999")
        self.make_shipment("1Z998")
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED")))
        case = self.exceptions("ambiguous_shipment").with_user(self.user)
        self.assertEqual(case.candidate_ids, shipments.with_user(self.user))
        self.assertEqual(case.sample_ids.mapped("tracking_number"), ["1Z999"])

    def test_a_failure_shows_the_messages_that_failed_alike(self):
        first = self.receive(self.connection, b"<xml/>")
        second = self.receive(self.connection, b"<xml />")
        other = self.receive(self.connection, {"id": "m", "issuer": "x"})
        cases = {case.message_id: case for case in self.exceptions("parse_failure")}
        self.assertEqual(cases[first].failed_message_ids, first | second)
        self.assertEqual(cases[other].failed_message_ids, other)

    def test_a_conflict_shows_the_first_message_and_what_differs(self):
        self.make_shipment("1Z999")
        headers = {"webhook-id": "evt-1"}
        first = self.receive(self.connection, self.message(self.scan("LBL_CREATED")), headers)
        later = self.receive(self.connection, self.message(self.scan("PUP_PICKED_UP")), headers)
        self.assertEqual(later.state, "conflict")
        later = later.with_user(self.manager)
        self.assertEqual(later.original_id.id, first.id)
        self.assertRegex(later.difference, '(?m)^− .*"LBL_CREATED"')
        self.assertRegex(later.difference, r'(?m)^\+ .*"PUP_PICKED_UP"')
        self.assertEqual(later.exception_count, 1)
        case = self.exceptions("message_conflict").with_user(self.manager)
        self.assertEqual(case.original_message_id.id, first.id)
        self.assertEqual(case.message_difference, later.difference)
        self.assertFalse(first.original_id)
        self.assertFalse(first.with_user(self.manager).difference)

    def test_a_conflict_of_an_id_in_the_body_is_found_too(self):
        self.make_shipment("1Z999")
        connection = self.make_connection(name="no header", message_id_header=False)
        first = self.receive(
            connection, self.message(self.scan("LBL_CREATED"), message_id="m1", revision="2")
        )
        later = self.receive(
            connection, self.message(self.scan("PUP_PICKED_UP"), message_id="m1", revision="2")
        )
        self.assertEqual((later.state, later.original_id), ("conflict", first))

    def test_contents_are_for_managers_only(self):
        message = self.receive(self.connection, self.message(self.scan("MOV_ARRIVED")))
        names = {"difference", "body_text", "headers_text", "body_file"}
        self.assertFalse(names & set(message.with_user(self.user).fields_get()))
        self.assertLessEqual(names, set(message.with_user(self.manager).fields_get()))

    def test_a_connection_says_what_is_missing(self):
        draft = self.make_connection(name="draft", state="draft")
        self.assertIn("address", draft.missing_for_live)
        self.assertIn("secret", draft.missing_for_live)
        draft.action_new_address()
        self.assertNotIn("address", draft.missing_for_live)
        self.assertFalse(self.connection.missing_for_live)
