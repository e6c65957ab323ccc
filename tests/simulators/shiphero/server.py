"""ShipHero: what it keeps, what it tells by webhook, and what it answers.

``POST /auth/refresh``  {"refresh_token"} → a token, good for 28 days
``POST /graphql``       the four lists that are swept, 100 entries a page at most, paid in credits;
                        and the stock

It reads of a query what a server must: the list, its condition, ``first`` and ``after``, and gives
the fields of an entry that were asked for, in their order, as GraphQL does.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime

from ...support.http import request
from ..receiver import Answer, Receiver
from .book import OrderBook
from .selection import pick, read_selection, uuid

CREDITS, A_SECOND = 4004, 60
LIST = re.compile(r"list: (\w+)\((\w+): (\"[^\"]*\")\)")
FIRST = re.compile(r"data\(first: (\d+)(?:, after: (\"[^\"]*\"))?\)")
ALIAS = re.compile(r"{ (\w+): __typename")
CONDITIONS = {
    "shipments": ("date_from", "created_date"),
    "inventory_changes": ("date_from", "created_at"),
    "purchase_orders": ("updated_from", "updated_at"),
    "returns": ("date_from", "created_at"),
}
TYPES = {
    "shipments": "Shipment",
    "inventory_changes": "InventoryChange",
    "purchase_orders": "PurchaseOrder",
    "returns": "Return",
}


class ShipHero(Receiver):
    """
    :param clock: the time, aware
    """

    provider = "shiphero"
    name = "Hero Fulfilment"

    def __init__(self, clock=lambda: datetime.now(UTC)):
        super().__init__(lambda call, number: self.answer(call))
        self.clock = clock
        self.target = ""  # where its webhooks go
        self.secret = secrets.token_urlsafe(32)
        self.refresh_token, self.access_token = secrets.token_urlsafe(24), ""
        self.stock = {}  # sku → (on hand, not for sale), in building 7001
        self.kept = {name: [] for name in CONDITIONS}
        self.book = OrderBook()
        self.lose_answer_of = ""  # a mutation that is worked, and whose answer is lost, once
        self.credits, self.troubles, self.refreshed = CREDITS, [], 0

    # -- what it tells ------------------------------------------------------------------------

    def headers(self, body, message_id, secret=None):
        key = (secret or self.secret).encode()
        digest = hmac.new(key, body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "ShipHero Request V1.0",
            "x-shiphero-hmac-sha256": base64.b64encode(digest).decode(),
            "X-Shiphero-Message-ID": message_id,
        }

    @staticmethod
    def connection_values():
        """All that describes how it signs is known of the provider."""
        return {}

    def tell(self, content, message_id=None, secret=None):
        """Send a webhook once; the answer."""
        body = json.dumps(content).encode()
        headers = self.headers(body, message_id or secrets.token_hex(8), secret)
        return request("POST", self.target, body, headers)

    # -- what it keeps ------------------------------------------------------------------------

    def keep(self, name, node):
        """From now on a list shows this entry."""
        self.kept[name].append({"__typename": TYPES[name], **node})

    # -- what it answers ----------------------------------------------------------------------

    def answer(self, call):
        if self.troubles:
            return self.troubles.pop(0)
        if call.path == "/auth/refresh":
            return self._refresh(call)
        if call.path != "/graphql" or call.method != "POST":
            return Answer(404)
        if not self.access_token or call.headers.get("Authorization") != (
            f"Bearer {self.access_token}"
        ):
            return Answer(401, body=b'{"message": "Unauthorized"}')
        said = self.execute(call.data["query"], call.data.get("variables"))
        if self.lose_answer_of and self.lose_answer_of in call.data["query"]:
            self.lose_answer_of = ""
            return Answer(500)
        return self._said(said)

    def _refresh(self, call):
        if call.data != {"refresh_token": self.refresh_token}:
            return Answer(401, body=b'{"error": "invalid_grant"}')
        self.refreshed += 1
        self.access_token = f"at-{self.refreshed}-{secrets.token_hex(8)}"
        said = {"access_token": self.access_token, "expires_in": 2419200, "token_type": "Bearer"}
        return self._said({**said, "scope": "openid profile offline_access"})

    @staticmethod
    def _said(content):
        headers = {"Content-Type": "application/json"}
        return Answer(200, headers, json.dumps(content).encode())

    def _levels(self, query):
        """A page of warehouse_products."""
        first, after = FIRST.search(query).groups()
        size, place = min(int(first), 100), int(json.loads(after)) if after else 0
        skus = sorted(self.stock)
        edges = [
            {
                "node": {
                    "__typename": "WarehouseProduct",
                    "sku": sku,
                    "warehouse_id": uuid("Warehouse", 7001),
                    "on_hand": self.stock[sku][0],
                    "allocated": 0,
                    "non_sellable_quantity": self.stock[sku][1],
                }
            }
            for sku in skus[place : place + size]
        ]
        info = {"hasNextPage": place + size < len(skus), "endCursor": str(place + size)}
        alias = ALIAS.search(query)[1]
        return {"data": {alias: "Query", "list": {"data": {"pageInfo": info, "edges": edges}}}}

    def execute(self, query, variables=None):
        """The answer to a query or a mutation, as JSON's objects."""
        if variables is not None:
            return self.book.execute(query, variables)
        if "list: warehouse_products" in query:
            return self._levels(query)
        if query == "{ clock: __typename }":
            return {"data": {"clock": "Query"}}
        name, condition, since = LIST.search(query).groups()
        expected, field = CONDITIONS[name]
        if condition != expected:
            return self._error(f"Unknown argument “{condition}” on field “{name}”.", None)
        first, after = FIRST.search(query).groups()
        size, place = min(int(first), 100), int(json.loads(after)) if after else 0
        if self.credits < size + 1:
            left = -(-(size + 1 - self.credits) // A_SECOND)
            text = (
                "There are not enough credits to perform the requested operation, which requires "
                f"{size + 1} credits, but there are only {self.credits} left. In {left} seconds "
                "you will have enough credits to perform the operation"
            )
            return self._error(text, 30, time_remaining=f"{left} seconds")
        moment = datetime.fromisoformat(json.loads(since))
        found = [node for node in self.kept[name] if datetime.fromisoformat(node[field]) >= moment]
        part = found[place : place + size]
        self.credits -= len(part) + 1
        wanted = read_selection(query)["list"]["data"]["edges"]["node"]
        info = {"hasNextPage": place + size < len(found), "endCursor": str(place + size)}
        edges = [{"node": pick(node, wanted)} for node in part]
        answer = {"request_id": secrets.token_hex(12), "complexity": size + 1}
        return {"data": {"list": {**answer, "data": {name: info, "edges": edges}}}}

    @staticmethod
    def _error(text, code, **more):
        error = {"message": text, "operation": "list", "code": code, **more}
        return {"errors": [error], "data": {"list": None}}
