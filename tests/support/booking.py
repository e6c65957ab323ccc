"""Setting up a carrier's account and deliveries to be booked, as people do in Odoo."""

from ..simulators import UpsTrackAlert
from .connections import connect

SENDER = {
    "name": "Calder Marine Supply",
    "is_company": True,
    "street": "480 Harbor Way",
    "street2": "Dock 7",
    "city": "Tacoma",
    "zip": "98421",
    "phone": "+1 253 555 0147",
}
RECEIVER = {
    "name": "Amador Boats",
    "is_company": True,
    "street": "1750 Lakeshore Dr",
    "city": "Muskegon",
    "zip": "49441",
    "phone": "+1 231 555 0119",
}


class Deliveries:
    """Orders and deliveries of a delivery method.

    :param rpc: an administrator's session
    """

    def __init__(self, rpc, method_id=None):
        self.rpc, self.method_id = rpc, method_id
        self._address_warehouse()

    def _address_warehouse(self):
        # The company's own one; other tests add those of 3PLs.
        (warehouse,) = self.rpc("stock.warehouse", "search_read", [], ["partner_id"], limit=1)
        self.rpc("res.partner", "write", [warehouse["partner_id"][0]], self._placed(SENDER, "WA"))

    def _placed(self, values, state):
        country = self.rpc.one("res.country", [("code", "=", "US")], ["id"])["id"]
        domain = [("code", "=", state), ("country_id", "=", country)]
        place = self.rpc.one("res.country.state", domain, ["id"])["id"]
        return {**values, "country_id": country, "state_id": place}

    def order(self, weight=2.0, quantity=2, is_confirmed=True, **receiver):
        """An order of one product with this method; its id and its delivery's."""
        rpc = self.rpc
        customer = rpc("res.partner", "create", [self._placed({**RECEIVER, **receiver}, "MI")])[0]
        product = rpc(
            "product.product",
            "create",
            [{"name": "Bilge pump", "type": "consu", "weight": weight, "list_price": 41.5}],
        )[0]
        order = rpc(
            "sale.order",
            "create",
            [
                {
                    "partner_id": customer,
                    "carrier_id": self.method_id,
                    "order_line": [(0, 0, {"product_id": product, "product_uom_qty": quantity})],
                }
            ],
        )[0]
        if not is_confirmed:
            return order, None
        rpc("sale.order", "action_confirm", [order])
        picking = rpc("sale.order", "read", [order], ["picking_ids"])[0]["picking_ids"][0]
        return order, picking

    def ship(self, picking, rpc=None):
        """Validate a delivery, as a packer does."""
        rpc = rpc or self.rpc
        moves = rpc("stock.picking", "read", [picking], ["move_ids"])[0]["move_ids"]
        for move in moves:
            demand = rpc("stock.move", "read", [move], ["product_uom_qty"])[0]["product_uom_qty"]
            rpc("stock.move", "write", [move], {"quantity": demand, "picked": True})
        quiet = {"skip_sms": True, "skip_backorder": True}
        return rpc("stock.picking", "button_validate", [picking], context=quiet)


class Account(Deliveries):
    """A carrier's account in Odoo: connection, access, delivery method.

    :param rpc: an administrator's session
    :param server: the carrier's simulator
    """

    def __init__(self, rpc, server, name, service="03", partner=None):
        super().__init__(rpc)
        self.server = server
        server.allow(rpc)
        self.connection_id = connect(rpc, partner or UpsTrackAlert(), name)
        rpc(
            "logistics.connection",
            "write",
            [self.connection_id],
            {"booking_address": server.url, "environment": "test"},
        )
        rpc("logistics.connection", "action_set_up_booking", [self.connection_id])
        self.store(**server.settings())
        product = rpc(
            "product.product",
            "create",
            [{"name": f"Freight {name}", "type": "service", "list_price": 0}],
        )[0]
        self.method_id = rpc(
            "delivery.carrier",
            "create",
            [
                {
                    "name": name,
                    "delivery_type": "logistics",
                    "product_id": product,
                    "logistics_connection_id": self.connection_id,
                    "logistics_service_id": self.service(service),
                    "logistics_provider_id": self._provider(),
                    "invoice_policy": "real",
                }
            ],
        )[0]

    def store(self, **settings):
        """Fill the access, as an administrator does on the page *Booking*."""
        rows = self.rpc(
            "logistics.carrier.setting",
            "search_read",
            [("connection_id", "=", self.connection_id)],
            ["name", "kind"],
        )
        for row in rows:
            if row["name"] in settings:
                field = "secret" if row["kind"] == "secret" else "value"
                values = {field: settings[row["name"]]}
                self.rpc("logistics.carrier.setting", "write", [row["id"]], values)

    def _provider(self):
        row = self.rpc("logistics.connection", "read", [self.connection_id], ["provider_id"])[0]
        return row["provider_id"][0]

    def service(self, code):
        """The id of a service of this carrier, made if the set-up brought none of this code."""
        domain = [("provider_id", "=", self._provider()), ("code", "=", code)]
        found = self.rpc("logistics.carrier.service", "search", domain)
        if found:
            return found[0]
        values = {"provider_id": self._provider(), "code": code, "name": f"Service {code}"}
        return self.rpc("logistics.carrier.service", "create", [values])[0]

    def use(self, code):
        """Have the delivery method sold as another service."""
        values = {"logistics_service_id": self.service(code)}
        self.rpc("delivery.carrier", "write", [self.method_id], values)
