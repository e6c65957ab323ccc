"""Messages worked again with today's settings: what changes, what stays; nothing doubles."""

from datetime import datetime

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.intake import waker
from odoo.addons.logistics_connector_base.models.replay import (
    logistics_replay,
    logistics_replay_plan,
)
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"
TABLES = (
    "logistics_message",
    "logistics_event",
    "logistics_event_telling",
    "logistics_effect",
    "logistics_exception",
    "logistics_parked_reference",
    "mail_message",
    "queue_job",
)


class ReplayCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user("replay_manager", GROUP + "manager")
        cls.user = cls.make_user("replay_user", GROUP + "user")
        cls.connection = cls.make_connection(tz="Europe/Berlin")

    def setUp(self):
        super().setUp()
        self.stage_here()

    def counts(self):
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(f"SELECT count(*) FROM {table}")  # pylint: disable=sql-injection
            found[table] = self.env.cr.fetchone()[0]
        return found

    def tell(self, *events, connection=None, **values):
        message = self.message(*events)
        return self.receive(connection or self.connection, message, **values)

    def local(self, code, at="2026-03-10T10:00:00", number="1Z999", **values):
        """A scan whose time has no zone: the connection's is taken."""
        return self.scan(code, at, number, **values)

    def make_replay(self, messages=None, user=None, **values):
        if messages is not None:
            values |= {"kind": "messages", "chosen_ids": [(6, 0, messages.ids)]}
        return (
            self.env["logistics.replay"]
            .with_user(user or self.manager)
            .create({"reason": "Testing", **values})
        )

    def preview(self, messages=None, **values):
        """A previewed replay; nothing of the dry run stays."""
        replay = self.make_replay(messages, **values)
        before = self.counts()
        replay.action_preview()
        self.env.invalidate_all()
        after = self.counts()
        after["mail_message"] = before["mail_message"]  # its own chatter
        self.assertEqual(after, before)
        self.assertEqual(replay.state, "previewed")
        return replay

    def replay(self, messages=None, **values):
        """Preview and apply; what came is what was shown."""
        replay = self.preview(messages, **values)
        replay.action_apply()
        self.env.invalidate_all()
        self.assertEqual(replay.state, "done")
        self.assertFalse(replay.deviation_count, self.rows(replay))
        self.assertEqual(replay.preview_digest, replay.applied_digest)
        return replay

    def rows(self, replay):
        return [
            (line.kind, line.change, line.subject, line.before, line.after, line.state)
            for line in replay.sudo().line_ids
        ]

    def standings(self, shipment):
        events = shipment.event_ids.filtered("connection_id")
        return sorted((str(e.occurred_at), e.code, e.standing) for e in events)


@tagged("post_install", "-at_install")
class TestReplay(ReplayCommon):
    def test_nothing_changed_changes_nothing(self):
        shipment = self.make_shipment("1Z999")
        messages = self.tell(self.local("MOV_DEPARTED"), self.local("QX1", "2026-03-11T10:00:00"))
        messages |= self.tell(self.local("MOV_DEPARTED"))
        messages |= self.tell(self.scan("DLV_OUT", number="1ZNOBODY"))
        messages |= self.receive(self.connection, "{")
        before, times = self.counts(), messages.mapped("processed_at")
        cases = self.exceptions().mapped("occurrence_count")
        for _again in range(2):
            replay = self.replay(messages)
            self.assertFalse(replay.line_ids, self.rows(replay))
        after = self.counts()
        after["mail_message"] = before["mail_message"]
        self.assertEqual(after, before)
        self.assertEqual(messages.mapped("processed_at"), times)
        self.assertEqual(self.exceptions().mapped("occurrence_count"), cases)
        self.assertEqual(shipment.state, "in_transit")

    def test_another_time_zone(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(
            self.local("MOV_DEPARTED"), self.local("DLV_DELIVERED", "2026-03-11T10:00:00")
        )
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 09:00:00")
        self.connection.tz = "America/New_York"
        replay = self.replay(message)
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 14:00:00")
        self.assertEqual(
            self.standings(shipment),
            [
                ("2026-03-10 09:00:00", "MOV_DEPARTED", "superseded"),
                ("2026-03-10 14:00:00", "MOV_DEPARTED", "active"),
                ("2026-03-11 09:00:00", "DLV_DELIVERED", "superseded"),
                ("2026-03-11 14:00:00", "DLV_DELIVERED", "active"),
            ],
        )
        kinds = [(line.kind, line.change) for line in replay.line_ids]
        self.assertEqual(kinds.count(("event", "reread")), 2)
        self.assertIn(("shipment", "changed"), kinds)
        line = replay.line_ids.filtered(lambda line: line.kind == "event")[0]
        self.assertIn("2026-03-10 10:00 (UTC+01:00, assumed)", line.before)
        self.assertIn("2026-03-10 10:00 (UTC-04:00, assumed)", line.after)
        old = shipment.event_ids.filtered(lambda e: e.unsaid_by_id)
        self.assertEqual(old.unsaid_by_id, replay)
        self.assertIn("replay_manager", old[0].verdict_text)
        # And back: what stood before counts again.
        self.connection.tz = "Europe/Berlin"
        self.replay(message)
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 09:00:00")
        self.assertEqual(
            [row[2] for row in self.standings(shipment)],
            ["active", "superseded", "active", "superseded"],
        )
        self.assertFalse(self.replay(message).line_ids)

    # -- who else tells it --------------------------------------------------------------------

    def test_what_another_message_tells_too_stays(self):
        shipment = self.make_shipment("1Z999")
        one = self.tell(self.local("MOV_DEPARTED"))
        other = self.tell(self.local("MOV_DEPARTED"), channel="poll")
        self.connection.tz = "America/New_York"
        self.replay(one)
        self.assertEqual(
            self.standings(shipment),
            [
                ("2026-03-10 09:00:00", "MOV_DEPARTED", "active"),
                ("2026-03-10 14:00:00", "MOV_DEPARTED", "active"),
            ],
        )
        old = shipment.event_ids.filtered(lambda e: e.occurred_at.hour == 9)
        self.assertEqual(old.message_id, other, "it is the other one's now")
        self.replay(other)
        self.assertEqual(
            self.standings(shipment),
            [
                ("2026-03-10 09:00:00", "MOV_DEPARTED", "superseded"),
                ("2026-03-10 14:00:00", "MOV_DEPARTED", "active"),
            ],
        )
        self.assertFalse(self.replay(one | other).line_ids)

    def test_who_comes_later_and_tells_what_was_set_aside_lets_it_count_again(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("MOV_DEPARTED"))
        self.connection.tz = "America/New_York"
        self.replay(message)
        later = self.tell(self.scan("MOV_DEPARTED", "2026-03-10T10:00:00+01:00"))
        self.assertEqual({row[2] for row in self.standings(shipment)}, {"active"})
        self.assertIn(later, shipment.event_ids.message_id)
        self.replay(message | later)  # the zone is no assumption any more
        self.assertFalse(self.replay(message | later).line_ids)

    # -- ids, withdrawals, decisions ----------------------------------------------------------

    def test_an_id_read_otherwise_is_no_conflict(self):
        shipment = self.make_shipment("1Z999")
        messages = self.tell(self.local("MOV_DEPARTED", id="e1"))
        messages |= self.tell(self.local("DLV_OUT", "2026-03-11T08:00:00", id="e2", revision=3))
        self.connection.tz = "America/New_York"
        self.replay(messages)
        self.assertEqual(
            self.standings(shipment),
            [
                ("2026-03-10 09:00:00", "MOV_DEPARTED", "superseded"),
                ("2026-03-10 14:00:00", "MOV_DEPARTED", "active"),
                ("2026-03-11 07:00:00", "DLV_OUT", "superseded"),
                ("2026-03-11 12:00:00", "DLV_OUT", "active"),
            ],
        )
        self.assertFalse(self.exceptions("message_conflict"))
        self.assertFalse(self.replay(messages).line_ids)
        # The same facts come once more, as they are read now.
        self.tell(self.local("DLV_OUT", "2026-03-11T08:00:00", id="e2", revision=3))
        self.assertEqual(len(self.standings(shipment)), 4)
        self.assertFalse(self.exceptions("message_conflict"))

    def test_a_withdrawal_keeps_its_force(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("DLV_DELIVERED", id="e1"))
        self.tell(
            {
                "id": "w1",
                "retracts": "e1",
                "recorded_at": "2026-03-12T10:00:00Z",
                "shipment": self.scan("X")["shipment"],
            }
        )
        self.assertEqual(shipment.state, "draft")
        self.connection.tz = "America/New_York"
        self.replay(message)
        self.assertEqual(shipment.state, "draft")
        delivered = shipment.event_ids.filtered(lambda e: e.code == "DLV_DELIVERED")
        self.assertEqual(delivered.mapped("standing"), ["retracted", "retracted"])

    def test_what_a_person_decided_holds(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("DLV_DELIVERED"))
        shipment.event_ids.with_user(self.manager)._decide("dismissed", "not ours")
        self.assertEqual(shipment.state, "draft")
        self.connection.tz = "America/New_York"
        self.replay(message)
        self.assertEqual(shipment.state, "draft")
        new = shipment.event_ids.filtered(lambda e: e.occurred_at.hour == 14)
        self.assertEqual((new.decision, new.decision_note), ("dismissed", "not ours"))
        self.assertEqual(new.decided_by_id, self.manager)

    def test_a_shipment_that_somebody_linked_stays(self):
        shipment = self.make_shipment("1Z777")
        message = self.tell(self.local("MOV_DEPARTED", number="1ZTYPO"))
        message.event_ids._attach(shipment)
        self.connection.tz = "America/New_York"
        self.replay(message)
        self.assertEqual(len(shipment.event_ids), 2)
        self.assertEqual(message.state, "processed")

    def test_files_and_effects_happen_once(self):
        shipment = self.make_shipment("1Z999")
        pdf = self.document(b"%PDF-1.4 proof")
        message = self.tell(self.local("DLV_DELIVERED", documents=[pdf]))
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "logistics.shipment"), ("res_id", "=", shipment.id)]
        )
        before = self.counts()
        self.replay(message)
        after = self.counts()
        self.assertEqual(after["logistics_effect"], before["logistics_effect"])
        self.connection.tz = "America/New_York"
        self.replay(message)
        self.assertEqual(files.mapped("name"), ["pod.pdf"])
        self.assertTrue(shipment.pod_received)
        kinds = self.env["logistics.effect"].search([("shipment_id", "=", shipment.id)])
        self.assertEqual(kinds.mapped("kind").count("file_document"), 1)
        self.assertNotIn("withdraw_document", kinds.mapped("kind"))

    # -- mappings -----------------------------------------------------------------------------

    def make_mapping(self, raw_code, code, **values):
        values = {"provider": "acme3pl", "raw_code": raw_code, **values}
        code_id = self.env["logistics.event.code"].search([("code", "=", code)]).id
        return self.env["logistics.event.mapping"].create({"code_id": code_id, **values})

    def test_a_new_mapping_and_its_override_by_priority(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("QX7"))
        case = self.exceptions("unmapped_code")
        self.assertTrue(case)
        low = self.make_mapping("QX7", "MOV_DEPARTED")
        replay = self.replay(kind="mapping", mapping_ids=[(6, 0, low.ids)])
        self.assertEqual(replay.step_ids.message_id, message)
        self.assertEqual((shipment.state, case.state), ("in_transit", "resolved"))
        self.assertEqual(len(shipment.event_ids), 1, "the same fact, understood otherwise")
        # A later row of lower priority changes nothing; one of higher priority wins.
        weak = self.make_mapping("QX7", "DLV_DELIVERED", priority=20)
        self.assertFalse(self.replay(kind="mapping", mapping_ids=[(6, 0, weak.ids)]).line_ids)
        strong = self.make_mapping("QX7", "DLV_OUT", priority=90)
        self.replay(kind="mapping", mapping_ids=[(6, 0, strong.ids)])
        self.assertEqual(shipment.state, "out_for_delivery")
        strong.active = False
        self.replay(kind="mapping", mapping_ids=[(6, 0, strong.ids)])
        self.assertEqual(shipment.state, "in_transit")
        # Without any mapping it is unknown again, and says so.
        (low | weak).write({"active": False})
        self.replay(kind="mapping", mapping_ids=[(6, 0, low.ids)])
        self.assertTrue(shipment.event_ids.is_unmapped)
        self.assertTrue(self.exceptions("unmapped_code"))

    def test_a_mapping_is_tried_before_it_is_made(self):
        shipment = self.make_shipment("1Z999")
        self.tell(self.local("QX8"))
        code = self.env["logistics.event.code"].search([("code", "=", "DLV_OUT")])
        proposed = {"provider": "acme3pl", "raw_code": "QX8", "code_id": code.id}
        mappings = self.env["logistics.event.mapping"].search_count([])
        replay = self.preview(kind="mapping", proposed=proposed)
        self.assertEqual(self.env["logistics.event.mapping"].search_count([]), mappings)
        self.assertIn(
            ("shipment", "changed"), [(line.kind, line.change) for line in replay.line_ids]
        )
        self.assertFalse(
            self.env["logistics.event.mapping"]._lookup_code("acme3pl", "QX8", ""), "no cache"
        )
        replay.action_apply()
        self.assertFalse(replay.deviation_count, self.rows(replay))
        self.assertEqual(replay.mapping_ids.create_uid, self.manager)
        self.assertEqual(shipment.state, "out_for_delivery")
        self.assertFalse(self.exceptions("unmapped_code"))

    # -- what is left out ---------------------------------------------------------------------

    def test_a_purged_body_is_named_and_its_codes_are_looked_up(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("QX9"))
        self.env.cr.execute(
            "DELETE FROM logistics_message_body WHERE message_id = %s", (message.id,)
        )
        message.write({"purged_at": "2026-04-01 00:00:00"})
        self.make_mapping("QX9", "MOV_DEPARTED")
        self.connection.tz = "America/New_York"
        replay = self.replay(message)
        self.assertIn("its body was purged on 04/01/2026", replay.step_ids.note)
        self.assertEqual(replay.left_out_count, 1)
        self.assertEqual(
            self.standings(shipment), [("2026-03-10 09:00:00", "MOV_DEPARTED", "active")]
        )

    def test_an_event_whose_message_is_gone(self):
        shipment = self.make_shipment("1Z999")
        self.tell(self.local("QXA")).unlink()
        mapping = self.make_mapping("QXA", "MOV_DEPARTED")
        replay = self.replay(kind="mapping", mapping_ids=[(6, 0, mapping.ids)])
        self.assertIn("message was deleted", replay.step_ids.note)
        self.assertEqual(shipment.state, "in_transit")

    def test_dead_letters_parked_and_conflicts(self):
        dead = self.receive(self.connection, "{")
        parked = self.tell(self.local("MOV_DEPARTED", number="1ZLATER"))
        body = self.message(self.local("DLV_OUT"), message_id="m-1")
        first = self.receive(self.connection, body)
        conflict = self.receive(self.connection, {**body, "events": [self.local("MOV_ARRIVED")]})
        self.assertEqual((dead.state, conflict.state), ("dead", "conflict"))
        self.connection.tz = "America/New_York"
        replay = self.replay(dead | parked | first | conflict)
        notes = {step.message_id: step.note for step in replay.step_ids}
        self.assertIn("cannot be read today", notes[dead])
        self.assertIn("in conflict", notes[conflict])
        self.assertFalse(notes[parked])
        self.assertEqual((dead.state, conflict.state, parked.state), ("dead", "conflict", "parked"))
        # It waits once, not twice, and goes where it belongs.
        later = self.make_shipment("1ZLATER")
        self.work_inbox()
        self.assertEqual(self.standings(later), [("2026-03-10 14:00:00", "MOV_DEPARTED", "active")])
        self.assertEqual(parked.state, "processed")

    def test_a_dead_letter_that_can_be_read_now_is_worked(self):
        shipment = self.make_shipment("1Z999")
        reader = self.registry["logistics.provider.canonical"]
        kept = reader._parse_message

        def broken(self, body, context):
            raise ParseError("a parser with a fault")

        self.patch(reader, "_parse_message", broken)
        message = self.tell(self.local("MOV_DEPARTED"))
        self.assertEqual(message.state, "dead")
        case = self.exceptions("parse_failure")
        self.patch(reader, "_parse_message", kept)
        replay = self.replay(message)
        self.assertEqual((message.state, shipment.state), ("processed", "in_transit"))
        self.assertEqual(case.state, "resolved")
        self.assertIn(
            ("message", "changed"), [(line.kind, line.change) for line in replay.line_ids]
        )

    def test_a_parser_that_fails_today_takes_nothing_away(self):
        shipment = self.make_shipment("1Z999")
        message = self.tell(self.local("MOV_DEPARTED"))

        def broken(self, body, context):
            raise RuntimeError("boom")

        self.patch(self.registry["logistics.provider.canonical"], "_parse_message", broken)
        replay = self.replay(message)
        self.assertEqual(replay.failed_count, 1)
        self.assertIn("boom", replay.step_ids.note)
        self.assertEqual((message.state, shipment.state), ("processed", "in_transit"))

    # -- something changed between -----------------------------------------------------------

    def test_what_came_otherwise_than_previewed_is_shown(self):
        self.make_shipment("1Z999")
        message = self.tell(self.local("MOV_DEPARTED"))
        self.connection.tz = "America/New_York"
        replay = self.preview(message)
        self.connection.tz = "Asia/Tokyo"
        replay.action_apply()
        self.assertNotEqual(replay.preview_digest, replay.applied_digest)
        self.assertTrue(replay.deviation_count)
        self.assertEqual(set(replay.line_ids.mapped("state")), {"unforeseen", "missing"})

    # -- portions -----------------------------------------------------------------------------

    def test_many_in_portions_that_keep_shipments_together(self):
        numbers = [f"1ZP{index:02}" for index in range(7)]
        shipments = {number: self.make_shipment(number) for number in numbers}
        messages = self.env["logistics.message"]
        for hour in range(3):
            for number in numbers:
                at = f"2026-03-10T1{hour}:00:00"
                messages |= self.tell(self.local("MOV_DEPARTED", at, number), work=False)
        self.work_inbox()
        self.connection.tz = "America/New_York"
        for name, value in (("PORTION", 4), ("MOST", 6)):
            self.patch(logistics_replay_plan, name, value)
        self.patch(logistics_replay, "SMALL", 5)
        self.patch(waker, "wake", lambda dbname: None)
        replay = self.make_replay(kind="period", connection_id=self.connection.id)
        replay.action_preview()
        self.assertEqual(replay.state, "previewing")
        self.assertEqual((replay.message_count, replay.done_count), (21, 0))
        for step in replay.step_ids:
            number = step.message_id.event_ids.tracking_number
            same = replay.step_ids.filtered(
                lambda s, number=number: s.message_id.event_ids.tracking_number == number
            )
            self.assertEqual(len(set(same.mapped("portion"))), 1)
        self.assertGreater(len(set(replay.step_ids.mapped("portion"))), 3)
        drain = self.env["logistics.replay"].with_user(self.service)._drain
        drain(replay.id)
        self.env.invalidate_all()
        self.assertEqual((replay.state, replay.percent), ("previewed", 100))
        self.assertEqual(len(shipments["1ZP00"].event_ids), 3)
        replay.action_apply()
        self.assertEqual(replay.state, "applying")
        self.env.flush_all()
        drain(replay.id)
        self.env.invalidate_all()
        self.assertEqual(replay.state, "done")
        self.assertFalse(replay.deviation_count, self.rows(replay))
        for shipment in shipments.values():
            self.assertEqual(len(shipment.event_ids), 6)
        self.assertEqual(drain(replay.id), "0 portions worked, the last ones")

    # -- who may ------------------------------------------------------------------------------

    def test_users_see_and_do_nothing(self):
        message = self.tell(self.local("MOV_DEPARTED"))
        replay = self.preview(message)
        seen = replay.with_user(self.user)
        self.assertEqual(seen.reason, "Testing")
        seen.step_ids.mapped("note")
        for call in (seen.action_preview, seen.action_apply, seen.action_cancel):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.make_replay(message, user=self.user)
        for values in ({"state": "done"}, {"applied_digest": "x"}, {"user_id": self.user.id}):
            with self.assertRaises(AccessError):
                replay.write(values)
        with self.assertRaises(AccessError):
            replay.line_ids.check_access("unlink")
        with self.assertRaises(UserError):
            replay.write({"received_from": "2026-01-01"})

    def test_another_companys_messages_are_never_replayed(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_connection(company=other, name="theirs", tz="Europe/Berlin")
        shipment = self.make_shipment("1ZTHEIRS", company=other)
        message = self.tell(self.local("MOV_DEPARTED", number="1ZTHEIRS"), connection=theirs)
        theirs.tz = "America/New_York"
        with self.assertRaises(UserError):
            self.make_replay(message)
        with self.assertRaises(UserError):
            self.make_replay(kind="period", connection_id=theirs.id)
        with self.assertRaises(AccessError):
            self.make_replay(kind="period", company_id=other.id)
        with self.assertRaises(UserError):
            self.make_replay(kind="period").action_preview()
        # Whatever is written past the checks: the company decides.
        replay = self.make_replay(kind="messages")
        relation = replay._fields["chosen_ids"].relation
        self.env.cr.execute(
            f"INSERT INTO {relation} VALUES (%s, %s)",  # pylint: disable=sql-injection
            (replay.id, message.id),
        )
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            replay.action_preview()
        boss = self.make_user("their_manager", GROUP + "manager", company=other)
        done = self.replay(message, user=boss)
        self.assertEqual(len(shipment.event_ids), 2)
        with self.assertRaises(AccessError):
            done.with_user(self.manager).read(["reason"])
        self.assertFalse(self.env["logistics.replay.line"].with_user(self.manager).search([]))

    # -- where it begins ----------------------------------------------------------------------

    def open_form(self, action):
        """Fill in what a person fills in, on the form that an action opens."""
        self.assertEqual(action["res_model"], "logistics.replay")
        model = self.env["logistics.replay"].with_user(self.manager)
        with Form(model.with_context(**action["context"])) as form:
            form.reason = "As a person does it"
        return form.record

    def test_from_messages_a_connection_and_mappings(self):
        self.make_shipment("1Z999")
        message = self.tell(self.local("MOV_DEPARTED"), self.local("QXB"))
        mapping = self.make_mapping("QXB", "DLV_OUT")
        for record, kind in (
            (message, "messages"),
            (self.connection, "period"),
            (mapping, "mapping"),
        ):
            replay = self.open_form(record.with_user(self.manager).action_replay())
            self.assertEqual((replay.kind, replay.user_id), (kind, self.manager))
            replay.action_preview()
            self.assertEqual(replay.step_ids.message_id, message, kind)
            replay.action_cancel()
            self.assertEqual(replay.state, "cancelled")
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.tell(self.local("X"), connection=self.make_connection(company=other))
        with self.assertRaises(UserError):
            (message | theirs).action_replay()

    def test_received_since(self):
        self.make_shipment("1Z999")
        old = self.tell(self.local("MOV_DEPARTED"), at=datetime(2026, 3, 15))
        new = self.tell(self.local("MOV_ARRIVED"), at=datetime(2026, 3, 17))
        replay = self.preview(kind="period", received_from="2026-03-16", received_to=False)
        self.assertEqual(replay.step_ids.message_id, new)
        replay = self.preview(kind="period", received_to="2026-03-16")
        self.assertEqual(replay.step_ids.message_id, old)

    def test_from_an_unknown_code_with_a_preview(self):
        shipment = self.make_shipment("1Z999")
        self.tell(self.local("QXC"))
        case = self.exceptions("unmapped_code")
        wizard = (
            self.env["logistics.exception.map"]
            .with_user(self.manager)
            .create(
                {
                    "exception_ids": [(6, 0, case.ids)],
                    "code_id": self.env.ref("logistics_connector_base.event_code_dlv_out").id,
                    "note": "page 12",
                }
            )
        )
        before = self.counts()
        replay = self.env["logistics.replay"].browse(wizard.action_preview()["res_id"])
        self.assertEqual({**self.counts(), "mail_message": 0}, {**before, "mail_message": 0})
        self.assertEqual((replay.state, case.is_open), ("previewed", True))
        self.assertIn("page 12", replay.reason)
        self.assertIn("QXC", replay.proposed_text)
        replay.with_user(self.manager).action_apply()
        self.assertEqual((shipment.state, case.state), ("out_for_delivery", "resolved"))
        self.assertFalse(replay.deviation_count)
        self.assertIn(self.env["logistics.event.code"].browse(wizard.code_id.id).name, case.outcome)
