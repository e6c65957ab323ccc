"""Scorecards are counted from shipments, and none is given of a handful."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .test_tower import TowerData

DAY = datetime(2026, 3, 10, 15)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestScorecard(TowerData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()
        cls.near = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)

    def sent(self, days=2, promised=3, service="ground", told=("MOV_ARRIVED",), **values):
        """A shipment of a connection, delivered so many days after the pick-up."""
        shipment = self.shipment("in_transit")
        shipment.write(
            {
                "issuer": "northwind",
                "service": service,
                "ship_date": DAY.date(),
                "picked_up_at": DAY,
                "promised_delivery_at": promised and DAY + timedelta(days=promised),
                "connection_ids": self.connection.ids,
                **(
                    {"state": "delivered", "delivered_at": DAY + timedelta(days=days)}
                    if days
                    else {}
                ),
                **values,
            }
        )
        codes = self.env["logistics.event.code"]._ids_by_code()
        for place, code in enumerate(told):
            event = self.event(0)
            event.write(
                {
                    "shipment_id": shipment.id,
                    "code_id": codes[code],
                    "fingerprint": f"{shipment.id}-{place}",
                }
            )
        return shipment

    def card(self, **domain):
        self.env["logistics.scorecard"]._count(FIRST, LAST)
        domain = [("company_id", "=", self.company.id), *((n, "=", v) for n, v in domain.items())]
        return self.env["logistics.scorecard"].with_user(self.clerk).search(domain)

    def test_each_share_is_counted_by_hand(self):
        for _each in range(30):
            self.sent()
        self.sent(days=4)  # late
        self.sent(is_damaged=True)  # on time, not in full
        self.sent(told=("DLV_ATTEMPTED",))  # not at first, and no scan under way
        self.sent(days=None, promised=1)  # not there, and late
        self.sent(promised=None)
        self.sent(ship_date=DAY.date() - timedelta(days=1))  # picked up a day late
        card = self.card()
        self.assertEqual(
            (card.connection_id, card.issuer, card.service, card.month, card.shipment_count),
            (self.connection, "northwind", "ground", FIRST, 36),
        )
        counts = {
            name: (card[f"{name}_good"], card[f"{name}_of"])
            for name in ("pickup", "delivery", "otif", "attempt", "data", "billing")
        }
        self.assertEqual(
            counts,
            {
                "pickup": (35, 36),
                "delivery": (33, 35),
                "otif": (32, 35),
                "attempt": (34, 35),
                "data": (34, 35),
                "billing": (0, 0),
            },
        )
        self.assertAlmostEqual(card.delivery_share, 100 * 33 / 35, places=1)
        self.assertEqual((card.transit_count, card.transit_p50), (35, 2.0))
        self.assertTrue(card.has_score)
        self.assertEqual(len(card.sudo()._shipment_ids()), 36)

    def test_what_was_billed_is_held_against_what_was_booked(self):
        for amount in (10, 10.05, 12):
            shipment = self.sent()
            for kind, told in (("booked", 10), ("billed", amount)):
                self.env["logistics.shipment.charge"].create(
                    {
                        "shipment_id": shipment.id,
                        "kind": kind,
                        "category": "base",
                        "name": kind,
                        "amount": told,
                        "currency_id": self.company.currency_id.id,
                    }
                )
        card = self.card()
        self.assertEqual((card.billing_good, card.billing_of), (2, 3))

    def test_of_a_handful_nothing_is_said(self):
        for _each in range(29):
            self.sent()
        card = self.card()
        self.assertEqual(
            (card.delivery_share, card.has_score, card.delivery_range), (0, False, False)
        )
        [row] = card.formatted_read_group([("id", "=", card.id)], [], ["delivery_share:avg"])
        self.assertFalse(row["delivery_share:avg"])

    def test_groups_are_shares_of_sums(self):
        for _each in range(40):
            self.sent()
        for _each in range(10):
            self.sent(days=5, service="air")
        cards = self.card()
        self.assertEqual(len(cards), 2)
        [row] = cards.formatted_read_group([("id", "in", cards.ids)], [], ["delivery_share:avg"])
        self.assertAlmostEqual(row["delivery_share:avg"], 80.0)

    def test_counting_again_doubles_nothing_and_sees_corrections(self):
        late = self.sent(days=5)
        self.assertEqual(self.card().delivery_good, 0)
        late.delivered_at = DAY + timedelta(days=1)
        self.assertEqual(self.card().delivery_good, 1)

    def test_opens_its_shipments_and_nobody_else_s(self):
        shipment, _other = self.sent(), self.sent(service="air")
        card = self.card(service="ground")
        action = card.action_view_shipments()
        found = self.env["logistics.shipment"].with_user(self.clerk).search(action["domain"])
        self.assertEqual(found, shipment)
        stranger = self.make_other()
        with self.assertRaises(AccessError):
            card.with_user(stranger).action_view_shipments()
        self.assertFalse(card.with_user(stranger).search([("id", "=", card.id)]))

    def make_other(self):
        return new_test_user(
            self.env,
            "southern",
            "logistics_connector_base.group_logistics_user",
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )

    def test_the_cron_counts_this_month(self):
        shipment = self.shipment("in_transit")
        shipment.write({"picked_up_at": self.now, "connection_ids": self.connection.ids})
        self.env.flush_all()
        cron = self.env.ref("logistics_connector_monitoring.cron_scorecards")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        cards = self.env["logistics.scorecard"].search([("company_id", "=", self.company.id)])
        self.assertEqual(cards.mapped("shipment_count"), [1])
