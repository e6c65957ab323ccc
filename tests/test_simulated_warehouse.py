"""The simulated 3PL by itself: its goods are conserved, its messages arrive all, and it takes our
releases as the contract says."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .simulators.warehouse import (
    AGREED,
    EVERYTHING,
    Building,
    Impossible,
    Item,
    Key,
    Manners,
    Order,
    OrderLine,
    Post,
    Staff,
    WarehouseServer,
)
from .simulators.warehouse.live import LiveWarehouse
from .simulators.warehouse.post import PUNCTUAL
from .support.http import request

ITEMS = (
    Item("LAMP", units={"Dozens": Decimal(12)}),
    Item("BULB"),
    Item("OIL", tracking="lot", step=Decimal("0.1")),
    Item("DRILL", tracking="serial"),
)
RELEASE = {
    "type": "release",
    "version": "1.0",
    "delivery": "WH/OUT/1",
    "shipment": "SHP1",
    "lines": [{"line": 7, "product": "LAMP", "quantity": 2, "unit": "Dozens"}],
}


def hours():
    """A clock that goes on by some minutes whenever it is looked at."""
    at = datetime(2026, 3, 1, 6, tzinfo=UTC)
    while True:
        yield at
        at += timedelta(minutes=7)


def clock():
    ticking = hours()
    return lambda: next(ticking)


def lively(seed, habits=EVERYTHING, days=6):
    """A building in which receipts, deliveries and returns were worked for some hours."""
    rng = random.Random(seed)
    building = Building(ITEMS, clock())
    staff = Staff(building, random.Random(seed + 1), habits, {"LAMP": "BULB"})
    for number in range(4):
        lines = [OrderLine(None, item.sku, item.step * rng.randint(1, 30)) for item in ITEMS]
        building.take(Order(f"IN/{number}", "receipt", lines))
    for number in range(days):
        lines = [
            OrderLine(100 * number + index, item.sku, item.step * rng.randint(1, 12))
            for index, item in enumerate(rng.sample(ITEMS, rng.randint(1, 4)))
        ]
        building.take(Order(f"OUT/{number}", "delivery", lines))
        staff.work()
        if rng.random() < 0.2:
            staff.stop(f"OUT/{number}")
        if number % 3 == 2:
            lines = [OrderLine(None, item.sku, item.step * rng.randint(1, 3)) for item in ITEMS]
            building.take(Order(f"RET/{number}", "return", lines))
        staff.work()
    return building


SEEDS = st.integers(0, 2**32)


@settings(deadline=None)
@given(SEEDS)
def test_goods_are_conserved(seed):
    building = lively(seed)
    sums = Counter()
    for deed in building.ledger:
        for key, by in deed.moves:
            sums[key] += by
        assert min(sums.values(), default=0) >= 0, "nothing is taken that is not there"
    assert {key: by for key, by in sums.items() if by} == dict(building.stock)


@settings(deadline=None)
@given(SEEDS)
def test_what_is_told_of_stock_adds_up_to_what_is_there(seed):
    """Who reads all lines, and nothing else, knows the stock."""
    building = lively(seed)
    told = Counter()
    signs = {"ship": -1, "receipt": 1, "adjustment": 1}
    for deed in building.ledger:
        for line in deed.lines if deed.kind in signs else ():
            sign = signs[deed.kind]
            if line.get("disposition") == "scrap":
                sign = 0
            place = line.get("condition", "available")
            place = {"quarantine": "quarantine", "refurbish": "held"}.get(
                line.get("disposition"), place
            )
            for lot in line.get("serials") or [line.get("lot", "")]:
                quantity = sign * (1 if line.get("serials") else abs(line["quantity"]))
                if deed.kind == "adjustment" and (line["quantity"] < 0 or line.get("moved_to")):
                    quantity = -quantity
                told[line["product"], lot, place] += quantity
                if line.get("moved_to"):
                    told[line["product"], lot, line["moved_to"]] -= quantity
    assert {key: by for key, by in told.items() if by} == building.truth()["stock"]


@settings(deadline=None)
@given(SEEDS)
def test_an_order_ends_once_and_its_confirmations_are_counted(seed):
    building = lively(seed)
    confirmations, last = {}, {}
    times = [deed.at for deed in building.ledger]
    assert times == sorted(set(times)), "each deed has a time of its own"
    for deed in building.ledger:
        if deed.kind in ("ship", "receipt"):
            assert deed.order not in last, "nothing follows a final confirmation"
            confirmations.setdefault(deed.order, []).append(deed.number)
            if deed.final:
                last[deed.order] = deed.id
    assert all(found == [*range(1, len(found) + 1)] for found in confirmations.values())
    for order in building.orders.values():
        assert (order.state == "done") == (order.number in last)


def test_the_same_seed_is_the_same_day():
    assert lively(3).ledger == lively(3).ledger != lively(4).ledger


def test_all_habits_are_seen():
    """A story that never happens examines nothing."""
    seen = set()
    for seed in range(60):
        for deed in lively(seed).ledger:
            seen.add(deed.kind)
            seen |= {deed.details[name] for name in ("answer", "stage") if deed.details.get(name)}
            seen |= {"terse"} if deed.details.get("terse") else set()
            seen |= {"more follows"} if deed.final is False else set()
            for line in deed.lines:
                seen |= {name for name in ("substitutes", "moved_to", "serials") if name in line}
                seen |= {line[name] for name in ("reason", "disposition") if name in line}
    assert {"ship", "receipt", "adjustment", "count", "snapshot", "release", "progress"} < seen
    assert {"accepted", "rejected", "cancelled", "too_late", "started", "terse"} < seen
    assert {"more follows", "substitutes", "moved_to", "serials", "SHORT", "LOST"} < seen
    assert {"restock", "quarantine", "scrap", "refurbish"} < seen


def test_the_impossible_is_not_done():
    building = Building(ITEMS, clock())
    with pytest.raises(Impossible):
        building.do("ship", [(Key("LAMP"), Decimal(-1))])
    one = Key("DRILL", serial="D1")
    building.do("receipt", [(one, Decimal(1))])
    with pytest.raises(Impossible, match="2 times"):
        building.do("receipt", [(one._replace(condition="damaged"), Decimal(1))])
    assert building.truth()["stock"] == {("DRILL", "D1", "available"): 1}
    assert len(building.ledger) == 1


@settings(deadline=None)
@given(SEEDS)
def test_every_message_arrives_whatever_the_line_does(seed):
    rng, arrived = random.Random(seed), []

    def send(body, number):
        if rng.random() < 0.3:
            return rng.choice((0, 503, 429))
        arrived.append(body)
        # The answer may get lost where the message did not.
        return 0 if rng.random() < 0.1 else 202

    building = lively(seed)
    post = Post(send, random.Random(seed))
    post.write(building.ledger)
    post.empty(most=500)
    numbers = {}
    for body in set(arrived):
        message = json.loads(body)
        numbers.setdefault(message["stream"], []).append(message["sequence"])
    assert all(sorted(found) == [*range(1, len(found) + 1)] for found in numbers.values())
    told = sum(len(json.loads(body)["advices"]) for body in set(arrived))
    assert told == len(building.ledger)


def test_messages_come_late_twice_and_in_another_order():
    arrived = []
    post = Post(lambda body, number: arrived.append(number) or 202, random.Random(1))
    post.write(lively(1).ledger)
    post.empty()
    first = list(dict.fromkeys(arrived))
    assert len(arrived) > len(first) and first != [letter.id for letter in post.letters]
    punctual = Post(lambda body, number: 202, random.Random(1), PUNCTUAL)
    punctual.write(lively(1).ledger)
    assert punctual.round() == len(punctual.letters) and not punctual.waiting


def test_what_is_never_taken_is_said():
    post = Post(lambda body, number: 422, random.Random(1), Manners())
    post.write(lively(1).ledger)
    with pytest.raises(TimeoutError, match="not taken"):
        post.empty(most=8)


@pytest.fixture
def server():
    with WarehouseServer(items=ITEMS) as server:
        yield server


def post(server, path, value, key="k1"):
    answer = request(
        "POST", server.url + path, json.dumps(value).encode(), {"Idempotency-Key": key}
    )
    return answer.status


def test_the_same_key_twice_is_one_order(server):
    assert post(server, "/orders", RELEASE) == post(server, "/orders", RELEASE) == 202
    assert server.building.orders["WH/OUT/1"].lines[0].asked == 24
    assert post(server, "/orders", {**RELEASE, "delivery": "WH/OUT/2"}) == 409
    assert post(server, "/orders", {**RELEASE, "delivery": "WH/OUT/2"}, "k2") == 202
    assert len(server.building.orders) == 2
    assert post(server, "/orders", RELEASE, "") == 400


@pytest.mark.parametrize(
    "change",
    [{"lines": []}, {"version": "0.9"}, {"shipment": 3}, {"type": "hello"}],
    ids=lambda change: next(iter(change)),
)
def test_what_the_contract_refuses_is_refused(server, change):
    assert post(server, "/orders", {**RELEASE, **change}) == 422
    assert not server.building.orders


def test_an_unknown_product_is_accepted_and_then_rejected(server):
    line = {**RELEASE["lines"][0], "product": "TABLE"}
    assert post(server, "/orders", {**RELEASE, "lines": [line]}) == 202
    server.staff.work()
    (deed,) = server.building.ledger
    assert (deed.kind, deed.details["answer"]) == ("release", "rejected")
    assert "TABLE" in deed.details["reason"]


def test_a_cancellation_is_in_time_or_too_late(server):
    cancel = {"type": "cancel", "version": "1.0", "shipment": "SHP1"}
    assert post(server, "/orders", RELEASE) == 202
    assert post(server, "/orders", {**cancel, "delivery": "WH/OUT/1"}, "c1") == 202
    assert server.truth()["states"] == {"WH/OUT/1": "cancelled"}
    second = {**RELEASE, "delivery": "WH/OUT/2"}
    assert post(server, "/orders", second, "k2") == 202
    server.arrive("WH/IN/1", [(None, "LAMP", 50, ())])
    while server.building.orders["WH/OUT/2"].state == "open":
        server.staff.work()
    assert post(server, "/orders", {**cancel, "delivery": "WH/OUT/2"}, "c2") == 202
    answers = [deed.details["answer"] for deed in server.building.ledger if deed.kind == "release"]
    assert (answers[0], answers[-1]) == ("cancelled", "too_late")


def test_it_is_driven_over_http(server):
    line = {"product": "DRILL", "quantity": 3}
    values = {"url": "http://127.0.0.1:9/nowhere", "secret": server.partner.new_secret()}
    assert post(server, "/connect", {**values, "items": [{"sku": "SAW"}]}) == 200
    assert post(server, "/dock", {"order": "WH/IN/1", "lines": [line]}) == 200
    assert post(server, "/tick", {"hours": 3}) == 200
    truth = request("GET", server.url + "/truth").json()
    assert "SAW" in server.building.items
    assert truth["states"] == {"WH/IN/1": "done"}
    assert truth["waiting"] > 0, "nobody took its messages"
    assert request("GET", server.url + "/nowhere").status == 404


def ask(warehouse, place, /, **values):
    body = json.dumps(values).encode()
    return request("POST", f"{warehouse.url}/{place}", body, {"Idempotency-Key": "K1"})


def test_what_never_left_leaves_when_it_is_asked_for():
    sent = []
    post = Post(lambda body, number: sent.append(number) or 202, random.Random(3))
    post.manners = Manners(forgotten=1.0, most=1)
    building = lively(3)
    post.write([deed for deed in building.ledger if deed.kind == "adjustment"][:3])
    post.empty()
    assert not sent
    post.again("stock", 1, 2)
    post.empty()
    assert sorted(sent) == ["harbour-stock-00001", "harbour-stock-00002"]
    post.last_ones()
    post.empty()
    assert sent[2:] == ["harbour-stock-00003"], "which no number shows"


def test_it_counts_what_it_is_asked_to():
    with WarehouseServer(items=ITEMS) as warehouse:
        warehouse.building.stock[Key("LAMP")] = Decimal(5)
        lines = [{"product": sku, "condition": "available"} for sku in ("LAMP", "BULB")]
        wanted = {"type": "count", "version": "1.0", "request": "C1", "warehouse": "W"}
        assert ask(warehouse, "requests", **wanted, lines=lines).status == 202
        assert ask(warehouse, "requests", type="count").status == 422
        (deed,) = warehouse.building.ledger
        assert (deed.kind, deed.order) == ("count", "C1")
        assert [(one["product"], one["quantity"]) for one in deed.lines] == [
            ("LAMP", 5),
            ("BULB", 0),
        ]


def test_the_live_one_is_there_again_after_its_end(tmp_path):
    state = tmp_path / "warehouse"
    with LiveWarehouse(state=state) as warehouse:
        items = [{"sku": "LAMP", "stock": 9, "units": {"Dozens": 12}}]
        ask(warehouse, "connect", url="http://127.0.0.1:9/in", secret="whsec_eA==", items=items)
        assert ask(warehouse, "orders", **RELEASE).status == 202
        ask(warehouse, "lose", sku="LAMP", quantity=2)
        ask(warehouse, "_down/60")
        assert ask(warehouse, "orders", **RELEASE).status == 503
        ask(warehouse, "_down/0")
        truth = warehouse.truth()
    with LiveWarehouse(state=state) as warehouse:
        assert warehouse.truth() == truth
        assert truth["states"] == {"WH/OUT/1": "open"}
        assert ask(warehouse, "orders", **{**RELEASE, "delivery": "WH/OUT/2"}).status == 409
        assert warehouse.partner.url == "http://127.0.0.1:9/in"
        ask(warehouse, "connect", url="http://127.0.0.1:9/in", secret="whsec_eA==", items=items)
        ask(warehouse, "find")
        assert warehouse.truth()["stock"][0]["quantity"] == 9


MASTER = {
    "type": "master",
    "version": "1.0",
    "told_at": "2026-03-01T06:00:00+00:00",
    "items": [
        {
            "id": 3,
            "version": 2,
            "action": "tell",
            "product": "LAMP",
            "name": "Lamp",
            "unit": "Units",
            "units": [{"unit": "Units", "factor": 1}, {"unit": "Dozens", "factor": 12}],
            "tracking": "none",
        }
    ],
}


def test_a_strict_3pl_works_what_it_was_told_of():
    server = WarehouseServer(is_strict=True)
    refused = server.take(RELEASE, "a")
    assert refused[0] == 422
    assert "LAMP" in refused[1]["error"]
    assert server.learn({**MASTER, "items": []})[0] == 422
    assert server.learn(MASTER)[0] == 202
    gone = {"id": 3, "version": 1, "action": "withdraw", "code": "LAMP"}
    server.learn({**MASTER, "items": [gone]})  # an older one comes late
    assert server.take(RELEASE, "b")[0] == 202
    (order,) = server.building.orders.values()
    assert order.lines[0].asked == 24
    server.learn({**MASTER, "items": [{**gone, "version": 3}]})
    assert server.take({**RELEASE, "delivery": "WH/OUT/2"}, "c")[0] == 422


def test_every_truck_leaves_after_its_goods_are_unloaded():
    building = Building(ITEMS, clock())
    staff = Staff(building, random.Random(3), replace(AGREED, appointments=1.0))
    for number in range(12):
        building.take(Order(f"IN/{number}", "receipt", [OrderLine(None, "LAMP", Decimal(5))]))
    for _hour in range(40):
        staff.work()
    told = {}
    for deed in building.ledger:
        if deed.order.startswith("IN/"):
            told.setdefault(deed.order, []).append(deed.details.get("state") or deed.kind)
    assert len(told) == 12
    stories = set()
    for story in told.values():
        first = story.index("receipt")
        assert story[first - 2 : first + 3] == ["arrived", "docked", "receipt", "finished", "left"]
        stories.add(tuple(story[1 : first - 2]))
    assert ("set", "set") in stories or ("set", "no_show", "set") in stories, "not all come at once"
