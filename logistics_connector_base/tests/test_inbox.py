"""From received bytes to shipments: every way a message can go, and the way back for people."""

import base64
import json
from itertools import permutations
from unittest.mock import patch

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RECEIVED_AT, InboxCommon

NUMBER = "1Z999AA10123456784"
PDF = b"%PDF-1.4 proof of delivery"


@tagged("post_install", "-at_install")
class TestInbox(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.clerk = cls.make_user("clerk", "logistics_connector_base.group_logistics_user")
        cls.manager = cls.make_user("manager", "logistics_connector_base.group_logistics_manager")

    def scan(self, code, occurred_at="2026-03-10T10:00:00+01:00", number=NUMBER, **values):
        return super().scan(code, occurred_at, number, **values)

    def send(self, *events, **values):
        """Receive and work one message with these events."""
        at = values.pop("at", None)
        connection = values.pop("connection", self.connection)
        return self.receive(connection, self.message(*events, **values), at=at)

    def wizard(self, model, exception, user, **values):
        return (
            self.env[model]
            .with_user(user)
            .create({"exception_ids": [(6, 0, exception.ids)], **values})
        )

    # -- the straight way ---------------------------------------------------------------------

    def test_events_move_the_shipment_they_name(self):
        shipment = self.make_shipment(NUMBER)
        message = self.send(
            self.scan("PUP_PICKED_UP", "2026-03-09T17:05:00+01:00"),
            self.scan("DLV_OUT", "2026-03-10T08:00:00+01:00"),
        )
        self.assertEqual(shipment.state, "out_for_delivery")
        self.assertEqual(str(shipment.picked_up_at), "2026-03-09 16:05:00")
        self.assertEqual(self.events(shipment), ["PUP_PICKED_UP", "DLV_OUT"])
        self.assertEqual(
            (message.state, message.event_count, message.parked_count), ("processed", 2, 0)
        )
        self.assertEqual(message.event_ids.mapped("shipment_id"), shipment)
        self.assertEqual(message.event_ids.mapped("company_id"), shipment.company_id)
        self.assertFalse(self.exceptions())

    def test_the_number_is_found_however_it_is_written(self):
        shipment = self.make_shipment("1Z 999-aa1 0123456784")
        self.send(self.scan("DLV_DELIVERED"))
        self.assertEqual(shipment.state, "delivered")

    def test_a_number_of_another_issuer_is_another_number(self):
        shipment = self.make_shipment(NUMBER, issuer="ups")
        self.send(self.scan("DLV_DELIVERED", issuer="fedex"))
        self.assertEqual(shipment.state, "draft")
        self.assertEqual(self.exceptions().type_code, "unknown_shipment")

    def test_a_connection_moves_only_shipments_of_the_companies_it_serves(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        shipment = self.make_shipment(NUMBER, company=other)
        self.send(self.scan("DLV_DELIVERED"))
        self.assertEqual(shipment.state, "draft")
        self.assertEqual(self.exceptions("unknown_shipment").company_id, self.company)
        self.connection.company_ids = other
        self.exceptions("unknown_shipment").with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(shipment.event_ids.company_id, other)

    # -- what is not known --------------------------------------------------------------------

    def test_an_unmapped_code_is_kept_without_effect_and_shown_once(self):
        shipment = self.make_shipment(NUMBER)
        self.send(self.scan("PUP_PICKED_UP", "2026-03-09T17:05:00+01:00"))
        self.send(
            self.scan("ZZ9", raw_sub_code="7", raw_text="Sorted at hub"),
            self.scan("ZZ9", "2026-03-10T11:00:00+01:00", raw_sub_code="7"),
        )
        self.assertEqual(shipment.state, "picked_up")
        kept = shipment.event_ids.filtered("is_unmapped")
        self.assertEqual(kept.mapped("code"), ["TRK_INFO", "TRK_INFO"])
        self.assertIn("Sorted at hub", kept.mapped("raw_text"))
        case = self.exceptions()
        self.assertEqual((case.type_code, case.occurrence_count), ("unmapped_code", 2))
        self.assertEqual((case.raw_code, case.raw_sub_code), ("ZZ9", "7"))

    def test_one_click_maps_a_code_and_replays_what_was_kept(self):
        shipment = self.make_shipment(NUMBER)
        self.send(self.scan("ZZ9", raw_sub_code="7"))
        case = self.exceptions("unmapped_code")
        wizard = self.wizard(
            "logistics.exception.map",
            case,
            self.manager,
            code_id=self.env.ref("logistics_connector_base.event_code_dlv_delivered").id,
        )
        self.assertEqual(wizard.event_count, 1)
        wizard.action_map()
        self.assertEqual(shipment.state, "delivered")
        self.assertEqual(shipment.event_ids.code, "DLV_DELIVERED")
        self.assertFalse(shipment.event_ids.is_unmapped)
        self.assertEqual(case.state, "resolved")
        # The next one with this code needs nobody; another sub code is another code.
        self.send(self.scan("ZZ9", "2026-03-10T12:00:00+01:00", raw_sub_code="7"))
        self.assertFalse(self.exceptions())
        self.send(self.scan("ZZ9", "2026-03-10T13:00:00+01:00", raw_sub_code="8"))
        self.assertEqual(self.exceptions("unmapped_code").raw_sub_code, "8")

    def test_users_do_not_map_codes(self):
        self.send(self.scan("ZZ9"))
        wizard = self.wizard(
            "logistics.exception.map",
            self.exceptions("unmapped_code"),
            self.clerk,
            code_id=self.env.ref("logistics_connector_base.event_code_dlv_delivered").id,
        )
        with self.assertRaises(AccessError):
            wizard.action_map()

    def test_an_event_waits_for_its_shipment(self):
        message = self.send(self.scan("PUP_PICKED_UP"))
        self.assertEqual((message.state, message.parked_count), ("parked", 1))
        case = self.exceptions()
        self.assertEqual((case.type_code, case.reference), ("unknown_shipment", NUMBER))
        self.assertEqual(case.company_id, self.company)
        shipment = self.make_shipment(NUMBER)
        self.assertEqual(message.state, "received")
        self.work_inbox()
        self.assertEqual((shipment.state, message.state), ("picked_up", "processed"))
        self.assertEqual((case.state, case.is_open), ("resolved", False))
        self.assertFalse(self.env["logistics.parked.reference"].search([]))
        self.assertEqual(self.env["logistics.event"].search_count([]), 1)

    def test_an_event_that_was_parked_while_its_shipment_was_made_is_found_by_the_sweep(self):
        message = self.send(self.scan("PUP_PICKED_UP"))
        # The shipment's transaction did not see the parked event, nor the other way round.
        with patch.object(type(self.env["logistics.shipment.reference"]), "_wake_parked"):
            shipment = self.make_shipment(NUMBER)
        self.env.flush_all()
        self.assertEqual(message.state, "parked")
        self.env["logistics.inbox"]._sweep()
        self.assertEqual(message.state, "received")
        self.work_inbox()
        self.assertEqual(shipment.state, "picked_up")
        # Where the number is known and still does not fit, the sweep ends, too.
        self.make_shipment("1ZOLD", ship_date="2020-01-01")
        late = self.send(self.scan("PUP_PICKED_UP", number="1ZOLD"))
        self.assertEqual(late.state, "parked")
        self.env.flush_all()
        self.env.cr.execute("UPDATE logistics_shipment_reference SET write_date = '2026-01-01'")
        self.env["logistics.inbox"]._sweep()
        self.assertEqual(late.state, "parked")

    def test_events_of_a_number_that_is_known_do_not_wait_for_the_others(self):
        shipment = self.make_shipment(NUMBER)
        message = self.send(self.scan("DLV_OUT"), self.scan("DLV_OUT", number="1ZOTHER"))
        self.assertEqual(shipment.state, "out_for_delivery")
        self.assertEqual((message.state, message.parked_count), ("parked", 1))
        late = self.make_shipment("1ZOTHER")
        self.work_inbox()
        self.assertEqual(late.state, "out_for_delivery")
        self.assertEqual(self.events(shipment), ["DLV_OUT"])

    def test_a_person_links_a_number_to_a_shipment_and_later_events_follow(self):
        shipment = self.make_shipment("1ZSOMETHINGELSE")
        self.send(self.scan("PUP_PICKED_UP"))
        case = self.exceptions("unknown_shipment")
        wizard = self.wizard("logistics.exception.link", case, self.clerk, shipment_id=shipment.id)
        wizard.action_link()
        self.assertEqual((shipment.state, case.state), ("picked_up", "resolved"))
        self.send(self.scan("DLV_DELIVERED", "2026-03-11T10:00:00+01:00"))
        self.assertEqual(shipment.state, "delivered")
        self.assertFalse(self.exceptions())

    def test_a_number_that_fits_two_shipments_is_not_guessed(self):
        first, second = self.make_shipment(NUMBER), self.make_shipment(NUMBER)
        self.send(self.scan("DLV_DELIVERED"))
        self.assertEqual((first.state, second.state), ("draft", "draft"))
        case = self.exceptions()
        self.assertEqual(case.type_code, "ambiguous_shipment")
        self.assertEqual(case.with_user(self.clerk).candidate_ids, (first | second))
        # Taking the number off the wrong one settles it.
        second.reference_ids.filtered(lambda ref: ref.type == "tracking")._expire()
        self.work_inbox()
        self.assertEqual((first.state, second.state), ("delivered", "draft"))
        self.assertFalse(self.exceptions())

    def test_a_number_that_was_given_out_again_belongs_to_its_time(self):
        old = self.make_shipment(NUMBER, ship_date="2025-03-09")
        new = self.make_shipment(NUMBER, ship_date="2026-03-09")
        self.send(self.scan("DLV_DELIVERED", "2026-03-10T10:00:00+01:00"))
        self.assertEqual((old.state, new.state), ("draft", "delivered"))

    # -- the same, again and differently ------------------------------------------------------

    def test_a_copy_is_counted_and_has_no_effect(self):
        shipment = self.make_shipment(NUMBER)
        body = self.message(self.scan("ZZ9"))
        first = self.receive(self.connection, body)
        again = self.receive(self.connection, body)
        self.assertEqual((first, first.duplicate_count), (again, 1))
        self.assertEqual(self.events(shipment), ["TRK_INFO"])
        self.assertEqual(self.exceptions("unmapped_code").occurrence_count, 1)

    def test_the_same_scan_by_another_channel_is_one_event(self):
        shipment = self.make_shipment(NUMBER)
        other = self.make_connection(name="poll")
        self.send(self.scan("PUP_PICKED_UP", "2026-03-10T10:00:00+01:00"))
        message = self.receive(
            other,
            self.message(self.scan("PUP_PICKED_UP", "2026-03-10T09:00:00Z")),
            channel="poll",
        )
        self.assertEqual(self.events(shipment), ["PUP_PICKED_UP"])
        self.assertEqual((message.state, message.event_count), ("processed", 1))

    def test_another_content_under_a_known_id_waits_for_a_person(self):
        shipment = self.make_shipment(NUMBER)
        self.send(self.scan("PUP_PICKED_UP"), message_id="m1")
        message = self.send(self.scan("DLV_DELIVERED"), message_id="m1")
        self.assertEqual((shipment.state, message.state), ("picked_up", "conflict"))
        case = self.exceptions()
        self.assertEqual((case.type_code, case.message_id), ("message_conflict", message))
        self.assertIn("DLV_DELIVERED", message.with_user(self.manager).body_text)
        case.with_user(self.clerk).action_accept_conflict()
        self.work_inbox()
        self.assertEqual((shipment.state, message.state), ("delivered", "processed"))
        self.assertEqual(case.state, "resolved")
        self.assertFalse(self.exceptions())

    def test_a_conflict_known_from_the_header_is_kept_as_well(self):
        shipment = self.make_shipment(NUMBER)
        connection = self.make_connection(message_id_header="webhook-id")
        headers = {"webhook-id": "w1"}
        first = self.receive(connection, self.message(self.scan("PUP_PICKED_UP")), headers)
        other = self.receive(connection, self.message(self.scan("DLV_DELIVERED")), headers)
        self.assertNotEqual(first, other)
        self.assertEqual((first.state, other.state), ("processed", "conflict"))
        self.assertEqual(shipment.state, "picked_up")

    def test_a_declared_revision_is_no_conflict(self):
        shipment = self.make_shipment(NUMBER)
        self.send(self.scan("PUP_PICKED_UP"), message_id="m1", revision="1")
        self.send(self.scan("DLV_DELIVERED"), message_id="m1", revision="2")
        self.assertEqual(shipment.state, "delivered")
        self.assertFalse(self.exceptions())

    # -- corrections --------------------------------------------------------------------------

    def test_a_retraction_leaves_what_the_others_say(self):
        shipment = self.make_shipment(NUMBER)
        self.send(
            self.scan("PUP_PICKED_UP", "2026-03-09T10:00:00Z", id="e1"),
            self.scan("DLV_DELIVERED", "2026-03-10T10:00:00Z", id="e2"),
        )
        self.assertEqual(shipment.state, "delivered")
        withdrawal = {
            "id": "e3",
            "retracts": "e2",
            "recorded_at": "2026-03-11T10:00:00Z",
            "shipment": self.scan("DLV_OUT")["shipment"],
        }
        self.send(withdrawal)
        self.assertEqual((shipment.state, shipment.delivered_at), ("picked_up", False))
        standings = {event.source_id: event.standing for event in shipment.event_ids}
        self.assertEqual(standings, {"e1": "active", "e2": "retracted", "e3": "active"})

    def test_a_retraction_may_come_before_what_it_retracts(self):
        shipment = self.make_shipment(NUMBER)
        withdrawal = {
            "id": "e3",
            "retracts": "e2",
            "recorded_at": "2026-03-11T10:00:00Z",
            "shipment": self.scan("DLV_OUT")["shipment"],
        }
        self.send(withdrawal)
        self.send(self.scan("DLV_DELIVERED", "2026-03-10T10:00:00Z", id="e2"))
        self.assertEqual(shipment.state, "draft")

    def test_a_later_revision_replaces_the_earlier_one_in_any_order(self):
        for number, order in (("1ZA", (1, 2)), ("1ZB", (2, 1))):
            shipment = self.make_shipment(number)
            times = {1: "2026-03-10T10:00:00Z", 2: "2026-03-10T15:00:00Z"}
            for revision in order:
                self.send(
                    self.scan(
                        "DLV_DELIVERED", times[revision], number, id=number, revision=revision
                    )
                )
            self.assertEqual(str(shipment.delivered_at), "2026-03-10 15:00:00")
            standings = {event.revision: event.standing for event in shipment.event_ids}
            self.assertEqual(standings, {"1": "superseded", "2": "active"})

    def test_the_order_of_arrival_changes_nothing(self):
        scans = [
            self.scan("PUP_PICKED_UP", "2026-03-09T17:00:00Z"),
            self.scan("DLV_OUT", "2026-03-10T08:00:00Z"),
            self.scan("DLV_DELIVERED", "2026-03-10T10:00:00Z", signed_by="A. Example"),
            self.scan("MOV_ARRIVED", "2026-03-09T22:00:00Z"),
        ]
        seen = set()
        for index, order in enumerate(permutations(range(len(scans)))):
            number = f"1ZP{index:04}"
            shipment = self.make_shipment(number)
            for position in order:
                event = {
                    **scans[position],
                    "shipment": self.scan("DLV_OUT", number=number)["shipment"],
                }
                self.send(event)
            seen.add(
                (
                    shipment.state,
                    str(shipment.picked_up_at),
                    str(shipment.delivered_at),
                    str(shipment.last_event_at),
                    shipment.last_event_id.code,
                    shipment.signed_by,
                )
            )
        self.assertEqual(
            seen,
            {
                (
                    "delivered",
                    "2026-03-09 17:00:00",
                    "2026-03-10 10:00:00",
                    "2026-03-10 10:00:00",
                    "DLV_DELIVERED",
                    "A. Example",
                )
            },
        )

    # -- times that cannot be -----------------------------------------------------------------

    def test_an_implausible_time_waits_for_a_person(self):
        shipment = self.make_shipment(NUMBER, ship_date=False)
        self.send(self.scan("DLV_DELIVERED", "2026-06-01T10:00:00Z"))
        self.assertEqual((shipment.state, shipment.event_ids.standing), ("draft", "quarantined"))
        case = self.exceptions()
        self.assertEqual((case.type_code, case.event_id), ("quarantined_time", shipment.event_ids))
        case.with_user(self.clerk).action_release_time()
        self.assertEqual((shipment.state, shipment.event_ids.standing), ("delivered", "active"))
        self.assertEqual(case.state, "resolved")

    def test_the_time_of_receipt_is_what_a_time_is_judged_by(self):
        shipment = self.make_shipment(NUMBER, ship_date=False)
        later = RECEIVED_AT.replace(month=6)
        self.send(self.scan("DLV_DELIVERED", "2026-06-01T10:00:00Z"), at=later)
        self.assertEqual(shipment.state, "delivered")

    # -- what cannot be read ------------------------------------------------------------------

    def test_what_cannot_be_read_is_kept_and_read_once_it_can_be(self):
        shipment = self.make_shipment(NUMBER)
        connection = self.connection
        handler = type(self.env["logistics.provider.canonical"])

        def cannot(_self, _raw, _context):
            raise ParseError("/events: the list of events is missing.")

        body = self.message(self.scan("DLV_DELIVERED"))
        understand = handler._parse_message
        self.patch(handler, "_parse_message", cannot)
        message = self.receive(connection, body)
        self.assertEqual((message.state, message.tries), ("dead", 1))
        self.assertIn("list of events is missing", message.error_text)
        case = self.exceptions()
        self.assertEqual((case.type_code, case.occurrence_count), ("parse_failure", 1))
        self.assertEqual(message._read_bodies()[message.id].decode(), json.dumps(body))
        case.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual((message.state, case.is_open), ("dead", True))
        # Somebody mends the parser.
        self.patch(handler, "_parse_message", understand)
        case.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual((message.state, shipment.state), ("processed", "delivered"))
        self.assertEqual(case.state, "resolved")

    def test_one_unreadable_message_does_not_keep_others_of_its_batch(self):
        shipment = self.make_shipment(NUMBER)
        dead = self.receive(self.connection, b'{"events": 7}', work=False)
        good = self.receive(self.connection, self.message(self.scan("DLV_OUT")), work=False)
        nonsense = self.receive(self.connection, b"\xff\xfe\x00 no json", work=False)
        self.work_inbox()
        self.assertEqual((dead.state, good.state, nonsense.state), ("dead", "processed", "dead"))
        self.assertEqual(shipment.state, "out_for_delivery")
        self.assertEqual(len(self.exceptions("parse_failure")), 2)

    def test_dismissing_a_failure_needs_a_reason_and_ends_the_message(self):
        message = self.receive(self.connection, b"{}")
        case = self.exceptions("parse_failure")
        self.wizard(
            "logistics.exception.dismiss", case, self.clerk, reason="A test of the partner"
        ).action_dismiss()
        self.assertEqual((case.state, message.state), ("dismissed", "dismissed"))
        with self.assertRaises(UserError):
            case.with_user(self.clerk).action_retry()

    def test_a_message_of_a_provider_that_is_gone_is_a_failure_in_plain_words(self):
        self.canonical.flush_recordset()
        self.env.cr.execute(
            "UPDATE logistics_provider SET handler = 'logistics.provider.gone' WHERE id = %s",
            (self.canonical.id,),
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "is not installed"):
            self.canonical._handler()

    # -- documents ----------------------------------------------------------------------------

    def test_a_document_is_filed_once_whatever_comes_again(self):
        shipment = self.make_shipment(NUMBER)
        delivered = self.scan(
            "DLV_DELIVERED", signed_by="A. Example", documents=[self.document(PDF)]
        )
        self.send(delivered)
        message = self.send(delivered)
        message.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual(self.events(shipment), ["DLV_DELIVERED", "DOC_POD"])
        self.assertTrue(shipment.pod_received)
        self.assertEqual(len(shipment.document_ids), 1)
        self.assertEqual(base64.b64decode(shipment.document_ids.datas), PDF)
        self.assertEqual(shipment.signed_by, "A. Example")

    def test_a_reason_that_the_partner_names_outlives_a_mapping(self):
        self.make_shipment(NUMBER)
        reason, other = self.env["logistics.event.reason"].search([], limit=2)
        self.send(self.scan("QX9", reason=reason.code), self.scan("QX9", "2026-03-10T12:00:00Z"))
        events = self.env["logistics.event"].search([("raw_code", "=", "QX9")])
        named, silent = events.sorted("occurred_at")
        code = self.env["logistics.event.code"].search([("code", "=", "DLV_ATTEMPTED")])
        mapping = self.env["logistics.event.mapping"].create(
            {
                "provider": named.issuer,
                "raw_code": "QX9",
                "code_id": code.id,
                "reason_id": other.id,
            }
        )
        replay = self.env["logistics.replay"].create(
            {"reason": "A test", "kind": "mapping", "mapping_ids": [(6, 0, mapping.ids)]}
        )
        replay._apply_at_once()
        self.assertEqual((named.code_id, silent.code_id), (code, code))
        self.assertEqual((named.reason_id, silent.reason_id), (reason, other))

    # -- who may ------------------------------------------------------------------------------

    def test_people_of_another_company_see_nothing_of_it(self):
        self.make_shipment(NUMBER)
        self.send(self.scan("ZZ9"), self.scan("DLV_OUT", number="1ZOTHER"))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user(
            "stranger", "logistics_connector_base.group_logistics_admin", company=company
        )
        for model in ("message", "event", "exception", "shipment", "shipment.reference"):
            records = self.env[f"logistics.{model}"]
            self.assertTrue(records.sudo().search([]), model)
            self.assertTrue(records.with_user(self.clerk).search([]), model)
            self.assertFalse(records.with_user(stranger).search([]), model)

    def test_people_without_logistics_see_nothing_at_all(self):
        self.send(self.scan("DLV_OUT"))
        nobody = self.make_user("nobody")
        for model in ("message", "event", "exception", "shipment"):
            with self.assertRaises(AccessError):
                self.env[f"logistics.{model}"].with_user(nobody).search([])
