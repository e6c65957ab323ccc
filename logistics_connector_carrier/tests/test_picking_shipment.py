"""A delivery with a tracking number is a shipment, and follows what becomes of the number."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon

A, B, C = "1Z999AA10123456784", "1Z999AA10123456792", "1Z999AA10123456806"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPickingShipment(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.connection = cls.make_connection(cls.canonical, company=cls.company)
        # A carrier that voids whatever it is asked to.
        cls.classPatch(type(cls.method), "fixed_cancel_shipment", lambda method, pickings: True)

    def send(self, code, number=A, occurred_at="2026-03-09T11:00:00Z", **values):
        return self.receive(
            self.connection, self.message(self.scan(code, occurred_at, number, **values))
        )

    def open_leg(self, order):
        """The step of a delivery whose turn it is."""
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        self.assertEqual(len(picking), 1)
        return picking

    # -- making it ----------------------------------------------------------------------------

    def test_without_a_number_there_is_no_shipment(self):
        delivery = self.validate(self.make_delivery())
        self.assertFalse(delivery.sudo().shipment_ids)

    def test_a_number_makes_a_shipment_with_what_is_known(self):
        delivery = self.make_delivery(commitment_date="2026-03-12 15:00:00")
        order = delivery.sudo().sale_id
        delivery.carrier_tracking_ref = A
        shipment = self.shipment_of(delivery)
        self.assertRecordValues(
            shipment,
            [
                {
                    "state": "booked",
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                    "partner_id": self.customer.id,
                    "issuer": "ups",
                    "carrier_name": "UPS",
                    "service": "UPS Ground",
                    "tracking_numbers": A,
                    "promised_delivery_at": self.env["sale.order"]
                    ._fields["commitment_date"]
                    .to_datetime("2026-03-12 15:00:00"),
                }
            ],
        )
        self.assertEqual(shipment.picking_ids, delivery.sudo())
        self.assertEqual(shipment.sale_order_ids, order)
        self.assertEqual(
            self.references(shipment),
            {
                ("shipment", shipment.name, ""),
                ("tracking", A, "ups"),
                ("picking", delivery.name, ""),
                ("order", order.name, ""),
                ("customer", "PO-778", ""),
            },
        )
        destination = shipment.stop_ids.filtered(lambda stop: stop.role == "destination")
        self.assertEqual(destination.partner_id, self.customer)
        self.assertEqual(self.events(shipment), ["LBL_CREATED"])
        self.assertEqual(order.logistics_state, "in_progress")
        self.assertEqual(delivery.shipment_status, "Booked")

    def test_writing_the_same_again_changes_nothing(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        before = (shipment.reference_ids, shipment.package_ids, shipment.event_ids)
        delivery.carrier_tracking_ref = A
        delivery.carrier_tracking_ref = f" {A} ,"
        self.validate(delivery)
        self.assertEqual(self.shipment_of(delivery), shipment)
        self.assertEqual(before, (shipment.reference_ids, shipment.package_ids, shipment.event_ids))

    def test_a_delivery_may_be_created_with_its_number(self):
        kind = self.warehouse.out_type_id
        picking = (
            self.env["stock.picking"]
            .with_user(self.keeper)
            .create(
                {
                    "picking_type_id": kind.id,
                    "location_id": kind.default_location_src_id.id,
                    "location_dest_id": self.customer.property_stock_customer.id,
                    "partner_id": self.customer.id,
                    "carrier_id": self.method.id,
                    "carrier_tracking_ref": A,
                }
            )
        )
        self.assertEqual(self.shipment_of(picking).tracking_numbers, A)

    def test_receipts_internal_transfers_and_returns_are_no_shipments(self):
        delivery = self.validate(self.make_delivery(), A)
        wizard = (
            self.env["stock.return.picking"]
            .with_user(self.keeper)
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(back.picking_type_code, "incoming")
        back.carrier_tracking_ref = B
        internal = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "carrier_tracking_ref": C,
            }
        )
        self.assertFalse((back | internal).sudo().shipment_ids)
        self.assertEqual(self.shipment_of(delivery).tracking_numbers, A)

    def test_of_several_steps_only_the_last_is_a_shipment(self):
        for steps, legs in (("ship_only", 1), ("pick_ship", 2), ("pick_pack_ship", 3)):
            with self.subTest(steps=steps):
                order = self.make_order(steps)
                done = order.picking_ids
                for _leg in range(legs):
                    picking = order.picking_ids.filtered(
                        lambda p: p.state not in ("done", "cancel")
                    )
                    self.assertEqual(len(picking), 1)
                    # The number is put on the first step, and Odoo hands it on from step to step.
                    self.validate(picking, A if picking == done else None)
                    done = order.picking_ids
                self.assertEqual(len(done), legs)
                last = done.filtered(lambda p: p.picking_type_code == "outgoing")
                if not last.carrier_tracking_ref:
                    last.carrier_tracking_ref = A
                self.assertEqual(order.shipment_ids.picking_ids, last)
                self.assertEqual(len(order.shipment_ids), 1)
                self.assertEqual(order.shipment_ids.tracking_numbers, A)

    def test_a_carrier_integration_that_numbers_every_step_makes_one_shipment(self):
        """``send_to_shipper`` of Odoo writes the number on all steps, up and down."""
        order = self.make_order("pick_pack_ship")
        for _leg in range(2):
            self.validate(self.open_leg(order))
        last = order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        answer = [{"exact_price": 12.5, "tracking_number": A}]
        self.patch(type(self.method), "fixed_send_shipping", lambda method, pickings: answer)
        self.validate(last)
        self.assertEqual(set(order.picking_ids.mapped("carrier_tracking_ref")), {A})
        shipment = order.shipment_ids
        self.assertEqual((len(shipment), shipment.picking_ids), (1, last))
        self.assertRecordValues(
            shipment.charge_ids,
            [{"kind": "estimated", "amount": 12.5, "currency_id": order.currency_id.id}],
        )

    def test_a_warehouse_that_supplies_another_makes_no_shipment_to_the_customer(self):
        supplier = self.env["stock.warehouse"].create(
            {"name": "Central", "code": "CTL", "company_id": self.company.id}
        )
        self.warehouse.resupply_wh_ids = supplier
        route = self.warehouse.resupply_route_ids
        on_order = self.env.ref("stock.route_warehouse0_mto")
        on_order.active = True
        product = self.env["product.product"].create(
            {
                "name": "Chandelier",
                "type": "consu",
                "is_storable": True,
                "route_ids": [(6, 0, (route | on_order).ids)],
            }
        )
        self.stock(5, supplier, product)
        order = self.make_order(
            order_line=[(0, 0, {"product_id": product.id, "product_uom_qty": 1})]
        )
        outgoing = self.env["stock.picking"].search(
            [("move_ids.product_id", "=", product.id), ("picking_type_code", "=", "outgoing")]
        )
        last = outgoing.filtered(lambda p: p.picking_type_id == self.warehouse.out_type_id)
        self.assertEqual(len(outgoing - last), 1)
        # What a carrier integration does on the last leg.
        outgoing.carrier_tracking_ref = A
        self.assertEqual(order.shipment_ids.picking_ids, last)
        self.assertFalse((outgoing - last).shipment_ids)

    def test_a_drop_shipment_is_a_shipment_from_the_supplier(self):
        if "dropship" not in dict(self.env["stock.picking.type"]._fields["code"].selection):
            self.skipTest("stock_dropshipping is not installed")
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        kind = self.env["stock.picking.type"].search(
            [("code", "=", "dropship"), ("company_id", "=", self.company.id)], limit=1
        )
        self.product.write(
            {
                "supplier_taxes_id": False,
                "route_ids": [(4, self.env.ref("stock_dropshipping.route_drop_shipping").id)],
                "seller_ids": [
                    (0, 0, {"partner_id": vendor.id, "price": 5.0, "company_id": self.company.id})
                ],
            }
        )
        order = self.make_order()
        order._get_purchase_orders().button_confirm()
        picking = order.picking_ids
        self.assertEqual(picking.picking_type_id, kind)
        picking.with_user(self.keeper).carrier_tracking_ref = A
        shipment = self.shipment_of(picking)
        self.assertEqual(shipment.partner_id, self.customer)
        self.assertEqual(shipment.sale_order_ids, order)
        stops = {stop.role: stop.partner_id for stop in shipment.stop_ids}
        self.assertEqual(stops, {"origin": vendor, "destination": self.customer})
        self.assertFalse(shipment.warehouse_id)

    def test_a_back_order_gets_a_number_and_a_shipment_of_its_own(self):
        delivery = self.make_delivery(quantity=3)
        order = delivery.sudo().sale_id
        delivery.action_assign()
        delivery.move_ids.write({"quantity": 2, "picked": True})
        delivery.carrier_tracking_ref = A
        delivery.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=[]
        ).button_validate()
        rest = order.picking_ids - delivery.sudo()
        self.assertFalse(rest.carrier_tracking_ref)
        self.validate(rest, B)
        first, second = self.shipment_of(delivery), self.shipment_of(rest)
        self.assertEqual((first.tracking_numbers, second.tracking_numbers), (A, B))
        self.assertEqual(first.correlation_id, second.correlation_id)
        self.send("DLV_DELIVERED", A)
        self.assertEqual((first.state, second.state), ("delivered", "booked"))
        self.assertEqual(order.logistics_state, "partial")
        self.send("DLV_DELIVERED", B)
        self.assertEqual(order.logistics_state, "fulfilled")

    def test_parcels_have_one_number_each_and_the_measures_of_their_packages(self):
        delivery = self.make_delivery(quantity=3)
        delivery.action_assign()
        box = self.env["stock.package.type"].create(
            {"name": "Box", "packaging_length": 30, "width": 20, "height": 10}
        )
        packages = self.env["stock.package"].create(
            [
                {"name": "003404341610940425", "package_type_id": box.id, "shipping_weight": 4.5},
                {"name": "340434161094042557", "package_type_id": box.id, "shipping_weight": 2.5},
            ]
        )
        line = delivery.move_ids.move_line_ids
        line.write({"quantity": 2, "result_package_id": packages[0].id, "picked": True})
        line.copy({"quantity": 1, "result_package_id": packages[1].id, "picked": True})
        delivery.carrier_tracking_ref = f"{A},{B}"
        shipment = self.shipment_of(delivery)
        self.assertRecordValues(
            shipment.package_ids,
            [
                {"tracking_number": A, "weight": 4.5, "length": 30, "sscc": False},
                {"tracking_number": B, "weight": 2.5, "length": 30, "sscc": packages[1].name},
            ],
        )
        self.assertIn(("sscc", "340434161094042557", ""), self.references(shipment))

    def test_more_numbers_than_packages_leave_the_measures_open(self):
        delivery = self.make_delivery(f"{A}; {B}\n{C},{A}")
        shipment = self.shipment_of(delivery)
        self.assertEqual(shipment.package_ids.mapped("tracking_number"), [A, B, C])
        self.assertEqual(set(shipment.package_ids.mapped("weight")), {0.0})
        single = self.shipment_of(self.make_delivery("1ZSINGLE"))
        self.assertEqual(single.package_ids.weight, 6.0)

    # -- whose numbers ------------------------------------------------------------------------

    def test_a_method_without_provider_takes_events_of_any_carrier(self):
        method = self.make_method("Any carrier")
        delivery = self.make_delivery(A, method=method)
        shipment = self.shipment_of(delivery)
        self.assertFalse(shipment.issuer)
        self.assertEqual((shipment.carrier_name, shipment.service), ("Any carrier", False))
        self.send("DLV_DELIVERED", issuer="fedex")
        self.assertEqual(shipment.state, "delivered")

    def test_an_aggregator_passes_on_numbers_of_any_carrier(self):
        delivery = self.make_delivery(A, method=self.make_method("Post", self.sendcloud))
        self.assertIn(("tracking", A, ""), self.references(self.shipment_of(delivery)))

    def test_no_delivery_method_at_all_is_no_hindrance(self):
        delivery = self.make_delivery(method=self.env["delivery.carrier"])
        delivery.carrier_tracking_ref = A
        self.send("DLV_DELIVERED")
        self.assertEqual(self.shipment_of(delivery).state, "delivered")

    def test_a_method_that_gets_its_provider_late_takes_its_shipments_along(self):
        method = self.make_method("Ground", self.fedex)
        delivery = self.make_delivery(A, method=method)
        shipment = self.shipment_of(delivery)
        self.send("PUP_PICKED_UP")
        self.assertEqual(shipment.state, "booked")
        method.logistics_provider_id = self.ups
        self.work_inbox()
        self.assertEqual((shipment.issuer, shipment.carrier_name), ("ups", "UPS"))
        self.assertEqual(shipment.state, "picked_up")
        self.assertFalse(self.exceptions())

    def test_another_method_on_the_delivery_is_followed(self):
        delivery = self.make_delivery(A)
        method = self.make_method("FedEx Home", self.fedex)
        delivery.carrier_id = method
        shipment = self.shipment_of(delivery)
        self.assertEqual((shipment.issuer, shipment.service), ("fedex", "FedEx Home"))
        self.assertEqual(self.references(shipment, "tracking"), {("tracking", A, "fedex")})

    # -- events come when they come -----------------------------------------------------------

    def test_scans_that_came_before_the_number_find_the_delivery(self):
        self.send("PUP_PICKED_UP", occurred_at="2026-03-08T17:00:00Z")
        case = self.exceptions("unknown_shipment")
        delivery = self.make_delivery(A)
        self.work_inbox()
        shipment = self.shipment_of(delivery)
        self.assertEqual(shipment.state, "picked_up")
        # The label was there before its first scan, whenever somebody typed the number.
        self.assertEqual(self.events(shipment), ["LBL_CREATED", "PUP_PICKED_UP"])
        self.assertEqual(shipment.last_event_id.code, "PUP_PICKED_UP")
        self.assertEqual(case.state, "resolved")

    def test_goods_may_leave_before_the_day_that_was_planned(self):
        delivery = self.make_delivery()
        delivery.scheduled_date = "2026-04-20 08:00:00"
        delivery.carrier_tracking_ref = A
        shipment = self.shipment_of(delivery)
        self.assertEqual(str(shipment.ship_date), "2026-04-20")
        self.send("PUP_PICKED_UP")
        self.assertEqual(shipment.state, "picked_up")
        self.validate(delivery)
        self.assertEqual(str(shipment.ship_date), "2026-03-09")

    def test_a_number_given_out_again_by_the_carrier_is_another_delivery(self):
        delivery = self.make_delivery(A)
        self.send("DLV_DELIVERED", occurred_at="2025-02-01T10:00:00Z")
        self.assertEqual(self.shipment_of(delivery).state, "booked")

    def test_the_delivery_says_once_that_the_goods_arrived(self):
        delivery = self.make_delivery(A)
        notes = lambda: [  # noqa: E731
            body for body in delivery.sudo().message_ids.mapped("body") if "Delivered" in body
        ]
        self.send(
            "DLV_DELIVERED",
            occurred_at="2026-03-09T10:57:00-04:00",
            signed_by="A. Example",
            id="d1",
        )
        self.assertEqual(len(notes()), 1)
        self.assertIn("2026-03-09 10:57 (UTC-04:00)", notes()[0])
        self.assertIn("signed for", notes()[0])
        self.assertNotIn("A. Example", notes()[0])
        self.assertIn(self.shipment_of(delivery).name, notes()[0])
        # Another channel tells it, too, and the first message is worked again.
        self.send("DLV_DELIVERED", occurred_at="2026-03-09T15:00:00Z")
        self.env["logistics.message"].search([]).sudo()._requeue()
        self.work_inbox()
        self.assertEqual(len(notes()), 1)
        self.assertEqual(delivery.shipment_status, "Delivered")

    def test_a_withdrawn_delivery_is_put_right_and_a_new_one_is_told_again(self):
        delivery = self.make_delivery(A)

        def bodies():
            messages = delivery.sudo().message_ids.sorted("id")
            texts = (str(body) for body in messages.mapped("body"))
            return [
                "withdrawn" if "withdrawn" in text else "delivered"
                for text in texts
                if "Delivered" in text or "withdrawn" in text
            ]

        self.send("PUP_PICKED_UP", occurred_at="2026-03-09T08:00:00Z")
        self.send("DLV_DELIVERED", occurred_at="2026-03-09T11:00:00Z", id="d1")
        withdrawal = {
            "id": "d2",
            "retracts": "d1",
            "recorded_at": "2026-03-09T12:00:00Z",
            "shipment": self.scan("DLV_OUT", number=A)["shipment"],
        }
        for _again in range(2):
            self.receive(self.connection, self.message(withdrawal))
        self.assertEqual(self.shipment_of(delivery).state, "picked_up")
        self.assertEqual(bodies(), ["delivered", "withdrawn"])
        self.send("DLV_DELIVERED", occurred_at="2026-03-09T16:00:00Z", id="d3")
        self.assertEqual(bodies(), ["delivered", "withdrawn", "delivered"])

    def test_the_proof_of_delivery_lies_on_the_delivery(self):
        delivery = self.make_delivery(A)
        self.send("DLV_DELIVERED", documents=[self.document(b"%PDF-1.4 signed")])
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "=", delivery.id)]
        )
        self.assertEqual(files.raw, b"%PDF-1.4 signed")
        self.assertEqual(files.with_user(self.keeper).mimetype, "application/pdf")

    # -- another number -----------------------------------------------------------------------

    def test_a_second_number_is_a_second_parcel(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        delivery.carrier_tracking_ref += f",{B}"
        self.assertEqual(self.shipment_of(delivery), shipment)
        self.assertEqual(shipment.tracking_numbers, f"{A}, {B}")
        self.assertEqual(
            self.references(shipment, "tracking"), {("tracking", A, "ups"), ("tracking", B, "ups")}
        )

    def test_no_parcel_arrives_for_another(self):
        delivery = self.validate(self.make_delivery(f"{A},{B}"))
        order, shipment = delivery.sudo().sale_id, self.shipment_of(delivery)
        self.send("MOV_IN_TRANSIT", B, "2026-03-09T10:00:00Z")
        self.send("DLV_DELIVERED", A, "2026-03-09T11:00:00Z")
        self.assertEqual((shipment.state, shipment.is_partial), ("in_transit", True))
        self.assertFalse(shipment.delivered_at)
        self.assertEqual(order.logistics_state, "in_progress")
        self.assertFalse(
            [b for b in delivery.sudo().message_ids.mapped("body") if "Delivered" in b]
        )
        self.send("DLV_DELIVERED", B, "2026-03-10T11:00:00Z")
        self.assertEqual((shipment.state, shipment.is_partial), ("delivered", False))
        self.assertEqual(str(shipment.delivered_at), "2026-03-10 11:00:00")
        self.assertEqual(order.logistics_state, "fulfilled")

    def test_a_number_too_many_that_is_taken_away_is_not_waited_for(self):
        delivery = self.validate(self.make_delivery(f"{A},{B}"))
        shipment = self.shipment_of(delivery)
        self.send("DLV_DELIVERED", A)
        self.assertEqual(shipment.state, "booked")
        delivery.carrier_tracking_ref = A
        self.assertEqual(shipment.state, "delivered")

    def test_a_corrected_number_leaves_the_old_parcels_scans_behind(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        self.send("DLV_DELIVERED", A)
        self.assertEqual(shipment.state, "delivered")
        delivery.carrier_tracking_ref = B
        self.work_inbox()
        self.assertEqual(self.shipment_of(delivery), shipment)
        self.assertEqual((shipment.state, shipment.tracking_numbers), ("booked", B))
        self.assertFalse(shipment.delivered_at)
        # The old number is still found, and holds no day any more.
        old = shipment.reference_ids.filtered(lambda ref: ref.value == A)
        self.assertEqual(str(old.valid_to), "2026-03-08")
        found = self.env["logistics.shipment"].name_search(A)
        self.assertEqual([row[0] for row in found], shipment.ids)
        # Its scans are somebody else's: those of yesterday, of today and of tomorrow.
        for day in ("08", "09", "10"):
            self.send("MOV_IN_TRANSIT", A, f"2026-03-{day}T05:00:00Z")
        self.assertEqual(shipment.state, "booked")
        self.assertEqual(self.exceptions("unknown_shipment").mapped("reference"), [A])
        # Whose they are, is seen when their delivery gets the number.
        other = self.shipment_of(self.make_delivery(A))
        self.work_inbox()
        self.assertEqual(other.state, "delivered")
        self.assertFalse(self.exceptions("unknown_shipment"))
        self.send("PUP_PICKED_UP", B)
        self.assertEqual(shipment.state, "picked_up")

    def test_a_number_that_comes_back_is_the_shipments_again(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        self.send("PUP_PICKED_UP", A)
        delivery.carrier_tracking_ref = B
        self.work_inbox()
        self.assertEqual(shipment.state, "booked")
        delivery.carrier_tracking_ref = A
        self.work_inbox()
        self.assertEqual((shipment.state, shipment.tracking_numbers), ("picked_up", A))
        self.assertEqual(self.references(shipment, "tracking"), {("tracking", A, "ups")})

    def test_scans_move_over_to_the_delivery_that_has_the_number_too(self):
        wrong = self.make_delivery(A)
        self.send("DLV_DELIVERED", A)
        right = self.make_delivery(A)
        self.assertEqual(self.shipment_of(right).state, "booked")
        wrong.carrier_tracking_ref = B
        self.work_inbox()
        self.assertEqual(self.shipment_of(wrong).state, "booked")
        self.assertEqual(self.shipment_of(right).state, "delivered")

    def test_swapped_numbers_can_be_put_right(self):
        first, second = self.make_delivery(A), self.make_delivery(B)
        self.send("DLV_DELIVERED", A)
        first.carrier_tracking_ref = C
        second.carrier_tracking_ref = A
        first.carrier_tracking_ref = B
        self.work_inbox()
        self.assertEqual(self.shipment_of(first).state, "booked")
        self.assertEqual(self.shipment_of(second).state, "delivered")
        self.send("PUP_PICKED_UP", B)
        self.assertEqual(self.shipment_of(first).state, "picked_up")

    # -- no number any more -------------------------------------------------------------------

    def test_a_voided_label_ends_the_shipment_and_another_one_begins(self):
        delivery = self.validate(self.make_delivery(), A)
        order = delivery.sudo().sale_id
        first = self.shipment_of(delivery)
        delivery.cancel_shipment()
        self.assertFalse(delivery.carrier_tracking_ref)
        self.assertEqual(self.events(first), ["LBL_CREATED", "LBL_VOIDED"])
        self.assertEqual(first.state, "cancelled")
        self.assertFalse(self.references(first, "tracking"))
        delivery.carrier_tracking_ref = B
        second = delivery.sudo().shipment_ids - first
        self.assertEqual((second.state, second.tracking_numbers), ("booked", B))
        self.assertEqual(order.shipment_ids, first | second)
        # The delivery's name means the new shipment.
        named = {"references": [{"type": "picking", "value": delivery.name}]}
        self.receive(
            self.connection,
            self.message({**self.scan("PUP_PICKED_UP", "2026-03-09T11:00:00Z"), "shipment": named}),
        )
        self.assertEqual((first.state, second.state), ("cancelled", "picked_up"))

    def test_a_voided_number_may_be_used_again(self):
        delivery = self.validate(self.make_delivery(), A)
        first = self.shipment_of(delivery)
        delivery.cancel_shipment()
        other = self.shipment_of(self.make_delivery(A))
        self.send("PUP_PICKED_UP", A)
        self.assertEqual((first.state, other.state), ("cancelled", "picked_up"))

    def test_goods_that_left_are_not_called_back_by_a_voided_label(self):
        delivery = self.validate(self.make_delivery(), A)
        shipment = self.shipment_of(delivery)
        self.send("PUP_PICKED_UP", A)
        delivery.cancel_shipment()
        self.assertEqual(shipment.state, "picked_up")
        self.assertNotIn("LBL_VOIDED", self.events(shipment))
        self.send("DLV_DELIVERED", A, "2026-03-10T10:00:00Z")
        self.assertEqual(shipment.state, "delivered")

    def test_an_erased_number_ends_the_shipment_and_frees_its_scans(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        self.send("PUP_PICKED_UP", A)
        delivery.carrier_tracking_ref = False
        self.assertEqual(shipment.state, "cancelled")
        other = self.shipment_of(self.make_delivery(A))
        self.work_inbox()
        self.assertEqual(other.state, "picked_up")

    def test_an_erased_number_does_not_end_a_shipment_that_left_all_the_same(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        named = {"references": [{"type": "picking", "value": delivery.name}]}
        scan = self.scan("PUP_PICKED_UP", "2026-03-09T11:00:00Z")
        self.receive(self.connection, self.message({**scan, "shipment": named}))
        delivery.carrier_tracking_ref = False
        self.assertEqual((shipment.state, shipment.tracking_numbers), ("picked_up", ""))
        self.assertNotIn("LBL_VOIDED", self.events(shipment))

    # -- a cancelled delivery -----------------------------------------------------------------

    def test_a_cancelled_delivery_calls_its_shipment_off(self):
        delivery = self.make_delivery(A)
        delivery.action_cancel()
        self.assertEqual(self.shipment_of(delivery).state, "cancelled")
        delivery.sudo().carrier_tracking_ref = B
        self.assertEqual(len(delivery.sudo().shipment_ids), 1)

    def test_a_cancelled_order_calls_its_shipment_off_unless_the_goods_left(self):
        # Odoo looks for purchases behind the order, which who only sells may not.
        boss = self.make_user(
            "boss", "sales_team.group_sale_salesman_all_leads", "stock.group_stock_user"
        )
        waits, left = self.make_delivery(A), self.make_delivery(B)
        self.send("PUP_PICKED_UP", B)
        for delivery in (waits, left):
            delivery.sudo().sale_id.with_user(boss)._action_cancel()
            self.assertEqual(delivery.state, "cancel")
        self.assertEqual(self.shipment_of(waits).state, "cancelled")
        self.assertEqual(self.shipment_of(left).state, "picked_up")

    # -- together with others -----------------------------------------------------------------

    def test_a_shipment_that_was_there_before_gets_the_number(self):
        delivery = self.make_delivery()
        released = delivery._ensure_shipment()
        released._record_own_event("ORD_RELEASED")
        self.assertEqual(released.carrier_name, "UPS")
        delivery.carrier_tracking_ref = A
        self.assertEqual(self.shipment_of(delivery), released)
        self.assertEqual((released.state, released.tracking_numbers), ("booked", A))

    def test_a_number_that_another_delivery_of_the_shipment_has_stays(self):
        first, second = self.make_delivery(A), self.make_delivery()
        shipment = self.shipment_of(first)
        shipment.picking_ids |= second.sudo()
        second.carrier_tracking_ref = A
        self.assertEqual(self.shipment_of(second), shipment)
        first.carrier_tracking_ref = False
        self.assertEqual((shipment.state, shipment.tracking_numbers), ("booked", A))
        second.carrier_tracking_ref = False
        self.assertEqual(shipment.state, "cancelled")

    def test_what_the_customer_was_promised_is_the_promise(self):
        delivery = self.make_delivery(commitment_date="2026-03-12 15:00:00")
        delivery.sudo().move_ids.date_deadline = "2026-03-11 08:00:00"
        delivery.carrier_tracking_ref = A
        promised = self.shipment_of(delivery).promised_delivery_at
        self.assertEqual(str(promised), "2026-03-12 15:00:00")
        other = self.make_delivery()
        other.sudo().move_ids.date_deadline = "2026-03-11 08:00:00"
        other.carrier_tracking_ref = B
        self.assertEqual(str(self.shipment_of(other).promised_delivery_at), "2026-03-11 08:00:00")

    def test_a_price_that_changes_changes_the_estimate(self):
        delivery = self.make_delivery(A)
        shipment = self.shipment_of(delivery)
        self.assertFalse(shipment.charge_ids)
        delivery.sudo().carrier_price = 7.5
        delivery.sudo().carrier_price = 8.0
        self.assertRecordValues(shipment.charge_ids, [{"kind": "estimated", "amount": 8.0}])
