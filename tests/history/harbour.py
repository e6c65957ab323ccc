"""A warehouse that a 3PL runs: Odoo tells its system which deliveries it may pick. The system goes
down for a while, and nothing is lost."""

import json
from urllib.parse import urlsplit

from ..simulators import CanonicalPartner
from ..support import http
from ..support.connections import connect
from ..support.polling import wait_for
from ..support.sending import make_flow
from .commerce import STOCK
from .steps import PATIENCE, Step

NAME, CODE = "Harbour Fulfilment", "HARB"
ORDERS = 6


class Harbour:
    """The 3PL's side.

    :param str url: of its system (``tests.simulators.receiver.Desk``)
    """

    def __init__(self, rpc, shop, url):
        self.rpc, self.shop, self.url = rpc, shop, url
        self.connection_id = connect(rpc, CanonicalPartner(), f"{NAME} (3PL)")
        self._allow()
        self.flow_id = self._flow()
        self.warehouse_id = self._warehouse()

    def outage(self):
        """Orders come while the system is down; it comes back; all releases arrive, once."""
        before, _status = self.worked(), self.down(3600)
        sales = self._sell(ORDERS)
        wait_for(lambda: self._breaker() == "open", PATIENCE, "the breaker did not open")
        waiting = self.rpc("logistics.flow", "read", [self.flow_id], ["waiting_count"])[0]
        self.down(0)
        pickings = self.rpc("sale.order", "read", sales, ["picking_ids"])
        ids = [number for order in pickings for number in order["picking_ids"]]

        def look():
            domain = [("res_model", "=", "stock.picking"), ("res_id", "in", ids)]
            states = self.rpc("logistics.message", "search_read", domain, ["state"])
            delivered = sum(row["state"] == "delivered" for row in states)
            case = [("key", "=", f"breaker:{self.flow_id}"), ("is_open", "=", True)]
            left = self.rpc("logistics.exception", "search_count", case)
            return (
                f"{waiting['waiting_count']} waited, {delivered} of {len(states)} delivered, "
                f"{self.worked() - before} arrived, {left} exceptions left"
            )

        expected = f"{ORDERS} waited, {ORDERS} of {ORDERS} delivered, {ORDERS} arrived"
        return Step(
            f"{NAME}: their system is down, and comes back", f"{expected}, 0 exceptions left", look
        )

    def down(self, seconds):
        """Let the system answer 503 for so long."""
        return http.request("POST", f"{self.url}/_down/{seconds}", b"{}", {}).status

    def worked(self):
        """How many messages it has taken, each counted once."""
        return json.loads(http.request("GET", f"{self.url}/_calls", b"", {}).body)["worked"]

    # -- how it is set up ---------------------------------------------------------------------

    def _allow(self):
        port = str(urlsplit(self.url).port)
        known = self.rpc(
            "logistics.allowed.host", "search_read", [("host", "=", "127.0.0.1")], ["ports"]
        )
        if not known:
            values = {"host": "127.0.0.1", "ports": port, "plain_http": True, "note": NAME}
            self.rpc("logistics.allowed.host", "create", [values])
        elif port not in (known[0]["ports"] or "").split(","):
            ports = ",".join(filter(None, [known[0]["ports"], port]))
            self.rpc("logistics.allowed.host", "write", [known[0]["id"]], {"ports": ports})

    def _flow(self):
        values = {
            "breaker_limit": 2,
            "breaker_pause": 2,
            "breaker_longest": 5,
            "retry_schedule": "1s 2s 5s 30s 5m 1h",
        }
        found = self.rpc(
            "logistics.flow", "search", [("connection_id", "=", self.connection_id)], limit=1
        )
        address = f"{self.url}/orders"
        if found:
            self.rpc("logistics.flow", "write", found, {"url": address})
            return found[0]
        return make_flow(self.rpc, self.connection_id, address, **values)

    def _warehouse(self):
        found = self.rpc("stock.warehouse", "search", [("code", "=", CODE)], limit=1)
        if not found:
            found = self.rpc("stock.warehouse", "create", [{"name": NAME, "code": CODE}])
            location = self.rpc("stock.warehouse", "read", found, ["lot_stock_id"])[0]
            for product in self.shop.products:
                values = {
                    "product_id": product,
                    "location_id": location["lot_stock_id"][0],
                    "inventory_quantity": STOCK,
                }
                quant = self.rpc("stock.quant", "create", [values])
                self.rpc("stock.quant", "action_apply_inventory", quant)
        values = {"logistics_connection_id": self.connection_id}
        self.rpc("stock.warehouse", "write", found, values)
        return found[0]

    def _sell(self, count):
        values = [
            {
                "partner_id": self.shop.customers[number % len(self.shop.customers)],
                "warehouse_id": self.warehouse_id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.shop.products[number % len(self.shop.products)],
                            "product_uom_qty": 1 + number % 3,
                        },
                    )
                ],
            }
            for number in range(count)
        ]
        ids = self.rpc("sale.order", "create", values)
        self.rpc("sale.order", "action_confirm", ids)
        return ids

    def _breaker(self):
        found = self.rpc("logistics.flow", "read", [self.flow_id], ["breaker_state"])
        return found[0]["breaker_state"]
