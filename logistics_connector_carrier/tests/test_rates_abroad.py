"""What crosses a border is priced with what customs is told of it; carriers play over HTTP."""

import json

from odoo.tests import tagged

from tests.simulators.carriers import SERVERS

from ..engine.karrio_carrier import KarrioCarrier
from ..engine.reader import READERS
from .booking_common import BookingCommon


@tagged("post_install", "-at_install")
class TestRatesAbroad(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.receiver.copy(
            {"city": "Vlissingen", "zip": "4381 NG", "country_id": cls.env.ref("base.nl").id}
        )
        cls.abroad.state_id = False
        cls.allowed = cls.env["logistics.allowed.host"].create(
            {"host": "127.0.0.1", "ports": "1", "plain_http": True, "note": "Played"}
        )
        cls.method.logistics_incoterm_id = cls.env.ref("account.incoterm_DDP")

    def order(self, partner, **values):
        line = {"product_id": self.pump.id, "product_uom_qty": 2, "price_unit": 40, **values}
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "carrier_id": self.method.id,
                "order_line": [(0, 0, {**line, "tax_ids": False})],
            }
        )

    def sent(self, provider, request):
        """What a carrier is asked, as it came there."""
        with SERVERS[provider](seed=3) as server:
            self.allowed.ports = str(server.port)
            account = KarrioCarrier(
                provider, server.settings(), READERS[provider], is_test=True, base_url=server.url
            )
            with self.env["logistics.http"]._client() as client:
                said = account.rate(request, client)
            self.assertTrue(said.value, said.outcome)
            return json.loads(server.calls[-1].body)

    def assert_declared(self, request):
        """Two pumps at 40, whoever is asked."""
        self.assertEqual(
            (request.customs.incoterm, request.customs.duties_paid_by), ("DDP", "sender")
        )
        (good,) = [good for parcel in request.parcels for good in parcel.goods]
        self.assertEqual((good.quantity, good.value, good.currency), (2, "40.00", "USD"))
        self.assertEqual((good.hs_code, good.origin, good.weight), ("841370", "US", 4.0))
        express = self.sent("mydhl", request)
        self.assertIs(express["isCustomsDeclarable"], True)
        self.assertEqual(
            express["monetaryAmount"],
            [{"typeCode": "declaredValue", "value": 80.0, "currency": "USD"}],
        )
        ups = self.sent("ups", request)["RateRequest"]["Shipment"]["InvoiceLineTotal"]
        self.assertEqual((float(ups["MonetaryValue"]), ups["CurrencyCode"]), (80.0, "USD"))
        fedex = self.sent("fedex", request)["requestedShipment"]["customsClearanceDetail"]
        (commodity,) = fedex["commodities"]
        self.assertEqual(commodity["customsValue"], {"amount": 80.0, "currency": "USD"})

    def test_an_order(self):
        self.assert_declared(self.order(self.abroad)._rate_request(self.method))

    def test_a_delivery_that_is_reserved(self):
        order = self.order(self.abroad)
        order.action_confirm()
        picking = order.picking_ids
        picking.carrier_id = False  # it is asked for before a method is chosen
        self.assertFalse(picking.move_line_ids.result_package_id)
        self.assert_declared(picking._rate_request(self.method))

    def test_a_delivery_of_which_nothing_is_reserved_says_nothing(self):
        order = self.order(self.abroad)
        order.action_confirm()
        order.picking_ids.do_unreserve()
        request = order.picking_ids._rate_request(self.method)
        self.assertIsNone(request.customs)
        self.assertFalse(self.sent("mydhl", request)["isCustomsDeclarable"])

    def test_at_home_nobody_asks(self):
        order = self.order(self.receiver)
        self.assertIsNone(order._rate_request(self.method).customs)
        order.action_confirm()
        self.assertIsNone(order.picking_ids._rate_request(self.method).customs)
