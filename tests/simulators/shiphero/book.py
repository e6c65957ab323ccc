"""ShipHero's orders, purchase orders and returns, and the mutations that change them.

It refuses what ShipHero's schema does not have, and makes a second order of the same number without
a word, as ShipHero does.
"""

import re

from .selection import pick, read_selection, uuid

OPERATION = re.compile(r"\{\s*(\w+)\(")
ADDRESS = set(
    "address1 address2 city company country country_code email first_name last_name phone state "
    "state_code zip".split()
)
PLAIN_ADDRESS = set("address1 address2 city country name phone state zip".split())
LINE = set(
    "sku partner_line_item_id quantity quantity_pending_fulfillment fulfillment_status price "
    "product_name warehouse_id".split()
)
# Input → (what it may have, what it must have).
INPUTS = {
    "order_create": (
        set(
            "order_number partner_order_id shop_name fulfillment_status order_date subtotal "
            "total_price email shipping_address required_ship_date packing_note shipping_lines "
            "line_items".split()
        ),
        {"shipping_address"},
    ),
    "order_update": (
        set("order_id shipping_address required_ship_date packing_note shipping_lines".split()),
        {"order_id"},
    ),
    "order_add_line_items": ({"order_id", "line_items"}, {"order_id", "line_items"}),
    "order_update_line_items": ({"order_id", "line_items"}, {"order_id"}),
    "order_remove_line_items": ({"order_id", "line_item_ids"}, {"order_id"}),
    "order_cancel": ({"order_id", "reason", "force", "void_on_platform"}, {"order_id"}),
    "purchase_order_create": (
        set(
            "po_number partner_order_number warehouse_id subtotal shipping_price total_price "
            "po_date po_note fulfillment_status line_items vendor_id".split()
        ),
        set("po_number warehouse_id subtotal shipping_price total_price line_items".split()),
    ),
    "purchase_order_update": (set("po_id po_date po_note line_items".split()), {"po_id"}),
    "purchase_order_cancel": ({"po_id"}, {"po_id"}),
    "return_create": (
        set(
            "order_id partner_id warehouse_id return_reason label_type label_cost create_label "
            "shipping_carrier shipping_method dimensions address line_items".split()
        ),
        set(
            "order_id warehouse_id return_reason label_type label_cost shipping_carrier "
            "shipping_method dimensions address line_items".split()
        ),
    ),
}


class Wrong(Exception):
    """An error of GraphQL."""


class OrderBook:
    """What it was told, and what became of it. ``orders``, ``purchase_orders`` and ``returns`` are
    lists of dicts in ShipHero's words; ``calls`` counts the mutations by name."""

    def __init__(self):
        self.orders, self.purchase_orders, self.returns = [], [], []
        self.calls = {}
        self.refusals = []  # words with which the next mutations are refused
        self._number = 1000

    def execute(self, query, variables):
        """The answer to a query or a mutation with variables."""
        name = OPERATION.search(query)[1]
        try:
            if "data" in variables:
                said = self._mutate(name, variables["data"])
            else:
                said = getattr(self, f"_find_{name}")(**variables)
        except Wrong as error:
            return {"errors": [{"message": str(error), "path": [name]}], "data": {name: None}}
        wanted = read_selection(query[query.index("{") :])[name]
        return {"data": {name: pick(said, wanted)}}

    def _mutate(self, name, data):
        allowed, needed = INPUTS[name]
        for field in data.keys() - allowed:
            raise Wrong(f'Variable "$data" got invalid value. Field "{field}" is not defined.')
        for field in needed - data.keys():
            raise Wrong(f'Variable "$data" got invalid value. Field "{field}" was not provided.')
        if self.refusals:
            raise Wrong(self.refusals.pop(0))
        self.calls[name] = self.calls.get(name, 0) + 1
        return {"request_id": f"r-{len(self.calls)}", **getattr(self, f"_{name}")(data)}

    def _new_id(self, kind):
        self._number += 1
        return uuid(kind, self._number), self._number

    # -- orders -------------------------------------------------------------------------------

    def order(self, number):
        """The live order of a number; fails where there are several."""
        found = [
            one
            for one in self.orders
            if one["order_number"] == number and one["fulfillment_status"] != "canceled"
        ]
        assert len(found) <= 1, f"{len(found)} orders {number}"
        return found[0] if found else None

    def _find_orders(self, number):
        found = [one for one in self.orders if one["order_number"] == number]
        return {"data": {"edges": [{"node": one} for one in found]}}

    def _order_create(self, data):
        check(data["shipping_address"], ADDRESS)
        own, number = self._new_id("Order")
        lines = [self._line(line) for line in data["line_items"]]
        keys = [line["partner_line_item_id"] for line in lines]
        if len(set(keys)) != len(keys):
            raise Wrong("Duplicated partner_line_item_id.")
        order = {**data, "id": own, "legacy_id": number, "line_items": connection(lines)}
        self.orders.append(order)
        return {"order": order}

    def _line(self, line):
        check(line, LINE, {"sku", "quantity", "price", "partner_line_item_id"})
        if not isinstance(line["quantity"], int) or line["quantity"] <= 0:
            raise Wrong("Int cannot represent non-integer value.")
        own, _number = self._new_id("LineItem")
        return {"quantity_shipped": 0, **line, "id": own}

    def _by_id(self, rows, own, what):
        found = next((one for one in rows if one["id"] == own), None)
        if found is None:
            raise Wrong(f"{what} does not exist.")
        return found

    def _order_update(self, data):
        order = self._by_id(self.orders, data["order_id"], "Order")
        check(data.get("shipping_address", {}), ADDRESS)
        order.update({name: value for name, value in data.items() if name != "order_id"})
        return {}

    def _order_add_line_items(self, data):
        order = self._by_id(self.orders, data["order_id"], "Order")
        order["line_items"]["edges"] += [{"node": self._line(one)} for one in data["line_items"]]
        return {}

    def _order_update_line_items(self, data):
        order = self._by_id(self.orders, data["order_id"], "Order")
        for line in data["line_items"]:
            known = self._by_id(nodes(order), line["id"], "Line item")
            known.update(line)
        return {}

    def _order_remove_line_items(self, data):
        order = self._by_id(self.orders, data["order_id"], "Order")
        gone = data["line_item_ids"]
        left = [one for one in nodes(order) if one["id"] not in gone]
        order["line_items"] = connection(left)
        return {}

    def _order_cancel(self, data):
        order = self._by_id(self.orders, data["order_id"], "Order")
        if any(line["quantity_shipped"] for line in nodes(order)):
            raise Wrong("This order has completed shipments.")
        order["fulfillment_status"] = "canceled"
        return {"order": order}

    # -- purchase orders ----------------------------------------------------------------------

    def _find_purchase_order(self, number):
        found = [one for one in self.purchase_orders if one["po_number"] == number]
        if not found:
            raise Wrong(f"Purchase order with po_number {number} not found")
        return {"data": found[-1]}

    def _purchase_order_create(self, data):
        own, number = self._new_id("PurchaseOrder")
        lines = [{"quantity_received": 0, **line} for line in data["line_items"]]
        order = {**data, "id": own, "legacy_id": number, "line_items": connection(lines)}
        self.purchase_orders.append(order)
        return {"purchase_order": order}

    def _purchase_order_update(self, data):
        order = self._by_id(self.purchase_orders, data["po_id"], "Purchase order")
        known = {line["sku"]: line for line in nodes(order)}
        for line in data.get("line_items", ()):
            if line["sku"] not in known:
                raise Wrong(f"{line['sku']} is not in this purchase order.")
            known[line["sku"]].update(line)
        return {}

    def _purchase_order_cancel(self, data):
        order = self._by_id(self.purchase_orders, data["po_id"], "Purchase order")
        order["fulfillment_status"] = "canceled"
        return {}

    # -- returns ------------------------------------------------------------------------------

    def _find_returns(self, order):
        found = [one for one in self.returns if one["order_id"] == order]
        return {"data": connection(found)}

    def _return_create(self, data):
        check(data["address"], PLAIN_ADDRESS)
        order = self._by_id(self.orders, data["order_id"], "Order")
        skus = {line["sku"] for line in nodes(order)}
        for line in data["line_items"]:
            if line["sku"] not in skus:
                raise Wrong(f"{line['sku']} is not in the order.")
        own, number = self._new_id("Return")
        lines = [{**line, "line_item": {"sku": line["sku"]}} for line in data["line_items"]]
        made = {**data, "id": own, "legacy_id": number, "line_items": lines, "status": "pending"}
        self.returns.append(made)
        return {"return": made}


def connection(rows):
    """Rows as a connection of GraphQL."""
    return {"pageInfo": {"hasNextPage": False}, "edges": [{"node": row} for row in rows]}


def nodes(order):
    """The lines of an order."""
    return [edge["node"] for edge in order["line_items"]["edges"]]


def check(value, allowed, needed=frozenset()):
    """Refuse fields that an input does not have, and missing ones."""
    for field in value.keys() - allowed:
        raise Wrong(f'Field "{field}" is not defined.')
    for field in needed - value.keys():
        raise Wrong(f'Field "{field}" was not provided.')
