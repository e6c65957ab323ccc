"""A warehouse that a 3PL runs: Odoo tells its system which deliveries it may pick, and it tells
what it did. The system goes down, and nothing is lost; goods vanish, and a snapshot shows it.
"""

import contextlib
import json
from collections import Counter
from urllib.parse import urlsplit

from ..simulators.warehouse import WarehousePartner
from ..support import http
from ..support.connections import connect
from ..support.polling import TimedOut, wait_for
from ..support.sending import make_flow
from ..support.warehouse import TRUSTING, make_places
from .commerce import STOCK
from .steps import PATIENCE, Step

NAME, CODE = "Harbour Fulfilment", "HARB"
ORDERS = 6
TRUCKS, BROUGHT = 2, 20
LOST, MANY = 1, 25  # of the shop's products; more than any open order could explain


class Harbour:
    """The 3PL's side.

    :param str url: of its system (``tests.simulators.warehouse.live``)
    """

    def __init__(self, rpc, shop, url):
        self.rpc, self.shop, self.url = rpc, shop, url
        self.told = set()  # the transfers of which it was told
        partner = WarehousePartner()
        self.connection_id = connect(rpc, partner, NAME, **TRUSTING)
        self._allow()
        self.flow_id = self._flow("release", "orders")
        self._flow("request", "requests")
        self._flow("master", "master")
        self.warehouse_id, self.places = self._warehouse()
        rows = rpc("product.product", "read", shop.products, ["default_code"])
        self.skus = {row["id"]: row["default_code"] for row in rows}
        items = [{"sku": sku, "stock": STOCK} for sku in self.skus.values()]
        self._ask("connect", url=partner.url, secret=partner.secret, items=items)

    def steps(self):
        """Play all of it, in this order."""
        return [self.outage(), self.day(), self.loss()]

    def outage(self):
        """Orders come while the system is down; it comes back; all releases arrive, once."""
        self.down(3600)
        sales = self._sell(ORDERS)
        wait_for(lambda: self._breaker() == "open", PATIENCE, "the breaker did not open")
        waiting = self.rpc("logistics.flow", "read", [self.flow_id], ["waiting_count"])[0]
        self.down(0)
        pickings = self.rpc("sale.order", "read", sales, ["picking_ids"])
        ids = [number for order in pickings for number in order["picking_ids"]]
        names = {row["name"] for row in self.rpc("stock.picking", "read", ids, ["name"])}
        self.told = names

        def look():
            domain = [("res_model", "=", "stock.picking"), ("res_id", "in", ids)]
            states = self.rpc("logistics.message", "search_read", domain, ["state"])
            delivered = sum(row["state"] == "delivered" for row in states)
            case = [("key", "=", f"breaker:{self.flow_id}"), ("is_open", "=", True)]
            left = self.rpc("logistics.exception", "search_count", case)
            return (
                f"{waiting['waiting_count']} waited, {delivered} of {len(states)} delivered, "
                f"{len(names & set(self._truth()['states']))} arrived, {left} exceptions left"
            )

        expected = f"{ORDERS} waited, {ORDERS} of {ORDERS} delivered, {ORDERS} arrived"
        return Step(
            f"{NAME}: their system is down, and comes back", f"{expected}, 0 exceptions left", look
        )

    def day(self):
        """It works what it was told, and tells of it; the books are what it did. Suppliers' trucks
        get windows at its docks, come in them or later, are unloaded and leave."""
        self._ask("find")
        receipts = [self._expect(product) for product in self.shop.products[:TRUCKS]]
        seen = ""

        def is_over():
            nonlocal seen
            self._ask("tick", hours=1)
            self._ask("tick/empty")
            states = self._truth()["states"]
            left = len(self.told - set(states)) + list(states.values()).count("open")
            gone = self.rpc(
                "logistics.dock.appointment",
                "search_count",
                [("picking_ids", "in", receipts), ("state", "=", "left")],
            )
            differing = len(self._differing())
            seen = f"{left} orders open, {differing} differences, {gone} trucks have left"
            return seen == expected

        expected = f"0 orders open, 0 differences, {TRUCKS} trucks have left"
        with contextlib.suppress(TimedOut):
            wait_for(is_over, PATIENCE, interval=1)
        return Step(f"{NAME}: picks and ships, and tells of it late", expected, lambda: seen)

    def _expect(self, product):
        """A receipt from a supplier, of which the 3PL knows; the transfer's id."""
        kind = self.rpc("stock.warehouse", "read", [self.warehouse_id], ["in_type_id"])[0]
        (stock,) = (place for place, what in self.places.items() if what == "available")
        ends = {
            "location_id": self.rpc.ref("stock.stock_location_suppliers"),
            "location_dest_id": stock,
        }
        move = {"product_id": product, "product_uom_qty": BROUGHT, **ends}
        values = {"picking_type_id": kind["in_type_id"][0], "move_ids": [(0, 0, move)], **ends}
        (picking,) = self.rpc("stock.picking", "create", [values])
        self.rpc("stock.picking", "action_confirm", [picking])
        name = self.rpc("stock.picking", "read", [picking], ["name"])[0]["name"]
        self._ask("dock", order=name, lines=[{"product": self.skus[product], "quantity": BROUGHT}])
        return picking

    def loss(self):
        """Goods vanish, and nobody has seen it: its next snapshot has fewer than the books."""
        sku = self.skus[self.shop.products[LOST]]
        self._ask("lose", sku=sku, quantity=MANY)
        self._ask("snapshot")
        self._ask("tick/empty")

        def look():
            own = [("connection_id", "=", self.connection_id)]
            last = self.rpc(
                "logistics.snapshot", "search", own, order="as_of desc, id desc", limit=1
            )
            lines = self.rpc(
                "logistics.snapshot.result",
                "search_read",
                [("snapshot_id", "in", last), ("kind", "!=", "match")],
                ["product_id", "kind"],
            )
            found = sorted(f"{self.skus[row['product_id'][0]]} {row['kind']}" for row in lines)
            return ", ".join(found) or "nothing differs"

        return Step(f"{NAME}: goods vanish, and a snapshot shows it", f"{sku} variance", look)

    def down(self, seconds):
        """Let the system answer 503 for so long."""
        return http.request("POST", f"{self.url}/_down/{seconds}", b"{}", {}).status

    def _ask(self, place, **values):
        body = json.dumps(values).encode()
        answer = http.request("POST", f"{self.url}/{place}", body, {}, timeout=PATIENCE)
        assert answer.status == 200, answer

    def _read(self, place):
        return json.loads(http.request("GET", f"{self.url}/{place}", b"", {}).body)

    def _truth(self):
        return self._read("truth")

    def _differing(self):
        """What the warehouse and the books have of each product and state, where it differs."""
        found = Counter()
        for row in self._truth()["stock"]:
            found[row["sku"], row["condition"]] += row["quantity"]
        for row in self.rpc(
            "stock.quant",
            "search_read",
            [("location_id", "in", list(self.places))],
            ["product_id", "location_id", "quantity"],
        ):
            where = self.places[row["location_id"][0]]
            found[self.skus[row["product_id"][0]], where] -= row["quantity"]
        return {key: quantity for key, quantity in found.items() if quantity}

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

    def _flow(self, code, place):
        values = {
            "code": code,
            "breaker_limit": 2,
            "breaker_pause": 2,
            "breaker_longest": 5,
            "retry_schedule": "1s 2s 5s 30s 5m 1h",
        }
        domain = [("connection_id", "=", self.connection_id), ("code", "=", code)]
        found = self.rpc("logistics.flow", "search", domain, limit=1)
        address = f"{self.url}/{place}"
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
        places = make_places(self.rpc, found[0])
        values = {"logistics_connection_id": self.connection_id}
        self.rpc("stock.warehouse", "write", found, values)
        return found[0], places

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
