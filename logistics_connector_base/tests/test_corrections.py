"""Withdrawals, revisions, conflicts and impossible times: what becomes of what they caused."""

import json
from datetime import date
from itertools import permutations

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InboxCommon

PDF = b"%PDF-1.4 proof of delivery"
MARK = "WITHDRAWN "


@tagged("post_install", "-at_install")
class TestCorrections(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z999")
        cls.clerk = cls.make_user("clerk", "logistics_connector_base.group_logistics_user")

    def tell(self, code, at="2026-03-10T10:00:00+01:00", number="1Z999", **values):
        return self.receive(self.connection, self.message(self.scan(code, at, number, **values)))

    def withdraw(self, target, number="1Z999", at="2026-03-11T10:00:00Z", **values):
        shipment = self.scan("DLV_OUT", number=number)["shipment"]
        event = {"retracts": target, "recorded_at": at, "shipment": shipment, **values}
        return self.receive(self.connection, self.message(event))

    def standings(self, shipment=None):
        events = (shipment or self.shipment).event_ids
        return {(e.source_id, e.revision or "", e.code): e.standing for e in events}

    def files(self, record=None):
        record = record or self.shipment
        return (
            self.env["ir.attachment"]
            .search([("res_model", "=", record._name), ("res_id", "=", record.id)])
            .mapped("name")
        )

    def steps(self, *kinds):
        domain = [("shipment_id", "=", self.shipment.id)]
        if kinds:
            domain.append(("kind", "in", kinds))
        return self.env["logistics.effect"].search(domain, order="id").mapped("kind")

    # -- what a withdrawn event caused --------------------------------------------------------

    def test_a_withdrawn_delivery_takes_its_proof_with_it_and_says_so(self):
        self.tell("DLV_DELIVERED", id="e1", documents=[self.document(PDF)])
        self.assertEqual((self.shipment.pod_received, self.files()), (True, ["pod.pdf"]))
        self.withdraw("e1", id="w1", reason="data.conflict")
        self.assertEqual((self.shipment.state, self.shipment.pod_received), ("draft", False))
        self.assertEqual(self.files(), [f"{MARK}pod.pdf"], "marked, never deleted")
        self.assertEqual(set(self.standings().values()), {"retracted", "active"})
        note = self.shipment.message_ids[:1].body
        self.assertIn("pod.pdf does not count any more", note)
        delivery = self.shipment.event_ids.filtered(lambda e: e.source_id == "e1")
        self.assertEqual(delivery.overruled_by_id.source_id, "w1")
        self.assertIn(f"Withdrawn by {self.connection.name}", delivery.verdict_text)

    def test_each_step_is_done_once_whatever_is_repeated(self):
        body = self.message(self.scan("DLV_DELIVERED", id="e1", documents=[self.document(PDF)]))
        self.receive(self.connection, body)
        for again in ("w1", "w2"):
            self.withdraw("e1", id=again)
        self.receive(self.connection, {**body, "id": "another-message"})
        self.assertEqual(
            self.steps("file_document", "withdraw_document", "restore_document"),
            ["file_document", "withdraw_document"],
        )
        self.assertEqual(self.files(), [f"{MARK}pod.pdf"])
        # Delivered after all, with the same paper: the file counts again, under its own name.
        self.tell("DLV_DELIVERED", "2026-03-12T09:00:00Z", id="e2", documents=[self.document(PDF)])
        self.assertEqual(self.files(), ["pod.pdf"])
        self.assertEqual(self.steps("restore_document"), ["restore_document"])
        self.withdraw("e2", id="w3")
        self.assertEqual(self.files(), [f"{MARK}pod.pdf"])
        self.assertEqual(len(self.steps("withdraw_document")), 2)

    def test_deliver_withdraw_deliver_in_every_order_ends_alike(self):
        endings = set()
        for index, order in enumerate(permutations(range(4))):
            number = f"1ZQ{index:03}"
            shipment = self.make_shipment(number)
            first, again = f"{number}-1", f"{number}-2"
            tellings = (
                lambda n=number, e=first: self.tell(
                    "DLV_DELIVERED",
                    "2026-03-10T10:00:00Z",
                    n,
                    id=e,
                    documents=[self.document(PDF)],
                ),
                lambda n=number, e=first: self.withdraw(e, n),
                lambda n=number, e=first: self.withdraw(e, n, at="2026-03-11T11:00:00Z"),
                lambda n=number, e=again: self.tell(
                    "DLV_DELIVERED", "2026-03-12T10:00:00Z", n, id=e
                ),
            )
            for position in order:
                tellings[position]()
            effects = self.env["logistics.effect"].search([("shipment_id", "=", shipment.id)])
            self.assertEqual(len(effects), len(set(effects.mapped("key"))))
            names = [name.startswith(MARK) for name in self.files(shipment)]
            self.assertLessEqual(names, [True], "filed after the withdrawal: marked, or not at all")
            standings = sorted(self.standings(shipment).items())
            endings.add(
                (
                    shipment.state,
                    str(shipment.delivered_at),
                    shipment.pod_received,
                    str([(key[2], value) for key, value in standings]),
                )
            )
        self.assertEqual(len(endings), 1, endings)
        self.assertEqual(next(iter(endings))[:3], ("delivered", "2026-03-12 10:00:00", False))

    def test_a_revision_may_name_another_parcel(self):
        other = self.make_shipment("1Z888")
        self.tell("DLV_DELIVERED", id="e1", revision=1, documents=[self.document(PDF)])
        self.tell(
            "DLV_DELIVERED", number="1Z888", id="e1", revision=2, documents=[self.document(PDF)]
        )
        self.assertEqual((self.shipment.state, other.state), ("draft", "delivered"))
        self.assertEqual(self.files(), [f"{MARK}pod.pdf"])
        self.assertEqual(self.files(other), ["pod.pdf"])
        wrong = self.shipment.event_ids.filtered(lambda e: e.code == "DLV_DELIVERED")
        self.assertEqual((wrong.standing, wrong.overruled_by_id.shipment_id), ("superseded", other))

    def test_a_revision_for_another_parcel_may_come_first(self):
        other = self.make_shipment("1Z888")
        self.tell("DLV_DELIVERED", number="1Z888", id="e1", revision=2)
        self.tell("DLV_DELIVERED", id="e1", revision=1)
        self.assertEqual((self.shipment.state, other.state), ("draft", "delivered"))

    def test_nobody_withdraws_another_partners_events(self):
        partners = self.env["res.partner"].create([{"name": "One"}, {"name": "Other"}])
        self.connection.partner_id = partners[0]
        other = self.make_connection(name="other", partner_id=partners[1].id)
        self.tell("DLV_DELIVERED", id="e1")
        event = {
            "retracts": "e1",
            "shipment": self.scan("X")["shipment"],
            "recorded_at": "2026-03-11T10:00:00Z",
        }
        self.receive(other, self.message(event))
        self.assertEqual(self.shipment.state, "delivered")

    def test_a_withdrawn_event_closes_the_case_of_its_time(self):
        self.shipment.ship_date = False
        self.tell("DLV_DELIVERED", "2026-06-01T10:00:00Z", id="e1")
        case = self.exceptions("quarantined_time")
        self.withdraw("e1", id="w1")
        self.assertEqual((case.state, self.shipment.state), ("resolved", "draft"))

    # -- conflicts ----------------------------------------------------------------------------

    def conflict(self, **values):
        self.tell("PUP_PICKED_UP", id="e1", **values)
        self.tell("DLV_DELIVERED", "2026-03-10T12:00:00+01:00", id="e1", **values)
        case = self.exceptions("message_conflict")
        self.assertEqual((len(case), self.shipment.state), (1, "picked_up"), "the first stands")
        return case.with_user(self.clerk)

    def repeat_both(self, **values):
        """The partner sends both again, in new messages: decided is decided."""
        self.tell("DLV_DELIVERED", "2026-03-10T12:00:00+01:00", id="e1", **values)
        self.tell("PUP_PICKED_UP", id="e1", **values)
        self.assertFalse(self.exceptions("message_conflict"))

    def test_both_contents_are_shown_side_by_side(self):
        for values in ({}, {"revision": 7}):
            with self.subTest(values):
                shipment = self.make_shipment(f"1ZS{len(values)}")
                number = shipment.package_ids.tracking_number
                self.tell("PUP_PICKED_UP", number=number, id=number, **values)
                self.tell("DLV_DELIVERED", number=number, id=number, **values)
                case = self.exceptions("message_conflict")[-1:].with_user(self.clerk)
                self.assertIn("Picked up", case.content_first)
                self.assertIn("Delivered", case.content_new)
                self.assertIn(number, case.content_new)

    def test_keep_the_first(self):
        for values in ({}, {"revision": 7}):
            with self.subTest(values):
                case = self.conflict(**values)
                case.action_keep_first()
                self.assertEqual((case.state, self.shipment.state), ("resolved", "picked_up"))
                self.repeat_both(**values)
                self.assertEqual(self.shipment.state, "picked_up")
                event = self.shipment.event_ids.filtered(lambda e: e.standing == "dismissed")
                self.assertEqual(event.decided_by_id, self.clerk)
                self.assertIn("Set aside by clerk", event.verdict_text)
                self.shipment = self.make_shipment("1Z999", ship_date=False)
                self.env["logistics.event"].sudo().search([]).unlink()
                self.env["logistics.shipment"].search([("id", "!=", self.shipment.id)]).unlink()

    def test_take_the_later_one(self):
        case = self.conflict(revision=7)
        case.action_accept_conflict()
        self.assertEqual((case.state, self.shipment.state), ("resolved", "delivered"))
        self.repeat_both(revision=7)
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(
            self.shipment.event_ids.filtered(lambda e: e.standing == "dismissed").code,
            "PUP_PICKED_UP",
        )

    def test_both_are_true(self):
        case = self.conflict()
        case.action_both_true()
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(set(self.standings().values()), {"active"})
        self.repeat_both()
        self.withdraw("e1", id="w1")
        self.assertEqual(self.shipment.state, "draft", "both are the partner's event")

    def test_a_conflict_is_decided_once(self):
        case = self.conflict()
        case.action_keep_first()
        with self.assertRaises(UserError):
            case.action_both_true()

    def test_a_dismissed_conflict_stays_dismissed_when_it_is_worked_again(self):
        self.tell("PUP_PICKED_UP", id="e1")
        first = self.message(self.scan("PUP_PICKED_UP"), message_id="m1")
        self.receive(self.connection, first)
        later = self.message(self.scan("DLV_DELIVERED"), message_id="m1")
        message = self.receive(self.connection, later)
        case = self.exceptions("message_conflict").with_user(self.clerk)
        self.assertIn("Delivered", case.content_new, "read, though it was not worked")
        case.action_keep_first()
        self.assertEqual(message.state, "dismissed")
        message.with_user(self.clerk).action_retry()
        self.work_inbox()
        self.assertEqual((message.state, self.shipment.state), ("dismissed", "picked_up"))
        self.assertFalse(self.exceptions("message_conflict"))

    def test_a_message_taken_for_another_replaces_what_that_one_told(self):
        self.receive(
            self.connection,
            self.message(
                self.scan("PUP_PICKED_UP"),
                self.scan("DLV_DELIVERED", "2026-03-11T10:00:00Z"),
                message_id="m1",
            ),
        )
        self.receive(
            self.connection,
            self.message(
                self.scan("PUP_PICKED_UP"),
                self.scan("MOV_DEPARTED", "2026-03-11T10:00:00Z"),
                message_id="m1",
            ),
        )
        self.assertEqual(self.shipment.state, "delivered")
        self.exceptions("message_conflict").with_user(self.clerk).action_accept_conflict()
        self.work_inbox()
        self.assertEqual(self.shipment.state, "in_transit")
        by_code = {event.code: event.standing for event in self.shipment.event_ids}
        self.assertEqual(
            by_code,
            {"PUP_PICKED_UP": "active", "DLV_DELIVERED": "dismissed", "MOV_DEPARTED": "active"},
        )

    def test_both_messages_true(self):
        for code in ("PUP_PICKED_UP", "DLV_DELIVERED"):
            self.receive(self.connection, self.message(self.scan(code), message_id="m1"))
        self.exceptions("message_conflict").with_user(self.clerk).action_both_true()
        self.work_inbox()
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(set(self.standings().values()), {"active"})

    # -- times --------------------------------------------------------------------------------

    def odd_time(self, at="2026-06-01T10:00:00Z", **values):
        self.shipment.ship_date = False
        self.tell("DLV_DELIVERED", at, **values)
        return self.exceptions("quarantined_time").with_user(self.clerk)

    def decide_time(self, case, **values):
        self.env["logistics.exception.time"].with_user(self.clerk).create(
            {"exception_ids": [(6, 0, case.ids)], **values}
        ).action_decide()

    def test_a_time_is_corrected_and_what_was_written_is_kept(self):
        for at in ("2026-06-01T10:00:00Z", "1999-12-31T23:59:59Z"):
            with self.subTest(at):
                case = self.odd_time(at, id=at)
                self.assertEqual((len(case), self.shipment.state), (1, "draft"))
                event = case.event_id
                self.decide_time(
                    case, choice="set", occurred_at="2026-03-11 08:00:00", note="The driver says so"
                )
                self.assertEqual(str(self.shipment.delivered_at), "2026-03-11 08:00:00")
                self.assertIn("Time set by clerk", event.verdict_text)
                self.assertIn("The driver says so", event.verdict_text)
                self.assertEqual(str(event.stated_at), at[:19].replace("T", " "))
                self.tell("DLV_DELIVERED", at, id=at)
                self.assertEqual(str(self.shipment.delivered_at), "2026-03-11 08:00:00")
                self.assertFalse(self.exceptions())
                self.withdraw(at)
                self.assertEqual(self.shipment.state, "draft")

    def test_the_time_of_receipt_is_taken(self):
        case = self.odd_time()
        self.decide_time(case, choice="receipt")
        self.assertEqual(str(self.shipment.delivered_at), "2026-03-20 12:00:00")

    def test_an_event_is_left_out(self):
        case = self.odd_time()
        self.decide_time(case, choice="drop", note="Test of the carrier")
        self.assertEqual((self.shipment.state, case.state), ("draft", "resolved"))
        self.assertEqual(self.shipment.event_ids.standing, "dismissed")
        self.tell("DLV_DELIVERED", "2026-06-01T10:00:00Z")
        self.assertEqual((self.shipment.state, self.exceptions().ids), ("draft", []))

    def test_dismissing_the_case_leaves_the_event_out(self):
        case = self.odd_time()
        self.env["logistics.exception.dismiss"].with_user(self.clerk).create(
            {"exception_ids": [(6, 0, case.ids)], "reason": "nonsense"}
        ).action_dismiss()
        self.assertEqual(self.shipment.event_ids.standing, "dismissed")

    def test_no_time_at_all_cannot_be_accepted(self):
        body = json.loads(json.dumps(self.message(self.scan("DLV_DELIVERED", id="e1"))))
        self.receive(self.connection, body)
        event = self.shipment.event_ids
        event.sudo().write({"occurred_at": False, "is_implausible": True})
        self.shipment._refold()
        case = self.env["logistics.exception"]._report(
            [
                {
                    "type": "quarantined_time",
                    "key": f"time:{event.id}",
                    "name": "x",
                    "company_id": self.company.id,
                    "event_id": event.id,
                }
            ]
        )
        with self.assertRaises(UserError):
            case.with_user(self.clerk).action_release_time()

    def test_a_revision_with_an_impossible_time_leaves_the_earlier_one(self):
        self.shipment.ship_date = False
        self.tell("DLV_DELIVERED", id="e1", revision=1)
        self.tell("DLV_DELIVERED", "2029-03-10T10:00:00Z", id="e1", revision=2)
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(sorted(self.standings().values()), ["active", "quarantined"])

    def test_an_estimate_from_a_clock_that_is_ahead_does_not_stay_the_newest(self):
        def estimate(made, day):
            self.tell(
                "DLV_ETA",
                made,
                classifier="estimated",
                recorded_at=made,
                estimated_delivery_at=f"2026-03-{day}T12:00:00Z",
            )

        estimate("2026-03-25T12:00:00Z", 28)  # five days ahead of the receipt
        estimate("2026-03-19T12:00:00Z", 22)
        self.assertEqual(str(self.shipment.estimated_delivery_at), "2026-03-22 12:00:00")
        self.assertEqual(len(self.exceptions("quarantined_time")), 1)

    def test_a_scan_counts_without_its_impossible_estimate(self):
        self.tell("MOV_DEPARTED", estimated_delivery_at="2099-01-01T00:00:00Z")
        self.assertEqual(self.shipment.state, "in_transit")
        self.assertFalse(self.shipment.estimated_delivery_at)

    # -- several shipments under one number ---------------------------------------------------

    def test_a_choice_is_remembered_for_the_rest_of_a_numbers_messages(self):
        twin = self.make_shipment("1Z999")
        self.tell("PUP_PICKED_UP")
        case = self.exceptions("ambiguous_shipment")
        self.assertEqual(case.candidate_ids, self.shipment | twin)
        self.env["logistics.exception.link"].with_user(self.clerk).create(
            {"exception_ids": [(6, 0, case.ids)], "shipment_id": twin.id}
        ).action_link()
        self.assertEqual((self.shipment.state, twin.state), ("draft", "picked_up"))
        message = self.tell("MOV_DEPARTED", "2026-03-10T12:00:00Z")
        self.assertEqual((twin.state, message.state), ("in_transit", "processed"))
        self.assertFalse(self.exceptions())
        self.assertEqual(
            self.env["logistics.message"]
            .search([("connection_id", "=", self.connection.id)])
            .mapped("state"),
            ["processed"] * 2,
        )

    def test_a_number_is_linked_to_what_is_proposed_only(self):
        """Also over RPC: not to another one's shipment, and not to another company's."""
        self.make_shipment("1Z999")
        self.tell("PUP_PICKED_UP")
        case = self.exceptions("ambiguous_shipment")
        stranger = self.make_shipment("1Z000")
        link = self.env["logistics.exception.link"].with_user(self.clerk)
        said = {"exception_ids": [(6, 0, case.ids)], "shipment_id": stranger.id}
        with self.assertRaisesRegex(UserError, "proposed"):
            link.create(said).action_link()
        self.assertTrue(case.is_open)

    def test_a_choice_does_not_reach_the_next_life_of_a_number(self):
        twin = self.make_shipment("1Z999")
        self.tell("PUP_PICKED_UP")
        case = self.exceptions("ambiguous_shipment")
        self.env["logistics.exception.link"].with_user(self.clerk).create(
            {"exception_ids": [(6, 0, case.ids)], "shipment_id": twin.id}
        ).action_link()
        later = self.make_shipment("1Z999", ship_date=date(2027, 3, 9))
        self.receive(
            self.connection,
            self.message(self.scan("PUP_PICKED_UP", "2027-03-10T10:00:00Z")),
            at="2027-03-11 12:00:00",
        )
        self.assertEqual((later.state, twin.state), ("picked_up", "picked_up"))
        self.assertEqual(len(twin.event_ids), 1)

    # -- keys outlive payloads ----------------------------------------------------------------

    def purge(self, message):
        self.env.cr.execute(
            "UPDATE logistics_message_body SET content = NULL WHERE message_id = %s", (message.id,)
        )

    def test_an_event_finds_its_shipment_after_its_body_was_purged(self):
        message = self.tell("PUP_PICKED_UP", number="1Z777", id="e7")
        self.purge(message)
        late = self.make_shipment("1Z777")
        self.work_inbox()
        self.assertEqual((late.state, message.state), ("picked_up", "processed"))
        self.assertFalse(self.exceptions())
        self.withdraw("e7", "1Z777")
        self.assertEqual(late.state, "draft")

    def test_copies_and_conflicts_are_known_after_the_body_was_purged(self):
        body = self.message(self.scan("PUP_PICKED_UP", id="e1", revision=1), message_id="m1")
        message = self.receive(self.connection, body)
        self.purge(message)
        self.assertEqual(self.receive(self.connection, body), message)
        self.tell("DLV_DELIVERED", id="e1", revision=1)
        case = self.exceptions("message_conflict").with_user(self.clerk)
        self.assertIn("Picked up", case.content_first)
        self.assertIn("Delivered", case.content_new)
        case.action_accept_conflict()
        self.assertEqual(self.shipment.state, "delivered")
