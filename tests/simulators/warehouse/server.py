"""The 3PL's system over HTTP: it takes our releases, works by the hour, and tells of it.

``POST /orders``      a release (schemas/release-*.json of the product, the contract with it)
``POST /master``      master data (schemas/master-1.0.json): what it is told of, it keeps
``POST /requests``    counts, and messages that somebody misses (schemas/request-*.json)
``POST /connect``     {"url", "secret", "items": […]}: where its own messages go
``POST /dock``        {"order", "kind", "lines"}: a lorry comes, for receipts and returns
``POST /tick``        {"hours": 1}: it works, and sends what is due; ``/tick/empty``: all its post
``GET /truth``        what it has and did
"""

import json
import random
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from jsonschema import Draft202012Validator

from ..canonical import CanonicalPartner
from ..receiver import Answer, Receiver
from .building import Building, Impossible, Item, Key, Order, OrderLine
from .catalogue import Catalogue
from .post import Post
from .staff import AGREED, Staff

SCHEMAS = Path(__file__).parents[3] / "logistics_connector_wms" / "schemas"
#: How a message names the order that it is about, and its sort where it says one.
NUMBERS = ("delivery", "receipt", "return", "transfer", "order")


class WarehousePartner(CanonicalPartner):
    """The one who signs and sends (``warehouse-advice-1.1.json`` of logistics_connector_wms)."""

    provider = "warehouse_json"
    name = "Harbour Fulfilment"
    issuer = "harbour"


class WarehouseServer(Receiver):
    """
    :param int seed: of all that happens
    :param items: what it keeps, see :class:`Item`
    :param clock: the time, aware
    :param is_strict: it refuses releases of items that it was not told of (``/master``)
    :param habits, manners, hands: see Staff and Post
    """

    def __init__(
        self, seed=7, items=(), habits=AGREED, manners=None, substitutes=None, clock=None, **more
    ):
        super().__init__(self._behave, more.pop("port", 0))
        self.partner, self.catalogue = WarehousePartner(), Catalogue()
        self.is_strict = more.pop("is_strict", False)
        self.building = Building(items, clock or (lambda: datetime.now(UTC)))
        self.staff = Staff(self.building, random.Random(f"staff {seed}"), habits, substitutes)
        self.post = Post(
            lambda body, number: self.partner.post(body, number).status,
            random.Random(f"post {seed}"),
            manners,
            self.partner.issuer,
            **more,
        )
        self._told = 0  # how much of the ledger is in the post
        self._answers, self._work = {}, threading.RLock()
        self._contracts = {}
        for path in sorted(SCHEMAS.glob("release-*.json")):
            version = path.stem.removeprefix("release-")
            self._contracts[version] = Draft202012Validator(json.loads(path.read_text()))
        self._requests = Draft202012Validator(
            json.loads((SCHEMAS / "request-1.0.json").read_text())
        )
        self._master = Draft202012Validator(json.loads((SCHEMAS / "master-1.0.json").read_text()))

    # -- what a test does ---------------------------------------------------------------------

    def keep(self, *items):
        """Keep these items from now on."""
        self.building.items |= {item.sku: item for item in items}

    def arrive(self, number, lines, kind="receipt"):
        """A lorry comes with goods for an order.

        :param lines: [(line number or None, sku, quantity, lots)]
        """
        with self._work:
            made = [
                OrderLine(line, sku, Decimal(many), tuple(lots)) for line, sku, many, lots in lines
            ]
            return self.building.take(Order(number, kind, made, is_answered=True))[0]

    def tick(self, hours=1):
        """Work for so many hours; each hour's post leaves at its end."""
        for _hour in range(hours):
            with self._work:
                self.staff.work()
                self._hand_over()
            self.post.round()

    def empty(self):
        """All that was done is told, and acknowledged."""
        with self._work:
            self._hand_over()
        self.post.empty()

    def _hand_over(self):
        ledger = self.building.ledger
        self.post.write(ledger[self._told :])
        self._told = len(ledger)

    # -- what Odoo does -----------------------------------------------------------------------

    def take(self, message, key):
        """Work a message of ours: its status and answer. The same key is the same message.

        :param dict message: a release, or whatever came instead
        :param str key: its Idempotency-Key
        """
        with self._work:
            if not key:
                return 400, {"error": "Idempotency-Key is missing"}
            known = self._answers.get(key)
            if known is None:
                known = self._answers[key] = message, *self._take(message)
            if known[0] != message:
                return 409, {"error": "this key was another message"}
            return known[1:]

    def _take(self, message):
        version = message.get("version") if isinstance(message, dict) else None
        contract = self._contracts.get(version)
        if contract is None:
            return 422, {"error": f"version {version!r} was not agreed"}
        wrong = next(contract.iter_errors(message), None)
        if wrong is not None:
            return 422, {"error": wrong.message, "at": wrong.json_path}
        number = next(message[name] for name in NUMBERS if name in message)
        if message["type"] == "cancel":
            self.staff.stop(number)
            return 202, {"accepted": True}
        kind = message.get("kind") or "delivery"
        order = Order(number, kind, [], message.get("revision", 1))
        try:
            order.lines = [self._line(line) for line in message["lines"]]
        except Impossible as error:
            return 422, {"error": str(error)}
        known, is_new = self.building.take(order)
        if not is_new and known.revision < order.revision:
            self.staff.refuse(known, order.revision)
        return 202, {"accepted": True}

    def asked(self, message):
        """Count, or send again; status and answer. Who asks twice is answered twice."""
        wrong = next(self._requests.iter_errors(message), None)
        if wrong is not None:
            return 422, {"error": wrong.message, "at": wrong.json_path}
        with self._work:
            if message["type"] == "count":
                wanted = [
                    (line["product"], line.get("lot", ""), line["condition"])
                    for line in message["lines"]
                ]
                self.staff.count(message["request"], wanted)
            else:
                self.post.again(message.get("stream", ""), message["first"], message["last"])
        return 202, {"accepted": True}

    def learn(self, message):
        """Know items, lots and customers from now on; status and answer. It keeps what it knows."""
        wrong = next(self._master.iter_errors(message), None)
        if wrong is not None:
            return 422, {"error": wrong.message, "at": wrong.json_path}
        with self._work:
            for item in self.catalogue.take(message):
                self.building.items.setdefault(item.sku, item)
        return 202, {"accepted": True}

    def _line(self, line):
        if self.is_strict and not self.catalogue.knows(line["product"]):
            raise Impossible(f"nobody has told us of {line['product']}")
        quantity = Decimal(repr(line["quantity"]))
        item = self.building.items.get(line["product"])
        if item:  # of another one nothing is known, which is answered later
            quantity = item.in_own(quantity, line["unit"])
        return OrderLine(line["line"], line["product"], quantity, tuple(line.get("lots", ())))

    # -- HTTP ---------------------------------------------------------------------------------

    def _behave(self, call, number):
        try:
            message = json.loads(call.body) if call.body else {}
        except ValueError:
            return answer(400, {"error": "no JSON"})
        if call.path == "/orders":
            return answer(*self.take(message, call.key))
        if call.path == "/requests":
            return answer(*self.asked(message))
        if call.path == "/master":
            return answer(*self.learn(message))
        if call.path == "/truth":
            return answer(200, self.truth())
        if call.path == "/tick":
            self.tick(message.get("hours", 1))
        elif call.path == "/tick/empty":
            self.empty()
        elif call.path == "/dock":
            lines = [
                (line.get("line"), line["product"], repr(line["quantity"]), line.get("lots", ()))
                for line in message["lines"]
            ]
            self.arrive(message["order"], lines, message.get("kind", "receipt"))
        elif call.path == "/connect":
            self.partner.url, self.partner.secret = message["url"], message["secret"]
            with self._work:
                self._stock_up(message.get("items", ()))
        else:
            return answer(404, {"error": "there is no such place"})
        return answer(200, {"waiting": len(self.post.waiting)})

    def _stock_up(self, items):
        """Keep these items; of new ones so many lie there as ``stock`` says."""
        for values in items:
            if values["sku"] not in self.building.items and values.get("stock"):
                self.building.stock[Key(values["sku"])] = Decimal(str(values["stock"]))
            self.keep(_item(values))

    def truth(self):
        """:meth:`Building.truth` as JSON has it, and how much of it is not told yet."""
        with self._work:
            truth = self.building.truth()
            return {
                "stock": [
                    {"sku": sku, "lot": lot, "condition": condition, "quantity": float(quantity)}
                    for (sku, lot, condition), quantity in sorted(truth["stock"].items())
                ],
                **{
                    name: [
                        {"order": order, "line": line, "sku": sku, "quantity": float(quantity)}
                        for (order, line, sku), quantity in truth[name].items()
                    ]
                    for name in ("shipped", "received")
                },
                "states": {order.number: order.state for order in self.building.orders.values()},
                "waiting": len(self.post.waiting) + len(self.building.ledger) - self._told,
            }


def _item(values):
    """An item as ``/connect`` has it: sku, tracking, units {name: factor}, step."""
    units = {name: Decimal(str(factor)) for name, factor in values.get("units", {}).items()}
    step = Decimal(str(values.get("step", 1)))
    return replace(Item(values["sku"], values.get("tracking", "none")), units=units, step=step)


def answer(status, value):
    """An answer in JSON."""
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
