"""The queue in a real browser, worked by a user with the least rights."""

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .test_tours import USER, TourCommon


@tagged("post_install", "-at_install")
class TestExceptionTours(TourCommon):
    def setUp(self):
        super().setUp()
        self.company.logistics_high_value = 10_000
        self.shipment.partner_id.email = "customer@example.com"
        product = self.env["product.product"].create({"name": "Pump", "is_storable": True})
        self.shipment.sale_order_ids = self.env["sale.order"].create(
            {
                "partner_id": self.shipment.partner_id.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 10, "price_unit": 5000})
                ],
            }
        )
        other = self.make_shipment("1ZTOUR8")
        self.cases = self.env["logistics.exception"]._report(
            [
                self._trouble("Pumps are late", shipment_id=self.shipment.id),
                self._trouble("Label is torn", shipment_id=other.id),
                self._trouble("Box is torn", shipment_id=other.id),
                self._trouble("No hurry", severity="info"),
            ]
        )

    def _trouble(self, name, **values):
        return {
            "type": "delivery_exception",
            "key": name,
            "name": name,
            "company_id": self.company.id,
            **values,
        }

    def _case(self, name):
        return self.cases.filtered(lambda case: case.name == name)

    def _call(self, login, cases, method, *args):
        self.authenticate(login, login)
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/logistics.exception/{method}",
            {
                "model": "logistics.exception",
                "method": method,
                "args": [cases.ids, *args],
                "kwargs": {},
            },
        )

    def test_over_rpc_a_user_does_what_the_buttons_do_and_no_more(self):
        late = self._case("Pumps are late")
        told = self._call("tour_user", late, "action_bulk_take")
        self.assertIn("Done: 1.", told["params"]["message"])
        self.assertEqual(late.user_id.login, "tour_user")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._call("tour_user", late, "_close", "resolved", "by nobody")
        self.assertTrue(late.is_open)

    def test_over_rpc_another_company_reaches_nothing(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_user("tour_stranger", USER, company=elsewhere)
        torn = self._case("Label is torn") | self._case("Box is torn")
        for method in ("action_bulk_take", "action_bulk_retry", "action_reckon_severity"):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self._call("tour_stranger", torn, method)
        self.authenticate("tour_stranger", "tour_stranger")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            wizard = self.make_jsonrpc_request(
                "/web/dataset/call_kw/logistics.exception.merge/create",
                {
                    "model": "logistics.exception.merge",
                    "method": "create",
                    "args": [{"exception_ids": [[6, 0, torn.ids]], "survivor_id": torn[0].id}],
                    "kwargs": {},
                },
            )
            self.make_jsonrpc_request(
                "/web/dataset/call_kw/logistics.exception.merge/action_merge",
                {
                    "model": "logistics.exception.merge",
                    "method": "action_merge",
                    "args": [[wizard]],
                    "kwargs": {},
                },
            )
        self.assertEqual(set(torn.mapped("state")), {"new"})
        self.assertFalse(torn.user_id)

    def test_a_user_works_the_queue(self):
        self._tour("/odoo/logistics-exceptions", "logistics_work_queue", "tour_user")
        late = self._case("Pumps are late")
        self.assertEqual((late.state, late.outcome), ("resolved", "Came at noon"))
        self.assertEqual((late.cause_party, late.user_id.login), ("carrier", "tour_user"))
        torn = self._case("Label is torn") | self._case("Box is torn")
        self.assertEqual(set(torn.mapped("state")), {"new", "duplicate"})
        self.assertTrue(self._case("No hurry").is_snoozed)

    def test_a_user_drags_cards_to_owners_and_states(self):
        user, other = (
            self.env["res.users"].search([("login", "=", login)])
            for login in ("tour_user", "tour_manager")
        )
        gone = self.make_user("tour_gone", "base.group_user")
        self._case("Box is torn").user_id = other
        self._case("No hurry").user_id = gone  # who has left logistics since
        with mute_logger("odoo.http"):
            self._tour(
                "/odoo/logistics-exceptions?view_type=kanban", "logistics_drag_cards", "tour_user"
            )
        late, torn = self._case("Pumps are late"), self._case("Label is torn")
        self.assertEqual((late.user_id, late.state), (other, "assigned"))
        self.assertEqual((torn.user_id, torn.state), (user, "in_progress"))
        self.assertTrue(torn.responded_at)
        self.assertTrue(self._case("Box is torn").is_open, "it is not closed by dragging")

    def test_a_user_works_many_at_once(self):
        self._tour("/odoo/logistics-exceptions", "logistics_bulk_queue", "tour_user")
        self.assertEqual(set(self.cases.mapped("state")), {"resolved"})
        self.assertEqual(set(self.cases.closed_by_id.mapped("login")), {"tour_user"})
