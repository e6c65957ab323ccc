"""A warehouse that a simulated 3PL runs, set up in Odoo and worked as people do: goods are ordered,
sold and sent back. What Odoo has of it is read for who compares."""

import itertools
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

from ..simulators.warehouse import Item
from .connections import connect
from .sending import make_flow

#: What is accepted without a person, so that all that happened gets into the books.
TRUSTING = {
    "advice_short": "backorder",
    "advice_over": "accept",
    "advice_receipt_over": "accept",
    "advice_substitute": "accept",
    "advice_lot": "accept",
}
#: A person looks at all that is not as ordered.
CAREFUL = {
    **TRUSTING,
    "advice_over": "refuse",
    "advice_receipt_over": "tolerate",
    "advice_substitute": "refuse",
    "advice_lot": "refuse",
}
PLACES = ("damaged", "quarantine", "held")
numbers = itertools.count()


def make_places(rpc, warehouse):
    """Where goods of each state lie in a warehouse, made where they are missing.

    :return: {location id: "available", "damaged", "quarantine" or "held"}
    """
    names = {condition: f"logistics_{condition}_location_id" for condition in PLACES}
    fields = ["view_location_id", "lot_stock_id", *names.values()]
    row = rpc("stock.warehouse", "read", [warehouse], fields)[0]
    places = {row["lot_stock_id"][0]: "available"}
    for condition, name in names.items():
        if row[name]:
            places[row[name][0]] = condition
            continue
        values = {"name": condition.capitalize(), "location_id": row["view_location_id"][0]}
        place = rpc("stock.location", "create", [values])[0]
        rpc("stock.warehouse", "write", [warehouse], {name: place})
        places[place] = condition
    return places


class Harbour:
    """
    :param rpc: an administrator's session
    :param server: a WarehouseServer that runs
    """

    def __init__(self, rpc, server, policy):
        self.rpc, self.server = rpc, server
        self.mark = f"{datetime.now(UTC):%H%M%S}{next(numbers)}"
        server.allow(rpc)
        name = f"Harbour {self.mark}"
        self.connection_id = connect(rpc, server.partner, name, **policy)
        self.flow_id = make_flow(
            rpc, self.connection_id, f"{server.url}/orders", retry_schedule="1s 1s 1s"
        )
        make_flow(rpc, self.connection_id, f"{server.url}/requests", code="request")
        self.warehouse_id, self.places = self._warehouse(name)
        self.customer = rpc("res.partner", "create", [{"name": f"Amador Boats {self.mark}"}])[0]
        self.supplier = self.rpc.ref("stock.stock_location_suppliers")
        self.products = {}  # sku → id
        self.items = {}

    def _warehouse(self, name):
        rpc = self.rpc
        values = {"name": name, "code": f"H{self.mark[-4:]}"}
        warehouse = rpc("stock.warehouse", "create", [values])[0]
        fields = ["in_type_id", "out_type_id"]
        row = rpc("stock.warehouse", "read", [warehouse], fields)[0]
        self.in_type, self.out_type = row["in_type_id"][0], row["out_type_id"][0]
        places = make_places(rpc, warehouse)
        values = {"logistics_connection_id": self.connection_id}
        rpc("stock.warehouse", "write", [warehouse], values)
        return warehouse, places

    # -- goods --------------------------------------------------------------------------------

    def make_products(self):
        """One of each kind, known to the 3PL."""
        self.pack = self.rpc.ref("uom.product_uom_pack_6")
        pack = self.rpc("uom.uom", "read", [self.pack], ["name"])[0]["name"]
        kinds = (
            ("LAMP", "none", "uom.product_uom_unit", 1, {pack: Decimal(6)}),
            ("BULB", "none", "uom.product_uom_unit", 1, {}),
            ("OIL", "lot", "uom.product_uom_unit", 1, {}),
            ("SAND", "lot", "uom.product_uom_kgm", "0.1", {}),
            ("DRILL", "serial", "uom.product_uom_unit", 1, {}),
        )
        for word, tracking, uom, step, units in kinds:
            sku, uom_id = f"{word}-{self.mark}", self.rpc.ref(uom)
            values = {
                "name": f"{word} {self.mark}",
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "tracking": tracking,
                "uom_id": uom_id,
            }
            self.products[sku] = self.rpc("product.product", "create", [values])[0]
            unit = self.rpc("uom.uom", "read", [uom_id], ["name"])[0]["name"]
            item = Item(sku, tracking, unit, units, Decimal(step))
            self.items[sku] = item
            self.server.keep(item)
        return list(self.items)

    # -- what people do -----------------------------------------------------------------------

    def receive(self, goods):
        """Expect goods of a supplier; a lorry brings them to the 3PL. The transfer's name.

        :param goods: {sku: quantity}
        """
        (stock,) = (place for place, condition in self.places.items() if condition == "available")
        ends = {"location_id": self.supplier, "location_dest_id": stock}
        moves = [
            (0, 0, {"product_id": self.products[sku], "product_uom_qty": float(many), **ends})
            for sku, many in goods.items()
        ]
        values = {"picking_type_id": self.in_type, "move_ids": moves, **ends}
        picking = self.rpc("stock.picking", "create", [values])[0]
        self.rpc("stock.picking", "action_confirm", [picking])
        name = self.rpc("stock.picking", "read", [picking], ["name"])[0]["name"]
        lines = [(None, sku, many, ()) for sku, many in goods.items()]
        self.server.arrive(name, lines)
        return name

    def sell(self, goods):
        """Confirm an order of {sku: quantity}; its id."""
        lines = []
        for sku, many in goods.items():
            line = {"product_id": self.products[sku], "product_uom_qty": float(many)}
            if self.items[sku].units and many % 6 == 0:
                line |= {"product_uom_id": self.pack, "product_uom_qty": float(many / 6)}
            lines.append((0, 0, line))
        values = {
            "partner_id": self.customer,
            "warehouse_id": self.warehouse_id,
            "order_line": lines,
        }
        order = self.rpc("sale.order", "create", [values])[0]
        self.rpc("sale.order", "action_confirm", [order])
        return order

    def cancel(self, order):
        """The customer does not want it any more."""
        self.rpc("sale.order", "action_cancel", [order])

    def accept(self):
        """A person believes the warehouse all that can be believed; how many lines that were. The
        others wait for something else to be booked, such as the receipt of a lot that left."""
        domain = [("connection_id", "=", self.connection_id), ("state", "=", "trouble")]
        rows = self.rpc("logistics.advice.line", "search_read", domain, ["may_accept"])
        lines = [row["id"] for row in rows if row["may_accept"]]
        if lines:
            self.rpc("logistics.advice.line", "action_accept", lines)
        return len(lines)

    def ask_again(self):
        """A person misses messages, by the partner's counters, which count from 1; how many
        counters have gaps."""
        mine = [("connection_id", "=", self.connection_id)]
        begun = self.rpc("logistics.message.stream", "search", [*mine, ("start", ">", 1)])
        if begun:
            self.rpc("logistics.message.stream", "action_from_one", begun)
        streams = self.rpc("logistics.message.stream", "search", [*mine, ("gap_ids", "!=", False)])
        if streams:
            self.rpc("logistics.message.stream", "action_ask_again", streams)
        return len(streams)

    def send_back(self, picking, share=2):
        """The customer returns a part of what left with a transfer that is done; the return's
        name, "" where nothing can be returned."""
        context = {"active_model": "stock.picking", "active_id": picking, "active_ids": [picking]}
        wizard = self.rpc(
            "stock.return.picking", "create", [{"picking_id": picking}], context=context
        )
        rows = self.rpc(
            "stock.return.picking.line",
            "search_read",
            [("wizard_id", "in", wizard)],
            ["product_id", "move_id"],
        )
        skus = {number: sku for sku, number in self.products.items()}
        goods = []
        for row in rows:
            sku, (move, _name) = skus[row["product_id"][0]], row["move_id"]
            left = self.rpc("stock.move", "read", [move], ["quantity", "lot_ids"])[0]
            step = self.items[sku].step
            many = step * int(Decimal(repr(left["quantity"])) / step / share)
            values = {"quantity": float(many), "to_refund": True}
            self.rpc("stock.return.picking.line", "write", [row["id"]], values)
            if many:
                lots = self.rpc("stock.lot", "read", left["lot_ids"], ["name"])
                goods.append((None, sku, many, tuple(lot["name"] for lot in lots)))
        if not goods:
            return ""
        action = self.rpc("stock.return.picking", "action_create_returns", wizard)
        name = self.rpc("stock.picking", "read", [action["res_id"]], ["name"])[0]["name"]
        self.server.arrive(name, goods, "return")
        return name

    # -- what Odoo has ------------------------------------------------------------------------

    def stock(self):
        """{(sku, lot, condition): quantity} of the warehouse's places."""
        skus = {number: sku for sku, number in self.products.items()}
        rows = self.rpc(
            "stock.quant",
            "search_read",
            [("location_id", "in", list(self.places))],
            ["product_id", "lot_id", "location_id", "quantity"],
        )
        found = Counter()
        for row in rows:
            lot = row["lot_id"][1] if row["lot_id"] else ""
            condition = self.places[row["location_id"][0]]
            found[skus[row["product_id"][0]], lot, condition] += rounded(row["quantity"])
        return {key: quantity for key, quantity in found.items() if quantity}

    def sold(self):
        """What was sold, line by line: order, its state, product, and what was ordered and
        delivered in the product's own unit."""
        rows = self.rpc(
            "sale.order.line",
            "search_read",
            [("order_id.partner_id", "=", self.customer)],
            [*QUANTITIES, "order_id", "product_id", "product_uom_id", "state"],
            order="id",
        )
        for row in rows:
            factor = 6 if row["product_uom_id"][0] == self.pack else 1
            # A sixth of a pack is no round number for Odoo; pieces are whole.
            row |= {
                name: rounded(row[name] * factor if factor == 1 else round(row[name] * factor))
                for name in QUANTITIES
            }
        return rows

    def moves(self):
        """The moves of transfers of this warehouse."""
        return self.rpc(
            "stock.move",
            "search_read",
            [("picking_type_id", "in", [self.in_type, self.out_type])],
            MOVE_FIELDS,
            order="id",
        )


QUANTITIES = ("product_uom_qty", "qty_delivered")
MOVE_FIELDS = [
    "picking_id",
    "product_id",
    "product_qty",
    "quantity",
    "state",
    "sale_line_id",
    "picking_code",
]


def rounded(number):
    """A quantity of Odoo's (float) as Decimal, without what floats leave over."""
    return Decimal(str(round(number, 4))).normalize() + 0
