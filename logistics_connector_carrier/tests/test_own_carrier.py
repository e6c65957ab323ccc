"""A carrier without an interface, from the price to the void: nobody is called."""

import base64
from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .booking_common import BookingCommon

GROUP = "logistics_connector_base.group_logistics_"


class OwnCarrierCommon(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Numbers are drawn in transactions of their own, which see this test's.
        cls.registry_enter_test_mode_cls()
        provider = cls.env.ref("logistics_connector_carrier.provider_own")
        cls.account = cls.env["logistics.connection"].create(
            {"name": "Night Courier", "provider_id": provider.id}
        )
        cls.numbers = cls.make_range()
        cls.account.action_go_live()
        cls.dollar = cls.env.ref("base.USD")
        cls.tariff = cls.env["logistics.tariff"].create(
            {
                "name": "Courier prices",
                "connection_id": cls.account.id,
                "service_id": cls.service_of("STD").id,
                "currency_id": cls.dollar.id,
                "valid_from": "2020-01-01",
                "area_ids": [(0, 0, {"country_id": cls.env.ref("base.us").id, "zone": "US"})],
                "price_ids": [
                    (0, 0, {"zone": "US", "up_to": 5, "price": 8}),
                    (0, 0, {"zone": "US", "up_to": 30, "price": 14}),
                ],
                "surcharge_ids": [
                    (0, 0, {"name": "Toll", "code": "TOL", "percent": 10, "has_fuel": True})
                ],
            }
        )
        cls.method.write(
            {
                "name": "Night Courier",
                "logistics_connection_id": cls.account.id,
                "logistics_service_id": cls.service_of("STD").id,
            }
        )

    @classmethod
    def make_range(cls, **values):
        return cls.env["logistics.number.range"].create(
            {
                "connection_id": cls.account.id,
                "prefix": "RR",
                "suffix": "US",
                "number_from": "47312482",
                "number_to": "47312491",
                "check_method": "s10",
                "warn_left": 3,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestOwnCarrier(OwnCarrierCommon):
    def test_a_packer_has_the_label_at_once(self):
        order = self.make_order()
        picking = order.picking_ids
        packer = new_test_user(self.env, "own-packer", groups="stock.group_stock_user")
        messages = self.env["logistics.message"].search_count([])
        self.ship(picking, packer)
        booking = picking.booking_ids
        self.assertEqual((booking.state, booking.total), ("booked", 8.8))
        self.assertEqual(picking.carrier_tracking_ref, "RR473124829US")
        self.assertEqual(picking.shipment_ids.package_ids.tracking_number, "RR473124829US")
        self.assertEqual(
            {(one.category, one.code or "", one.amount) for one in booking.charge_ids},
            {("base", "", 8.0), ("accessorial", "TOL", 0.8)},
        )
        self.assertAlmostEqual(picking.carrier_price, 8.8)
        line = order.order_line.filtered("is_delivery")
        self.assertAlmostEqual(line.price_unit, 8.8)
        label = booking.parcel_ids.label_id
        self.assertEqual(label.name, "LabelShipping-logistics-RR473124829US.pdf")
        self.assertTrue(base64.b64decode(label.datas).startswith(b"%PDF"))
        self.assertEqual(self.env["logistics.message"].search_count([]), messages)
        self.assertEqual(picking.booking_state, "booked")

    def test_each_parcel_has_a_number_and_a_label(self):
        self.method.logistics_label = "ZPL"
        picking = self.make_order(quantity=4).picking_ids
        picking.move_ids.write({"quantity": 4, "picked": True})
        self.pack(picking, 1, "BOX-1")
        self.pack(picking, 3, "BOX-2")
        picking.with_context(skip_sms=True).button_validate()
        parcels = picking.booking_ids.parcel_ids
        self.assertEqual(parcels.mapped("tracking_number"), ["RR473124829US", "RR473124832US"])
        for number, parcel in enumerate(parcels, 1):
            text = base64.b64decode(parcel.label_id.datas).decode()
            self.assertIn(f"^FD{parcel.tracking_number}^FS", text)
            self.assertIn(f"{number}/2", text)
            self.assertIn("49441 Muskegon", text)
        self.assertEqual(picking.booking_ids.total, 24.2 if parcels[1].weight > 5 else 17.6)

    def test_the_price_is_shown_before(self):
        order = self.make_order(quantity=3)
        result = self.method.rate_shipment(order)
        self.assertTrue(result["success"], result)
        company = order.company_id
        price = self.dollar._convert(15.4, company.currency_id, company, order.date_order)
        self.assertAlmostEqual(result["price"], price, 2)
        result = self.method.rate_shipment(self.make_order(quantity=16))
        self.assertIn("up to 30 kg in zone US", result["error_message"])
        self.tariff.active = False
        result = self.method.rate_shipment(order)
        self.assertIn("no price list for this service", result["error_message"])

    def test_where_the_carrier_does_not_go_nothing_is_booked(self):
        self.tariff.area_ids.zip_from = "9"
        picking = self.make_order().picking_ids
        with self.assertRaisesRegex(UserError, "no zone for US 49441"):
            self.ship(picking)
        self.assertFalse(picking.booking_ids)
        self.assertFalse(self.numbers.given)

    def test_a_parcel_leaves_before_the_fuel_is_known(self):
        self.tariff.fuel_index_id = self.env["logistics.fuel.index"].create(
            {"name": "Road", "connection_id": self.account.id}
        )
        order = self.make_order()
        self.assertIn("no fuel", self.method.rate_shipment(order)["error_message"])
        self.ship(order.picking_ids)
        booking = order.picking_ids.booking_ids
        self.assertEqual((booking.state, booking.total), ("booked", 0))
        self.assertIn("no fuel percentage", booking.problem)
        self.assertFalse(order.order_line.filtered("is_delivery"))

    def test_a_void_calls_nobody_and_its_number_is_not_given_again(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        first = picking.booking_ids
        picking.cancel_shipment()
        self.assertEqual(first.state, "void")
        self.assertFalse(first.void_message_id)
        self.assertFalse(first.charge_ids)
        self.assertFalse(picking.carrier_tracking_ref)
        picking.action_book()
        self.assertEqual(picking.carrier_tracking_ref, "RR473124832US")

    def test_a_return_label_has_a_number_of_its_own(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        self.method.logistics_get_return_label(picking)
        back = picking.booking_ids.filtered("is_return")
        self.assertEqual(back.state, "booked")
        self.assertEqual(back.parcel_ids.tracking_number, "RR473124832US")
        self.assertIn("LabelReturn", back.parcel_ids.label_id.name)

    def test_a_void_return_label_is_offered_no_more(self):
        self.method.get_return_label_from_portal = True
        picking = self.make_order().picking_ids
        self.ship(picking)
        self.method.logistics_get_return_label(picking)
        (label,) = picking.return_label_ids
        self.assertTrue(label.access_token)
        picking.cancel_shipment()
        self.assertEqual(set(picking.booking_ids.mapped("state")), {"void"})
        self.assertFalse(picking.return_label_ids)
        self.assertFalse(label.access_token)

    def test_labels_of_many_are_there_at_once(self):
        packer = new_test_user(self.env, "own-batch", groups="stock.group_stock_user")
        pickings = self.make_order().picking_ids | self.make_order().picking_ids
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        far = self.make_order(quantity=16).picking_ids
        far.move_ids.quantity = 16
        action = (pickings | far).with_user(packer).action_ask_labels()
        batch = self.env["logistics.label.batch"].browse(action["res_id"])
        states = {line.picking_id: line.state for line in batch.line_ids}
        self.assertEqual([states[one] for one in pickings], ["booked", "booked"])
        self.assertEqual(states[far], "not_asked")
        self.assertIn("up to 30 kg", batch.line_ids.filtered(lambda one: one.why).why)
        self.assertEqual(len(set(pickings.mapped("carrier_tracking_ref"))), 2)

    # -- numbers ------------------------------------------------------------------------------

    def test_who_is_responsible_is_warned_once(self):
        draw = self.env["logistics.number.range"]._draw
        draw(self.account, 7)
        self.assertFalse(self.account.activity_ids)
        draw(self.account, 1)
        draw(self.account, 1)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertIn("Few parcel numbers", self.account.activity_ids.summary)

    def test_what_is_used_up_is_refused_and_the_next_range_goes_on(self):
        draw = self.env["logistics.number.range"]._draw
        draw(self.account, 9)
        with self.assertRaisesRegex(UserError, "no parcel numbers left"):
            draw(self.account, 2)
        self.assertEqual(self.numbers.given, 9)
        self.make_range(prefix="RX")
        numbers = draw(self.account, 2)
        self.assertEqual([one[:2] for one in numbers], ["RR", "RX"])
        self.assertEqual((self.numbers.left, self.numbers.next_number), (0, False))

    def test_without_numbers_nothing_is_booked(self):
        self.env["logistics.number.range"]._draw(self.account, 10)
        picking = self.make_order().picking_ids
        with self.assertRaisesRegex(UserError, "no parcel numbers left"):
            self.ship(picking)
        self.assertIn("no parcel numbers", self.account.booking_problem)

    def test_no_number_comes_back(self):
        self.env["logistics.number.range"]._draw(self.account, 1)
        for change in ({"number_from": "47312480"}, {"given": 0}, {"prefix": "RA"}):
            with self.assertRaises(UserError):
                self.numbers.write(change)
        with self.assertRaises(UserError):
            self.numbers.unlink()
        with self.assertRaisesRegex(ValidationError, "as well"), self.env.cr.savepoint():
            self.make_range(number_from="47312491", number_to="47312499")
        self.numbers.write({"number_to": "47312499", "prefix": "RR"})
        self.assertEqual(self.numbers.left, 17)

    def test_ranges_that_are_none_are_refused(self):
        for values in (
            {"number_from": "12", "number_to": "999"},
            {"number_from": "99999999", "number_to": "00000000"},
            {"number_from": "1234567x"},
            {"number_from": "001", "number_to": "999"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.make_range(prefix="ZZ", **values)

    # -- who may ------------------------------------------------------------------------------

    def test_only_administrators_write_ranges(self):
        user = self.make_user("own-user", GROUP + "user")
        self.assertEqual(self.numbers.with_user(user).left, 10)
        with self.assertRaises(AccessError):
            self.numbers.with_user(user).number_to = "47312499"

    def test_another_company_has_no_part_in_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self.make_user("own-other", GROUP + "admin", company=other)
        self.assertFalse(self.numbers.with_user(user).search([("id", "=", self.numbers.id)]))

    def test_an_account_without_numbers_does_not_go_live(self):
        provider = self.account.provider_id
        bare = self.account.create({"name": "Bare", "provider_id": provider.id})
        with self.assertRaisesRegex(UserError, "no parcel numbers left"):
            bare.action_go_live()


@tagged("post_install", "-at_install")
class TestNumbersAtOnce(TransactionCase):
    """Several packers draw at the same moment, each in a transaction of the database's own."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            account = env["logistics.connection"].create(
                {
                    "name": "Numbers at once",
                    "provider_id": env.ref("logistics_connector_carrier.provider_own").id,
                    "number_range_ids": [
                        (0, 0, {"number_from": "0001", "number_to": "0030", "warn_left": 0}),
                        (0, 0, {"number_from": "5001", "number_to": "5030", "warn_left": 0}),
                    ],
                }
            )
            self.account_id = account.id
        self.addCleanup(self.forget)

    def forget(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM logistics_number_range WHERE connection_id = %s", (self.account_id,)
            )
            account = api.Environment(cr, SUPERUSER_ID, {})["logistics.connection"]
            account.browse(self.account_id).unlink()

    def test_no_number_is_given_twice(self):
        def draw(_each):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                account = env["logistics.connection"].browse(self.account_id)
                try:
                    return env["logistics.number.range"]._draw(account, 2)
                except UserError:
                    return []

        with ThreadPoolExecutor(4) as pool:
            drawn = [number for pair in pool.map(draw, range(32)) for number in pair]
        self.assertEqual(len(drawn), 60)
        self.assertEqual(len(set(drawn)), 60)
