"""Labels of many deliveries at once: what is asked for, what is shown of it, who may."""

import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .booking_common import BookingCommon


@tagged("post_install", "-at_install")
class TestLabelBatch(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(cls.env, "batch_packer", groups="stock.group_stock_user")

    def make_ready(self, count=1, **values):
        """Deliveries whose goods are reserved, not validated."""
        pickings = self.env["stock.picking"]
        for _each in range(count):
            pickings |= self.make_order(**values).picking_ids
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty})
        return pickings

    def ask(self, pickings, user=None):
        action = pickings.with_user(user or self.packer).action_ask_labels()
        self.assertEqual(action["res_model"], "logistics.label.batch")
        batches = self.env["logistics.label.batch"].with_user(user or self.packer)
        return batches.browse(action["res_id"]) if "res_id" in action else batches.search([])

    def states(self, batch):
        return [line.state for line in batch.line_ids.sorted("sequence")]

    def test_all_are_asked_for_once_and_nobody_is_called(self):
        pickings = self.make_ready(3)
        batch = self.ask(pickings)
        self.assertEqual(self.states(batch), ["asked"] * 3)
        self.assertEqual(batch.line_ids.sorted("sequence").picking_id, pickings)
        self.assertEqual((batch.line_count, batch.waiting_count, batch.progress), (3, 3, 0.0))
        messages = pickings.booking_ids.message_id
        self.assertEqual((len(messages), set(messages.mapped("state"))), (3, {"pending"}))
        # What is validated later has its booking already.
        self.ship(pickings[0])
        self.assertEqual(len(pickings[0].booking_ids), 1)

    def test_one_that_cannot_be_booked_stops_no_other(self):
        good, nowhere, broken, draft, own = self.make_ready(5)
        nowhere.partner_id = self.receiver.copy({"city": False})
        own.carrier_id = False
        draft.action_cancel()
        real = type(good)._booking_parcels

        def parcels(picking):
            if picking == broken:
                raise ZeroDivisionError
            return real(picking)

        logger = "odoo.addons.logistics_connector_carrier.models.label.logistics_label_batch_ask"
        with patch.object(type(good), "_booking_parcels", parcels), mute_logger(logger):
            batch = self.ask(broken | nowhere | draft | own | good)
        lines = {line.picking_id: line for line in batch.line_ids}
        self.assertEqual(lines[good].state, "asked")
        self.assertEqual({lines[one].state for one in (nowhere, broken, draft, own)}, {"not_asked"})
        self.assertIn("city", lines[nowhere].problem)
        self.assertIn("ZeroDivisionError", lines[broken].problem)
        self.assertIn("cancelled", lines[draft].problem)
        self.assertIn("no delivery method", lines[own].problem)
        self.assertEqual((batch.look_count, batch.waiting_count), (4, 1))
        # What needs a look stands first.
        self.assertEqual(batch.line_ids[-1].picking_id, good)
        self.assertEqual(
            set(self.env["stock.picking"].search(batch.action_view_look()["domain"])),
            {nowhere, broken, draft, own},
        )

    def test_answers_are_shown_and_told_in_one_sentence(self):
        first, second = self.make_ready(2)
        batch = self.ask(first | second)
        self.env.cr.precommit.run()
        sent = len(self.told())
        self.answer_of(first.booking_ids, "delivered", value=self.booked())
        self.env.cr.precommit.run()
        self.assertEqual((batch.waiting_count, batch.booked_count, batch.progress), (1, 1, 50.0))
        news = self.told()[sent:]
        self.assertEqual(news, [("logistics_label_batch", {"id": batch.id})])
        self.answer_of(second.booking_ids, "rejected", "The postal code does not fit (120207)")
        self.env.cr.precommit.run()
        kind, payload = self.told()[-1]
        self.assertEqual((kind, payload["tone"]), ("logistics_booking", "warning"))
        self.assertIn("1 booked, 1 refused", payload["text"])
        line = batch.line_ids.filtered(lambda one: one.picking_id == second)
        self.assertEqual(line.state, "refused")
        self.assertIn("120207", line.problem)

    def told(self):
        """What the packer's screens were told: (type, payload)."""
        rows = self.env["bus.bus"].sudo().search([], order="id")
        return [
            (message["type"], message["payload"])
            for row in rows
            if json.loads(row.channel)[1:] == ["res.partner", self.packer.partner_id.id]
            for message in [json.loads(row.message)]
        ]

    def test_what_was_refused_is_asked_again_and_what_is_in_doubt_is_not(self):
        mended, doubt = self.make_ready(2)
        batch = self.ask(mended | doubt)
        self.answer_of(mended.booking_ids, "rejected", "Not on Sundays")
        self.answer_of(doubt.booking_ids, "doubt", "The connection broke")
        self.assertEqual((batch.refused_count, batch.doubt_count), (1, 1))
        batch.action_ask_again()
        self.assertEqual(self.states(batch), ["asked", "doubt"])
        self.assertEqual(len(mended.booking_ids), 2)
        self.assertEqual(len(doubt.booking_ids), 1)

    def test_asked_again_elsewhere_counts_here(self):
        picking = self.make_ready()
        picking.partner_id = self.receiver.copy({"city": False})
        batch = self.ask(picking)
        self.assertEqual(self.states(batch), ["not_asked"])
        picking.partner_id = self.receiver
        self.ship(picking)
        self.assertEqual(self.states(batch), ["asked"])
        self.assertFalse(batch.line_ids.problem)

    def test_two_people_ask_for_the_same(self):
        """One after the other; at the same moment: tests/e2e/test_label_batch.py."""
        pickings = self.make_ready(2)
        self.ask(pickings)
        other = new_test_user(self.env, "batch_other", groups="stock.group_stock_user")
        second = self.ask(pickings, other)
        self.assertEqual(len(pickings.booking_ids), 2)
        self.assertEqual((second.known_count, second.waiting_count), (2, 2))

    def test_an_account_that_is_not_asked_at_present_is_told(self):
        batch = self.ask(self.make_ready())
        flow = self.account._flow("book")
        self.env["logistics.breaker"]._switch(flow, "stopped", "Their system moves house")
        self.assertIn("Their system moves house", batch.trouble)

    def test_the_forecast_follows_the_answers(self):
        pickings = self.make_ready(5)
        batch = self.ask(pickings)
        self.assertIn("first answers", batch.forecast)
        for number, picking in enumerate(pickings[:3]):
            answer = self.booked(f"1Z4F217A030000003{number}")
            self.answer_of(picking.booking_ids, "delivered", value=answer)
        self.assertIn("left", batch.forecast)
        for picking in pickings[3:]:
            self.answer_of(picking.booking_ids, "rejected", "No")
        self.assertIn("All", batch.forecast)

    # -- who may ------------------------------------------------------------------------------

    def test_each_company_has_its_own(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "batch_stranger",
            groups="stock.group_stock_user",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        picking = self.make_ready()
        batch = self.ask(picking)
        self.assertEqual(batch.company_id, picking.company_id)
        self.assertFalse(batch.with_user(stranger).search([("id", "=", batch.id)]))
        for act in (
            lambda: batch.with_user(stranger).read(["line_count"]),
            lambda: batch.line_ids.with_user(stranger).read(["state"]),
            lambda: batch.with_user(stranger).action_ask_again(),
            lambda: picking.with_user(stranger).action_ask_labels(),
            lambda: picking.with_user(stranger).action_print_labels(),
        ):
            with self.assertRaises(AccessError):
                act()
        elsewhere = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        theirs = self.env["stock.picking"].create(
            {
                "picking_type_id": elsewhere.out_type_id.id,
                "location_id": elsewhere.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self.packer.company_ids |= company
        both = (picking | theirs).with_user(self.packer)
        action = both.with_context(
            allowed_company_ids=(picking.company_id | company).ids
        ).action_ask_labels()
        batches = self.env["logistics.label.batch"].search(action["domain"])
        self.assertEqual(batches.company_id, picking.company_id | company)

    def test_nobody_writes_it_by_hand(self):
        batch = self.ask(self.make_ready())
        for act in (
            lambda: batch.write({"asked_at": "2026-01-01"}),
            lambda: batch.line_ids.write({"why": "because"}),
            lambda: batch.unlink(),
        ):
            with self.assertRaises(AccessError):
                act()
        reader = new_test_user(self.env, "batch_reader", groups="base.group_user")
        with self.assertRaises(AccessError):
            batch.with_user(reader).read(["line_count"])

    def test_the_page_opens_for_a_packer(self):
        picking = self.make_ready()
        batch = self.ask(picking)
        for model in ("logistics.label.batch", "logistics.booking", "logistics.label.print"):
            views = self.env[model].with_user(self.packer).get_views([(False, "form")])
            self.assertIn("<form", views["views"]["form"]["arch"])
        data = batch.web_read(
            {
                "name": {},
                "trouble": {},
                "line_ids": {"fields": {"picking_id": {}, "problem": {}, "tracking_numbers": {}}},
            }
        )
        self.assertEqual(len(data[0]["line_ids"]), 1)
        for action in ("action_ask_labels", "action_print_labels"):
            ref = self.env.ref(f"logistics_connector_carrier.{action}")
            self.assertEqual(ref.binding_model_id.model, "stock.picking")
        server = self.env.ref("logistics_connector_carrier.action_ask_labels")
        context = {"active_model": "stock.picking", "active_ids": picking.ids}
        done = server.with_user(self.packer).with_context(**context).run()
        self.assertEqual(done["res_model"], "logistics.label.batch")
