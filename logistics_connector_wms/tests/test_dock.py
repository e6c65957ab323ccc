"""Trucks at the docks of a 3PL: what it tells, whose transfers they are, who may see it."""

import itertools
from datetime import timedelta

from lxml import etree
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .advice_common import AdviceCommon

STOCK = "stock.group_stock_user"


class DockCommon(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now().replace(microsecond=0)
        cls.stockman = cls.make_user("stockman", STOCK)

    def setUp(self):
        super().setUp()
        self.revisions = itertools.count(1)

    def at(self, hours):
        return f"{(self.now + timedelta(hours=hours)).isoformat()}Z"

    def said_of(self, state="set", hours=0, number="A1", starts=None, **more):
        """An advice of the type appointment; its window begins so many hours from now."""
        window = {}
        if starts is not None:
            window = {"window": {"from": self.at(starts), "to": self.at(starts + 1)}}
        orders = more.pop("orders", None)
        if orders is not None:
            more["orders"] = [getattr(order, "name", order) for order in orders]
        values = {"type": "appointment", "id": number, "direction": "in", "state": state}
        revision = {"revision": next(self.revisions)}
        return {**values, "occurred_at": self.at(hours), **window, **revision, **more}

    def say(self, *args, **values):
        return self.tell(self.said_of(*args, **values))

    def appointment(self, number="A1"):
        return self.env["logistics.dock.appointment"].search(
            [("connection_id", "=", self.connection.id), ("name", "=", number)]
        )


@tagged("post_install", "-at_install")
class TestDock(DockCommon):
    def test_the_life_of_a_truck(self):
        receipts = self.receipt((self.lamp, 5)) | self.receipt((self.bulb, 5))
        self.say(starts=2, door="D4", carrier="Amador", orders=receipts)
        found = self.appointment()
        self.assertEqual((found.state, found.door, found.carrier), ("set", "D4", "Amador"))
        self.assertEqual(found.window_from, self.now + timedelta(hours=2))
        self.assertEqual(found.picking_ids, receipts)
        self.assertEqual(found.warehouse_id, self.warehouse)
        self.assertEqual(receipts.mapped("logistics_appointment_state"), ["set", "set"])
        for state, hours in (("arrived", 2), ("docked", 2.5), ("finished", 3), ("left", 3.25)):
            self.say(state, hours)
            self.assertEqual(found.state, state)
            self.assertEqual(found[f"{state}_at"], self.now + timedelta(hours=hours))
        self.assertEqual(found.stay_minutes, 75)
        self.assertEqual(found.picking_ids, receipts)
        self.assertEqual(len(found.telling_ids), 5)
        self.assertFalse(self.cases("appointment_unknown_order"))
        # Goods are booked by what is told of goods, and by nothing else.
        self.assertEqual(set(receipts.mapped("state")), {"assigned"})

    def test_whatever_order_it_comes_in(self):
        receipt = self.receipt((self.lamp, 5))
        told = [
            self.said_of(starts=2, door="D4", orders=[receipt]),
            self.said_of("arrived", 2),
            self.said_of(hours=1, starts=5, door="D5"),
            self.said_of("no_show", 6),
            self.said_of("arrived", 7),
        ]
        for number, order in enumerate(itertools.permutations(told)):
            if number % 12:
                continue  # ten of them
            mine = [{**one, "id": f"P{number}"} for one in order]
            for advice in (*mine, mine[0]):
                self.tell(advice)
            found = self.appointment(f"P{number}")
            self.assertEqual(
                (found.state, found.door, found.window_from, found.picking_ids),
                ("arrived", "D5", self.now + timedelta(hours=5), receipt),
            )
            self.assertEqual(found.arrived_at, self.now + timedelta(hours=7))
            self.assertEqual(len(found.telling_ids), 5)

    def test_told_twice_in_one_message(self):
        advice = self.said_of(starts=2)
        self.tell(advice, advice)
        self.assertEqual(len(self.appointment().telling_ids), 1)

    def test_another_content_under_the_same_revision_is_shown(self):
        first = self.said_of(starts=2, door="D4")
        self.tell(first)
        self.tell({**first, "door": "D5"})
        case = self.cases("advice_conflict")
        self.assertIn("D4", case.detail)
        self.assertIn("D5", case.detail)
        self.assertEqual(len(self.appointment().telling_ids), 2)
        self.tell({**first, "door": "D5"})
        self.assertEqual(self.cases("advice_conflict"), case)

    def test_a_transfer_that_nobody_knows(self):
        receipt = self.receipt((self.lamp, 5))
        self.say(starts=2, orders=[receipt, "WH/IN/99999"])
        found = self.appointment()
        self.assertEqual(found.picking_ids, receipt)
        self.assertEqual(found.unknown_refs, "WH/IN/99999")
        case = self.cases("appointment_unknown_order")
        self.assertIn("WH/IN/99999", case.name)
        self.assertIn(f"Of these we know: {receipt.name}", case.detail)
        self.assertEqual(case.message_id, found.message_id)
        # It comes after all.
        later = self.receipt((self.bulb, 1))
        later.name = "WH/IN/99999"
        self.env["logistics.dock.appointment"]._sweep()
        self.assertEqual(found.picking_ids, receipt | later)
        self.assertFalse(found.unknown_refs)
        self.assertFalse(self.cases("appointment_unknown_order"))

    def test_they_name_another_one(self):
        self.say(starts=2, orders=["NOBODY"])
        self.assertTrue(self.cases("appointment_unknown_order"))
        receipt = self.receipt((self.lamp, 5))
        self.say(hours=1, starts=2, orders=[receipt])
        self.assertEqual(self.appointment().picking_ids, receipt)
        self.env["logistics.dock.appointment"]._sweep()
        self.assertFalse(self.cases("appointment_unknown_order"))

    def test_a_truck_that_brings_has_nothing_to_do_with_a_delivery(self):
        self.stock(self.lamp, 5)
        delivery = self.order((self.lamp, 1))
        self.say(starts=2, orders=[delivery])
        self.assertEqual(self.appointment().unknown_refs, delivery.name)

    def test_the_history_of_a_delivery_has_it(self):
        self.stock(self.lamp, 5)
        delivery = self.order((self.lamp, 1))
        shipment = delivery.shipment_ids
        self.assertTrue(shipment)
        self.say(starts=2, direction="out", orders=[delivery])
        self.say(hours=1, starts=3, direction="out", orders=[delivery])
        standing = shipment.event_ids.filtered(lambda event: event.standing == "active")
        planned = standing.filtered(lambda event: event.code_id.code == "PUP_APPT_SET")
        self.assertEqual(planned.mapped("occurred_at"), [self.now + timedelta(hours=3)])
        self.say("cancelled", 1.5, direction="out", orders=[delivery])
        self.assertEqual(planned.standing, "retracted")
        self.say(hours=1.75, starts=4, direction="out", orders=[delivery])
        self.say("arrived", 0, direction="out", orders=[delivery])
        codes = shipment.event_ids.filtered(lambda event: event.standing == "active").code_id
        self.assertLessEqual({"PUP_APPT_SET", "PUP_ARRIVED"}, set(codes.mapped("code")))

    # -- who may see it -----------------------------------------------------------------------

    def test_whoever_keeps_the_stock_sees_it_and_changes_nothing(self):
        receipt = self.receipt((self.lamp, 5))
        self.say(starts=2, door="D4", orders=[receipt])
        for user in (self.stockman, self.clerk, self.keeper):
            found = self.appointment().with_user(user)
            self.assertEqual(found.read(["door", "state"])[0]["door"], "D4")
            self.assertTrue(found.telling_ids.read(["state"]))
            with self.assertRaises(AccessError):
                found.write({"door": "D9"})
            with self.assertRaises(AccessError):
                found.telling_ids.unlink()
        mine = receipt.with_user(self.stockman)
        self.assertEqual(mine.logistics_appointment_door, "D4")
        action = mine.action_view_appointments()
        self.assertEqual(action["res_id"], self.appointment().id)
        nobody = self.make_user("dock-nobody")
        with self.assertRaises(AccessError):
            self.appointment().with_user(nobody).read(["door"])

    def test_other_companies_see_nothing(self):
        receipt = self.receipt((self.lamp, 5))
        self.say(starts=2, orders=[receipt])
        other = self.env["res.company"].create({"name": "Southern Shop"})
        stranger = self.make_user("dock-stranger", STOCK, company=other)
        found = self.appointment()
        for records in (found, found.telling_ids):
            self.assertFalse(records.with_user(stranger).search([("id", "in", records.ids)]))
            with self.assertRaises(AccessError):
                records.with_user(stranger).read(["state"])

    def test_it_belongs_to_the_company_of_its_transfers(self):
        other = self.env["res.company"].create({"name": "Southern Shop"})
        self.connection.company_ids = other
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        warehouse.logistics_connection_id = self.connection
        kind = warehouse.in_type_id
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": kind.default_location_dest_id.id,
            }
        )
        self.say(starts=2, orders=[receipt])
        found = self.appointment()
        self.assertEqual((found.company_id, found.warehouse_id), (other, warehouse))
        self.assertEqual(found.telling_ids.company_id, other)
        southerner = self.make_user("dock-south", STOCK, company=other)
        self.assertEqual(receipt.with_user(southerner).logistics_appointment_state, "set")

    def test_two_companies_with_one_number(self):
        other = self.env["res.company"].create({"name": "Southern Shop"})
        self.connection.company_ids = other
        theirs = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        theirs.write({"logistics_connection_id": self.connection.id, "logistics_code": "SOUTH"})
        receipt = self.receipt((self.lamp, 5))
        twin = self.env["stock.picking"].create(
            {
                "picking_type_id": theirs.in_type_id.id,
                "location_id": receipt.location_id.id,
                "location_dest_id": theirs.lot_stock_id.id,
            }
        )
        twin.name = receipt.name
        self.say(starts=2, orders=[receipt])
        self.assertEqual(self.appointment().unknown_refs, receipt.name)
        self.say(hours=1, starts=2, orders=[receipt], warehouse="SOUTH")
        self.assertEqual(self.appointment().picking_ids, twin)

    # -- what people look for -----------------------------------------------------------------

    def find(self, name):
        """The transfers that a filter of their list finds, for who keeps the stock."""
        view = (
            self.env["stock.picking"]
            .with_user(self.stockman)
            .get_view(self.env.ref("stock.view_picking_internal_search").id, "search")
        )
        (node,) = etree.fromstring(view["arch"]).xpath(f"//filter[@name='{name}']")
        pickings = self.env["stock.picking"].with_user(self.stockman)
        own = [("company_id", "=", self.company.id)]
        return pickings.search([*own, *safe_eval(node.get("domain"))])

    def test_filters(self):
        today, later, none, missed = (self.receipt((self.lamp, 1)) for _number in range(4))
        noon = self.now.replace(hour=12, minute=0, second=0)
        for number, (receipt, moment) in enumerate(
            ((today, noon), (later, noon + timedelta(days=1)), (missed, noon))
        ):
            window = {"from": f"{moment.isoformat()}Z", "to": f"{moment.isoformat()}Z"}
            self.say(number=f"F{number}", window=window, orders=[receipt])
        self.say("cancelled", 1, number="F2")
        self.stockman.tz = "UTC"
        self.assertEqual(self.find("appointment_today"), today)
        self.assertEqual(self.find("no_appointment"), none | missed)

    # -- windows that were missed -------------------------------------------------------------

    def look(self, hours):
        """The open cases, when the detector has looked at an hour."""
        detector = self.env["logistics.detector"].search(
            [("condition", "=", "logistics.condition.appointment_missed")]
        )
        detector.sudo()._run(self.now + timedelta(hours=hours))
        self.env.flush_all()
        return self.cases("appointment_missed")

    def test_a_truck_is_late_and_comes(self):
        self.say(starts=2, carrier="Amador", orders=[self.receipt((self.lamp, 1))])
        self.assertFalse(self.look(3))
        case = self.look(3.5)
        self.assertIn("Carrier: Amador", case.detail)
        self.assertEqual(case.warehouse_id, self.warehouse)
        self.assertEqual(self.look(4), case)
        self.say("arrived", 4.5)
        self.assertFalse(self.look(4.75))
        self.assertFalse(case.is_open)

    def test_a_truck_that_does_not_come_gets_another_window(self):
        self.say(starts=2)
        self.say("no_show", 2.5)
        self.assertTrue(self.look(2.75))
        self.say(hours=3, starts=9)
        self.assertFalse(self.look(3.5))
        self.assertTrue(self.look(11))
        self.say("cancelled", 12)
        self.assertFalse(self.look(12.5))
