"""A carrier's account in Odoo, with deliveries to be booked, and what the sender would write when
the carrier has answered. How it is booked over HTTP: tests/e2e/test_booking.py."""

import json

from odoo.addons.logistics_connector_base.tests.common import InboxCommon

from tests.simulators.carriers import UpsServer

from ..core import booking as core

NUMBER = "1Z4F217A0300000012"


class BookingCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        us = cls.env.ref("base.us")
        state = cls.env.ref("base.state_us_5")
        cls.env["stock.warehouse"].search([]).partner_id.write(
            {
                "street": "480 Harbor Way",
                "city": "Tacoma",
                "zip": "98421",
                "country_id": us.id,
                "state_id": state.id,
            }
        )
        cls.receiver = cls.env["res.partner"].create(
            {
                "name": "Amador Boats",
                "is_company": True,
                "street": "1750 Lakeshore Dr",
                "city": "Muskegon",
                "zip": "49441",
                "country_id": us.id,
                "state_id": state.id,
            }
        )
        cls.account = cls.env["logistics.connection"].create(
            {
                "name": "UPS account",
                "provider_id": cls.env.ref("logistics_connector_carrier.provider_ups").id,
                "environment": "test",
            }
        )
        cls.account.action_set_up_booking()
        for setting in cls.account.carrier_setting_ids:
            if setting.kind == "secret":
                setting.secret = "s3cret-value"
            else:
                setting.value = {"account_number": "4F217A", "account_country_code": "US"}.get(
                    setting.name, "client"
                )
        cls.account.action_go_live()
        cls.freight = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.method = cls.env["delivery.carrier"].create(
            {
                "name": "UPS Ground",
                "delivery_type": "logistics",
                "product_id": cls.freight.id,
                "logistics_connection_id": cls.account.id,
                "logistics_service_id": cls.service_of("03").id,
                "invoice_policy": "real",
            }
        )
        cls.pump = cls.env["product.product"].create(
            {
                "name": "Pump",
                "type": "consu",
                "weight": 2.0,
                "list_price": 40.0,
                "hs_code": "8413.70",
            }
        )

    @classmethod
    def service_of(cls, code):
        return cls.env["logistics.carrier.service"].search(
            [("provider_id", "=", cls.account.provider_id.id), ("code", "=", code)]
        )

    def make_order(self, quantity=2, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.receiver.id,
                "carrier_id": self.method.id,
                "order_line": [
                    (0, 0, {"product_id": self.pump.id, "product_uom_qty": quantity, **values})
                ],
            }
        )
        order.action_confirm()
        return order

    def ship(self, picking, user=None):
        for move in picking.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        picking = picking.with_user(user) if user else picking
        return picking.with_context(skip_sms=True).button_validate()

    def answer_of(self, booking, state, text="", value=None, name="answer"):
        """What the sender writes when the carrier has answered, and its telling."""
        self.env.flush_all()
        content = value and json.dumps({name: json.loads(core.as_json(value))}).encode()
        message = booking.void_message_id or booking.message_id
        self.env.cr.execute(
            "UPDATE logistics_message SET state = %s, error_text = %s WHERE id = %s",
            (state, text, message.id),
        )
        self.env.cr.execute(
            "UPDATE logistics_answer SET content = %s WHERE message_id = %s", (content, message.id)
        )
        self.env.invalidate_all()
        self.env["logistics.answer"]._tell()

    def booked(self, *numbers, total="12.40"):
        numbers = numbers or (NUMBER,)
        return core.BookingAnswer(
            identifier=numbers[0],
            numbers=numbers,
            documents=tuple(
                core.Document("label", "PNG", "iVBORw0KGgo=", index)
                for index in range(len(numbers))
            ),
            charges=(
                core.Charge("", "Base", "11.00", "USD", "base"),
                core.Charge("375", "Fuel surcharge", "1.40", "USD", "fuel"),
            ),
            total=total,
            currency="USD",
        )

    def body_of(self, message):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT content FROM logistics_message_body WHERE message_id = %s", (message.id,)
        )
        return bytes(self.env.cr.fetchone()[0])

    def answer(self, booking):
        return self.env["logistics.answer"].search([("message_id", "=", booking.message_id.id)])

    def pack(self, picking, quantity, name):
        """Put some of the goods into a package."""
        line = picking.move_line_ids.filtered(lambda one: not one.result_package_id)[:1]
        package = self.env["stock.package"].create({"name": name})
        if line.quantity > quantity:
            line.copy({"quantity": quantity, "result_package_id": package.id, "picked": True})
            line.quantity -= quantity
        else:
            line.result_package_id = package
        line.picked = True
        return package


class PlayedCommon(BookingCommon):
    """The account's carrier, played over HTTP, for what is asked for while somebody waits."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(UpsServer(seed=5))
        self.env["logistics.allowed.host"].create(
            {
                "host": "127.0.0.1",
                "ports": str(self.server.port),
                "plain_http": True,
                "note": "Played",
            }
        )
        self.account.booking_address = self.server.url
        known = self.server.settings()
        for setting in self.account.carrier_setting_ids:
            if setting.name in known:
                setting["secret" if setting.kind == "secret" else "value"] = known[setting.name]
