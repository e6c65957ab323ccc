"""The demonstration, step by step: what a partner does, and what must be seen in Odoo after it."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ..simulators.journey import PHOTO, POD, Parcel, journey, now, shuffled
from ..support import http
from ..support.polling import TimedOut, wait_for

PATIENCE = 45  # seconds; the sweep comes once a minute only where no waker did its work


@dataclass(frozen=True, slots=True)
class Step:
    """What was played; ``look`` tells what is seen now, in the words of ``expected``."""

    title: str
    expected: str
    look: Callable[[], str]

    def check(self, timeout=PATIENCE):
        """``(seen, ok)``, waiting a while for what is expected."""
        try:
            wait_for(lambda: self.look() == self.expected, timeout, interval=0.25)
        except TimedOut:
            return self.look(), False
        return self.expected, True


class Stage:
    """Where the steps are played. Every step has an order, a parcel and messages of its own."""

    def __init__(self, rpc, shop, lanes):
        self.rpc, self.shop, self.lanes = rpc, shop, lanes
        self.rng = random.Random()

    def steps(self):
        """Play everything and yield what has to be seen then."""
        yield self.happy("ups", "UPS: delivered with a photo", PHOTO)
        yield self.happy("fedex", "FedEx: delivered with a proof of delivery", POD)
        yield self.happy("sendcloud", "Sendcloud: delivered")
        yield self.happy("canonical", "Canonical: delivered with a proof of delivery", POD)
        yield self.trouble("ups", "address", "UPS: wrong address")
        yield self.trouble("fedex", "damaged", "FedEx: damaged on the way")
        yield self.attempted("sendcloud", "Sendcloud: nobody at home")
        yield self.unknown_code()
        yield self.unknown_shipment()
        yield self.out_of_order()
        yield self.duplicates()
        yield self.conflict()
        yield self.broken_json()
        yield self.bad_signature()
        yield self.unknown_address()

    # -- what goes well -----------------------------------------------------------------------

    def happy(self, code, title, proof=b""):
        sale, _deliveries = self.play(code, "delivered", proof=proof)
        documents = 1 if proof else 0
        return Step(
            f"{title} ({sale.name})",
            f"shipment delivered, delivery Delivered, order fulfilled, documents {documents}",
            lambda: self.look_at(sale),
        )

    def out_of_order(self):
        sale, _deliveries = self.play("ups", "second_try", mix=True)
        return Step(
            f"UPS: scans in the wrong order ({sale.name})",
            "shipment delivered, delivery Delivered, order fulfilled, documents 0",
            lambda: self.look_at(sale),
        )

    def duplicates(self):
        sale, deliveries = self.play("fedex", "delivered", proof=POD)
        partner = self.lanes["fedex"].partner
        again = [partner.deliver(delivery.body) for delivery in deliveries for _copy in range(2)]
        said = sum(delivery.answer.json()["duplicate"] for delivery in again)
        return Step(
            f"FedEx: every message three times ({sale.name})",
            "12 copies acknowledged as duplicates, 7 events, 2 documents filed",
            lambda: (
                f"{said} copies acknowledged as duplicates, {self.events(sale)} events, "
                f"{self.filed(sale)} documents filed"
            ),
        )

    # -- what people must look at -------------------------------------------------------------

    def trouble(self, code, story, title):
        sale, _deliveries = self.play(code, story)

        def look():
            exception = self.exception([("shipment_id", "=", self.shop.shipment(sale))])
            return f"exception {exception}, order {self.order_state(sale)}"

        return Step(
            f"{title} ({sale.name})", "exception delivery_exception new, order blocked", look
        )

    def attempted(self, code, title):
        sale, _deliveries = self.play(code, "attempted")
        return Step(
            f"{title} ({sale.name})",
            "shipment delivery_attempted",
            lambda: f"shipment {self.shipment(sale, 'state')}",
        )

    def unknown_code(self):
        sale, deliveries = self.play("sendcloud", "unknown")
        raw_code = json.loads(deliveries[-1].body)["parcel"]["status"]["id"]

        def look():
            domain = [("provider", "=", "sendcloud"), ("raw_code", "=", str(raw_code))]
            known = self.rpc("logistics.event.mapping", "search_count", domain)
            exception = "mapped" if known else self.exception(domain)
            return f"shipment {self.shipment(sale, 'state')}, exception {exception}"

        domain = [("provider", "=", "sendcloud"), ("raw_code", "=", str(raw_code))]
        mapped = self.rpc("logistics.event.mapping", "search_count", domain)
        return Step(
            f"Sendcloud: a code that nobody knows ({sale.name})",
            "shipment picked_up, exception " + ("mapped" if mapped else "unmapped_code new"),
            look,
        )

    def unknown_shipment(self):
        """The carrier scans a parcel whose delivery gets its number only later."""
        lane = self.lanes["ups"]
        sale, number = self.sell(lane), lane.partner.number(self.rng)
        steps = self.journey(lane, "delivered")
        lane.partner.tell(self.parcel(lane, number), steps)
        unknown = [("reference", "=", number), ("type_code", "=", "unknown_shipment")]
        wait_for(
            lambda: self.exception(unknown) == "unknown_shipment new",
            PATIENCE,
            f"no exception for the unknown number {number}",
        )
        self.shop.ship(sale, lane.method, number, steps[0].at)

        def look():
            exception = self.exception(unknown, is_open=False)
            return f"parked, then shipment {self.shipment(sale, 'state')}, exception {exception}"

        return Step(
            f"UPS: scans before we know the number ({sale.name})",
            "parked, then shipment delivered, exception unknown_shipment resolved",
            look,
        )

    def conflict(self):
        sale, deliveries = self.play("canonical", "moving")
        partner = self.lanes["canonical"].partner
        other = deliveries[0].body.replace(b"TRK_MANIFESTED", b"DLV_DELIVERED")
        answer = partner.deliver(other).answer

        def look():
            message = self.message(answer.json()["receipt"])
            return f"{answer.status}, message {message}, shipment {self.shipment(sale, 'state')}"

        return Step(
            f"Canonical: same id, other content ({sale.name})",
            "202, message conflict message_conflict, shipment in_transit",
            look,
        )

    def broken_json(self):
        body = b'{"id": "' + uuid.uuid4().hex.encode() + b'", "events": ['
        answer = self.lanes["fedex"].partner.deliver(body).answer
        return Step(
            "FedEx: signed rightly, and no JSON",
            "202, message dead parse_failure",
            lambda: f"{answer.status}, message {self.message(answer.json()['receipt'])}",
        )

    # -- what is refused ----------------------------------------------------------------------

    def bad_signature(self):
        partner = self.lanes["fedex"].partner
        body = partner.encode({"output": {"completeTrackResults": []}, "n": uuid.uuid4().hex})
        headers = partner.headers(body) | {"fdx-signature": "bm8gc2lnbmF0dXJlIG9mIG91cnM="}
        answer = partner.post(body, headers=headers)
        return Step("FedEx: wrong signature", "401", lambda: str(answer.status))

    def unknown_address(self):
        partner = self.lanes["ups"].partner
        body, address = b"{}", f"{self.rpc.url}/logistics/v1/in/{uuid.uuid4().hex}"
        answer = http.request("POST", address, body, partner.headers(body))
        return Step("An address that does not exist", "401", lambda: str(answer.status))

    # -- how it is played ---------------------------------------------------------------------

    def sell(self, lane):
        return self.shop.sell([{"customer": lane.customers[0], "product": self.rng.randrange(4)}])[
            0
        ]

    def parcel(self, lane, number, order=""):
        return Parcel(
            number, order, uid=str(self.rng.randrange(10**9, 10**10)), destination=lane.destination
        )

    def journey(self, lane, story, proof=b""):
        start = now() - timedelta(hours=60, seconds=self.rng.randrange(3600))
        return journey(story, start, lane.origin, lane.destination, "M. de Vries", proof)

    def play(self, code, story, proof=b"", mix=False):
        """Sell and ship one order, and let its carrier tell a story."""
        lane = self.lanes[code]
        sale, number = self.sell(lane), lane.partner.number(self.rng)
        steps = self.journey(lane, story, proof)
        self.shop.ship(sale, lane.method, number, steps[0].at)
        parcel = self.parcel(lane, number, sale.name)
        if mix:
            bodies = [lane.partner.body(parcel, [step]) for step in shuffled(steps, number)]
        else:
            bodies = [lane.partner.body(parcel, steps[: n + 1]) for n in range(len(steps))]
        deliveries = [lane.partner.deliver(body) for body in bodies]
        refused = [delivery.answer for delivery in deliveries if not delivery.ok]
        if refused:
            raise AssertionError(f"{code}: a message was not taken: {refused[0]}")
        return sale, deliveries

    # -- how it is seen -----------------------------------------------------------------------

    def look_at(self, sale):
        delivery = self.rpc("stock.picking", "read", [sale.picking_id], ["shipment_status"])
        return (
            f"shipment {self.shipment(sale, 'state')}, "
            f"delivery {delivery[0]['shipment_status']}, "
            f"order {self.order_state(sale)}, documents {self.documents(sale)}"
        )

    def shipment(self, sale, field):
        shipment_id = self.shop.shipment(sale)
        if not shipment_id:
            return "missing"
        return self.rpc("logistics.shipment", "read", [shipment_id], [field])[0][field]

    def order_state(self, sale):
        return self.rpc("sale.order", "read", [sale.order_id], ["logistics_state"])[0][
            "logistics_state"
        ]

    def documents(self, sale):
        domain = [("res_model", "=", "stock.picking"), ("res_id", "=", sale.picking_id)]
        return self.rpc("ir.attachment", "search_count", domain)

    def filed(self, sale):
        domain = [("kind", "=", "file_document"), ("shipment_id", "=", self.shop.shipment(sale))]
        return self.rpc("logistics.effect", "search_count", domain)

    def events(self, sale):
        """Events of the carrier; those of Odoo itself are not counted."""
        domain = [("shipment_id", "=", self.shop.shipment(sale)), ("provider", "!=", "odoo")]
        return self.rpc("logistics.event", "search_count", domain)

    def exception(self, domain, is_open=True):
        found = self.rpc(
            "logistics.exception",
            "search_read",
            [*domain, ("is_open", "=", is_open)],
            ["type_code", "state"],
            limit=1,
            order="id desc",
        )
        return f"{found[0]['type_code']} {found[0]['state']}" if found else "none"

    def message(self, receipt):
        """State of a message, and of what it opened in the workbench."""
        found = self.rpc(
            "logistics.message",
            "search_read",
            [("receipt", "=", receipt)],
            ["state", "connection_id"],
        )
        if not found:
            return "missing"
        state = found[0]["state"]
        if state not in ("dead", "conflict"):
            return state
        domain = [("connection_id", "=", found[0]["connection_id"][0]), ("is_open", "=", True)]
        wanted = "message_conflict" if state == "conflict" else "parse_failure"
        if wanted == "message_conflict":
            domain.append(("message_id", "=", found[0]["id"]))
        kinds = {
            row["type_code"]
            for row in self.rpc("logistics.exception", "search_read", domain, ["type_code"])
        }
        return f"{state} {wanted if wanted in kinds else 'without exception'}"
