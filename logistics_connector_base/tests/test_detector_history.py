"""The preview says what would have been: the same cases as a detector opens that really looks, each
time, at what is known by then. A made-up history of random journeys, for every condition."""

import random

from odoo.tests import tagged

from .detectors import DetectorCommon

STEP, DAYS, PARCELS = 3, 10, 36  # hours, days, number
END = DAYS * 24
# Thresholds so short that each fires now and then within some days.
CONDITIONS = {
    "no_pickup_scan": {"hours": 20},
    "no_pickup": {"hours": 3},
    "stale": {"hours": 20},
    "lost_suspect": {"days": 1},
    "eta_late": {"hours": 1},
    "late": {"hours": 4},
    "delivered_late": {"hours": 1, "days": 2},
    "delivery_attempts": {"attempts": 2},
    "final_attempt": {"attempts": 2},
    "pickup_waiting": {"days": 1},
    "customs_hold": {"hours": 10},
    "documents_missing": {"hours": 7},
    "pod_missing": {"hours": 10, "days": 3},
    "return_stuck": {"days": 1},
    "shipped_after_cancel": {"days": 2},
    "connection_silent": {"hours": 7, "least": 2},
    "latency_high": {"hours": 5, "share": 8, "events": 10},
    "unmapped_share": {"share": 6, "events": 10},
}


def journey(rng):
    """One parcel's scans: ``(hour, code, hours until it is told, what else)``."""
    hour = rng.uniform(-60, END - 60)
    told = []

    def scan(code, least, most, **values):
        nonlocal hour
        hour += rng.uniform(least, most)
        told.append((hour, code, rng.choice((0, 0, 0, 0.2, rng.uniform(1, 9))), values))

    scan("LBL_CREATED", 0, 1)
    if rng.random() < 0.1:
        scan("SHP_CANCELLED", 1, 30)
        if rng.random() < 0.6:
            scan("PUP_PICKED_UP", 1, 30)
        return told
    scan("PUP_PICKED_UP", 2, 45)
    for _ in range(rng.randrange(1, 4)):
        scan(rng.choice(("MOV_DEPARTED", "MOV_ARRIVED", "odd-code")), 2, 40)
        if rng.random() < 0.4:
            expected = hour + rng.uniform(5, 60)
            scan("DLV_ETA", 0.1, 2, classifier="estimated", expected=expected)
    if rng.random() < 0.3:
        scan(rng.choice(("CUS_HELD", "CUS_INFO_REQ")), 1, 10)
        scan("CUS_RELEASED", 4, 40)
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        scan("DLV_OUT", 5, 20)
        scan("DLV_ATTEMPTED", 2, 8)
    if rng.random() < 0.2:
        return told  # nobody hears of it again
    if rng.random() < 0.25:
        scan("DLV_AVAILABLE", 2, 10)
    if rng.random() < 0.2:
        scan("RTN_INITIATED", 5, 50)
        scan("RTN_RECEIVED", 10, 70)
        return told
    scan("DLV_DELIVERED", 5, 60)
    if rng.random() < 0.6:
        scan("DOC_POD", 1, 40)
    return told


@tagged("post_install", "-at_install")
class TestPreviewIsWhatWouldHaveBeen(DetectorCommon):
    def _compare(self, seed, clock="calendar"):
        rng = random.Random(seed)
        news = []
        for index in range(PARCELS):
            number, story = f"1ZH{index}", journey(rng)
            begin = story[0][0]
            self.parcel(
                number,
                promised_delivery_at=begin + rng.uniform(40, 140) if rng.random() < 0.8 else None,
                ship_date=self.hour(begin + rng.uniform(0, 48)).date(),
            )
            news += [(hour + late, hour, late, number, code, v) for hour, code, late, v in story]
        # Now and then nothing comes at all.
        quiet = rng.uniform(60, 120)
        news = [row for row in news if not quiet < row[0] < quiet + 12]
        news.sort(key=lambda row: row[0])
        detectors = {}
        for name, thresholds in CONDITIONS.items():
            detectors[name] = self.detector(name, **thresholds)
            detectors[name].threshold_ids.filtered("may_work").clock = clock

        def happen(moment):
            while news and self.hour(news[0][0]) <= moment:
                _at, hour, late, number, code, values = news.pop(0)
                self.tell(number, code, hour, late=late, **values)

        return self.assert_preview(detectors, END, STEP, happen)

    def test_every_condition(self):
        """Several histories, so that each condition was met at least once."""
        fired = self._compare(1)
        self.assertGreaterEqual(len(fired), 12, sorted(set(CONDITIONS) - fired))

    def test_every_condition_in_another_history(self):
        fired = self._compare(2)
        self.assertGreaterEqual(len(fired), 12, sorted(set(CONDITIONS) - fired))

    def test_conditions_that_are_counted_in_working_hours(self):
        fired = self._compare(3, "working")
        self.assertGreaterEqual(len(fired), 12, sorted(set(CONDITIONS) - fired))

    # -- what is not told by one parcel's scans ------------------------------------------------

    def _later(self, rng, count):
        """Hours at which something happens, in order."""
        return sorted(rng.uniform(0, END - 30) for _ in range(count))

    def test_numbers_on_two_shipments(self):
        """Two that share a number, from when both are known until one of them is over."""
        rng = random.Random(4)
        plan = []
        for index, begin in enumerate(self._later(rng, 14)):
            number = f"1ZN{index}"
            for part in range(rng.choice((1, 2, 2, 3))):
                made = begin + part * rng.uniform(0, 20)
                plan.append((made, "make", number, f"{number}-{part}"))
                ended = made + rng.uniform(1, 90)
                plan.append((ended, rng.choice(("DLV_DELIVERED", "SHP_CANCELLED")), number, part))
        plan.sort(key=lambda row: row[0])
        shipments = {}

        def happen(moment):
            while plan and self.hour(plan[0][0]) <= moment:
                at, what, number, which = plan.pop(0)
                if what == "make":
                    shipment = self.parcel(which)
                    key = {"shipment_id": shipment.id, "type": "waybill", "value": number}
                    made = self.env["logistics.shipment.reference"].create(key)
                    self.env.cr.execute(
                        "UPDATE logistics_shipment_reference SET create_date = %s WHERE id = %s",
                        (self.hour(at), made.id),
                    )
                    shipments[which] = shipment
                elif f"{number}-{which}" in shipments:
                    self.tell(f"{number}-{which}", what, at)

        detectors = {"duplicate_tracking": self.detector("duplicate_tracking")}
        self.assertTrue(self.assert_preview(detectors, END, STEP, happen))

    def test_events_that_wait(self):
        """Exact for what waits to this day; what was found meanwhile is not counted, and no case is
        made up."""
        rng = random.Random(5)
        other = self.make_connection(name="other")
        waiting = [
            (hour, rng.choice((self.connection, other)), f"1ZW{index}")
            for index, hour in enumerate(self._later(rng, 12))
        ]

        def happen(moment):
            while waiting and self.hour(waiting[0][0]) <= moment:
                hour, connection, number = waiting.pop(0)
                self.tell(number, "PUP_PICKED_UP", hour, connection=connection)

        detector = self.detector("parked_old", days=1)
        self.assertTrue(self.assert_preview({"parked_old": detector}, END, STEP, happen))
        before = len(detector.sudo()._openings(self.hour(END), 60))
        self.parcel("1ZW0")
        self.work_inbox()
        self.assertLessEqual(len(detector.sudo()._openings(self.hour(END), 60)), before)

    def _sell(self, number):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [(0, 0, {"product_id": self.lamp.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        self.parcel(number, sale_order_ids=[(6, 0, order.ids)])
        return order

    def test_orders_and_their_invoices(self):
        rng = random.Random(6)
        self.lamp = self.env["product.product"].create(
            {"name": "Lamp", "invoice_policy": "order", "list_price": 10, "type": "service"}
        )
        self.buyer = self.env["res.partner"].create({"name": "Ada"})
        orders, plan = {}, []
        for index, begin in enumerate(self._later(rng, 16)):
            number = f"1ZO{index}"
            orders[number] = self._sell(number)
            plan.append((begin, "PUP_PICKED_UP", number))
            if rng.random() < 0.7:
                plan.append((begin + rng.uniform(5, 90), "DLV_DELIVERED", number))
            if rng.random() < 0.7:
                plan.append((rng.uniform(0, END - 1), "invoice", number))
        plan.sort()

        def happen(moment):
            while plan and self.hour(plan[0][0]) <= moment:
                at, what, number = plan.pop(0)
                if what != "invoice":
                    self.tell(number, what, at)
                    continue
                invoice = orders[number]._create_invoices()
                invoice.action_post()
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE account_move SET create_date = %s WHERE id = %s",
                    (self.hour(at), invoice.id),
                )
                invoice.invalidate_recordset()

        detectors = {
            "delivered_not_invoiced": self.detector("delivered_not_invoiced", days=1),
            "invoiced_not_delivered": self.detector("invoiced_not_delivered", days=2),
        }
        self.assertEqual(self.assert_preview(detectors, END, STEP, happen), set(detectors))
