"""ShipBob: what it keeps, what it tells by webhook, and what it answers.

``GET  /2.0/channel``
``GET  /2.0/order?ReferenceIds=…|LastUpdateStartDate=…&Page=…&Limit=…``
``POST /2.0/order``               a reference is taken once for ever
``POST /2.0/order/<id>/cancel``   unless its goods have left
``GET  /2.0/receiving, /2.0/return``
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from ...support.http import request
from ..receiver import Answer, Receiver

NEEDED = ("reference_id", "shipping_method", "recipient", "products")
ADDRESS = ("address1", "city", "country")


def now():
    return datetime.now(UTC).isoformat()


class ShipBob(Receiver):
    """Its lists are of dicts in ShipBob's words."""

    provider = "shipbob"
    name = "Bob Fulfilment"

    def __init__(self):
        super().__init__(lambda call, number: self.answer(call))
        self.target = ""  # where its webhooks go
        self.secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
        self.token = secrets.token_urlsafe(24)
        self.orders, self.receivings, self.returns = [], [], []
        self.lose_answer_of = ""  # the path of a call that is worked, and its answer lost, once
        self.troubles = []
        self._number = 77000

    @staticmethod
    def connection_values():
        """All that describes how it signs is known of the provider."""
        return {}

    # -- what it tells ------------------------------------------------------------------------

    def headers(self, body, message_id, topic, secret=None):
        key = base64.b64decode((secret or self.secret).removeprefix("whsec_"))
        at = str(int(time.time()))
        signed = f"{message_id}.{at}.".encode() + body
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{digest}",
            "x-webhook-topic": topic,
        }

    def tell(self, content, topic="order.shipped", message_id=None, secret=None):
        """Send a webhook once; the answer."""
        body = json.dumps(content).encode()
        headers = self.headers(body, message_id or f"msg_{secrets.token_hex(8)}", topic, secret)
        return request("POST", self.target, body, headers)

    # -- what it keeps ------------------------------------------------------------------------

    def live(self, number):
        """The orders of a number, whatever follows it, that are not cancelled."""
        return [
            one
            for one in self.orders
            if one["reference_id"].partition("~")[0] == number and one["status"] != "Cancelled"
        ]

    def ship(self, order):
        """All of an order leaves; the shipment."""
        products = [
            {**one, "inventory_items": [{"id": place, "quantity": one["quantity"]}]}
            for place, one in enumerate(order["products"], 1)
        ]
        order["shipments"][0].update(
            status="Completed", actual_fulfillment_date=now(), products=products
        )
        order.update(status="Fulfilled", last_update_at=now())
        return order["shipments"][0]

    # -- what it answers ----------------------------------------------------------------------

    def answer(self, call):
        """The answer to a call."""
        if self.troubles:
            return self.troubles.pop(0)
        if call.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer(401, body=b"")
        parts = urlsplit(call.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, said = self.execute(call.method, parts.path, asked, call.body, call.headers)
        lost, is_worked = self.lose_answer_of, call.method == "POST" and status < 300
        if lost and is_worked and parts.path.endswith(lost):
            self.lose_answer_of = ""
            return Answer(500)
        headers = {"Content-Type": "application/json"}
        return Answer(status, headers, json.dumps(said).encode())

    def execute(self, method, path, asked, body, headers):
        """Status and content."""
        if not path.startswith("/2.0/"):
            return 404, {}
        names = path.removeprefix("/2.0/").split("/")
        if method == "GET":
            if names == ["channel"]:
                return 200, [
                    {"id": 1, "name": "Shop", "scopes": ["orders_read"]},
                    {"id": 4711, "name": "Odoo", "scopes": ["orders_read", "orders_write"]},
                ]
            lists = {"order": self._ordered, "receiving": self._received, "return": self._returned}
            return 200, lists[names[0]](asked)
        if names == ["order"]:
            return self._make(json.loads(body), headers.get("shipbob_channel_id"))
        order = next((one for one in self.orders if str(one["id"]) == names[1]), None)
        return (404, {}) if order is None else (200, self._cancel(order))

    @staticmethod
    def _page(rows, asked):
        size, place = int(asked.get("Limit", 50)), int(asked.get("Page", 1)) - 1
        return rows[place * size : (place + 1) * size]

    def _ordered(self, asked):
        rows = self.orders
        if "ReferenceIds" in asked:
            wanted = asked["ReferenceIds"].split(",")
            rows = [one for one in rows if one["reference_id"] in wanted]
        if since := asked.get("LastUpdateStartDate"):
            moment = datetime.fromisoformat(since)
            rows = [one for one in rows if datetime.fromisoformat(one["last_update_at"]) >= moment]
        return self._page(sorted(rows, key=lambda one: one["last_update_at"]), asked)

    def _received(self, asked):
        return self._page(self.receivings, asked) if "InsertStartDate" in asked else []

    def _returned(self, asked):
        return self._page(self.returns, asked) if "StartDate" in asked else []

    def _make(self, data, channel):
        if channel != "4711":
            return 403, {"message": "The channel cannot be written."}
        missing = [name for name in NEEDED if not data.get(name)]
        missing += [name for name in ADDRESS if not data["recipient"]["address"].get(name)]
        if missing:
            return 422, {name: [f"The {name} field is required."] for name in missing}
        if any(one["reference_id"] == data["reference_id"] for one in self.orders):
            return 422, {"ReferenceId": ["Cannot insert order with existing ReferenceId"]}
        self._number += 1
        shipment = {
            "id": self._number + 10000,
            "order_id": self._number,
            "reference_id": data["reference_id"],
            "status": "Processing",
            "last_update_at": now(),
            "location": {"id": data.get("location_id", 10)},
            "tracking": None,
            "measurements": None,
            "products": [],
        }
        made = {
            **data,
            "id": self._number,
            "status": "Processing",
            "last_update_at": now(),
            "shipments": [shipment],
        }
        self.orders.append(made)
        return 201, made

    @staticmethod
    def _cancel(order):
        has_left = any(one["status"] == "Completed" for one in order["shipments"])
        if not has_left:
            order.update(status="Cancelled", last_update_at=now())
        results = [
            {
                "action": "Cancel",
                "shipment_id": one["id"],
                "is_success": not has_left,
                "reason": "Shipment has left" if has_left else "Order cancelled",
            }
            for one in order["shipments"]
        ]
        return {"order_id": order["id"], "order": order, "canceled_shipment_results": results}
