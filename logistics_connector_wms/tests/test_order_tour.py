"""The life of an order at a 3PL in the browser, by people of the least rights: released, shipped
short, the back-order released, the stock reconciled."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .advice_common import USER, AdviceCommon, line


@tagged("post_install", "-at_install")
class TestOrderTour(AdviceCommon, HttpCase):
    browser_size = "1920x1080"  # all buttons of a transfer side by side

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(cls.registry["logistics.snapshot.desk"], "_isolate", lambda self, cr: None)
        cls.make_flow()
        cls.keeper.password = "keeper-keeper"
        cls.boss = cls.make_user("boss", "stock.group_stock_manager", USER)
        cls.boss.password = "boss-boss"

    def play(self, path, tour, user):
        self.env.flush_all()
        self.start_tour(path, tour, login=user.login)

    def snapshot(self, *lines):
        at = fields.Datetime.now() + timedelta(seconds=1)
        self.tell({"type": "snapshot", "lines": list(lines), "as_of": f"{at.isoformat()}Z"})
        desk = self.env["logistics.snapshot.desk"].with_user(self.service)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            while claimed := desk._claim():
                desk._work(*claimed)
        self.env.invalidate_all()

    def test_released_short_back_ordered_reconciled(self):
        self.stock(self.lamp, 20)
        delivery = self.order((self.lamp, 5))
        self.arrive(delivery)
        self.tell({"type": "release", "order": delivery.name, "answer": "accepted"})
        self.play("/odoo/logistics-releases", "logistics_order_released", self.keeper)

        self.tell({"type": "ship", "order": delivery.name, "lines": [line(self.lamp, 3)]})
        pickings = f"/odoo/action-{self.env.ref('stock.action_picking_tree_all').id}"
        self.play(f"{pickings}/{delivery.id}", "logistics_order_short", self.keeper)

        self.env.cr.precommit.run()
        (rest,) = delivery.backorder_ids
        self.play(f"{pickings}/{rest.id}", "logistics_order_back_order", self.keeper)

        self.assertEqual(self.on_hand(self.lamp), 17)
        # More than the open back-order could explain.
        self.snapshot({"product": self.lamp.default_code, "on_hand": 10})
        self.play("/odoo/logistics-snapshots", "logistics_order_reconcile", self.boss)
        self.assertEqual(self.on_hand(self.lamp), 10)
