"""ShipBob: what its messages say, that both channels say the same, what is refused, and what it is
told."""

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_base.core.polling import pieces
from odoo.addons.logistics_connector_wms.core.act import (
    ABSENT,
    DONE,
    REFUSED,
    TOO_LATE,
    Exchange,
    Trouble,
    Verdict,
)
from odoo.addons.logistics_connector_wms.providers.shipbob import parse, poll
from odoo.addons.logistics_connector_wms.providers.shipbob.acts import ShipBobActs

from tests.simulators.shipbob import ShipBob

FOLDER = Path(parse.__file__).parent / "fixtures"
ZONE = ParseContext(default_zone="UTC")
GOOD = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "broken")


def value(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(content):
    content = value(content) if isinstance(content, str) else content
    return parse.parse(json.dumps(content).encode(), ZONE)


def only(content):
    (advice,) = read(content).statements
    return advice


# -- what it tells --------------------------------------------------------------------------------


def test_a_completed_shipment_with_lots_and_serials():
    message = read("shipment_completed")
    (advice,) = message.statements
    assert (advice.kind, advice.id, advice.order) == ("ship", "88001", "WH/OUT/00012")
    assert (advice.warehouse, advice.is_final) == ("10", None)
    assert advice.occurred.utc == datetime(2026, 3, 10, 13, 58, tzinfo=UTC)
    lamp, first, second, drill = advice.lines
    assert (lamp.product, lamp.quantity, lamp.lot) == ("LAMP-01", Decimal(2), "")
    assert [(one.lot, one.quantity) for one in (first, second)] == [("B2402", 1), ("B2403", 2)]
    assert first.expires_on == date(2027, 8, 31)
    assert drill.serials == ("DX-0191", "DX-0192")
    (package,) = advice.packages
    assert (package.tracking, package.carrier) == ("1Z999AA10123456784", "ups")
    assert (package.weight, package.length, package.height) == (1.0, 25.4, 10.16)
    (event,) = message.events
    assert (event.raw_code, event.raw_sub_code) == ("shipment", "completed")


def test_a_label_is_no_shipment():
    """``order.shipped`` comes when the label was bought: nothing is booked by it."""
    message = read("order_shipped")
    assert message.statements == ()
    (event,) = message.events
    assert (event.raw_sub_code, event.raw_text) == ("labeledcreated", "Labeled")
    assert [one.type for one in event.references] == ["picking", "tracking"]


def test_an_order_that_was_asked_for_tells_the_same_shipment():
    assert only("order_asked").essence == only("shipment_completed").essence
    assert only("order_asked").id == only("shipment_completed").id
    assert len(read("order_asked").events) == 1


def test_a_cancelled_order_is_an_answer_to_the_release():
    advice = only("order_cancelled")
    assert (advice.kind, advice.answer, advice.order) == ("release", "cancelled", "WH/OUT/00013")


def test_a_later_version_is_the_same_transfer():
    content = {**value("shipment_completed"), "reference_id": "WH/OUT/00012~3"}
    assert only(content).order == "WH/OUT/00012"


def test_a_shipment_on_hold_is_told_with_its_reason():
    message = read("shipment_on_hold")
    assert message.statements == ()
    assert (message.events[0].raw_sub_code, message.events[0].raw_text) == (
        "onhold",
        "InvalidAddress",
    )


def test_what_the_carrier_said():
    (event,) = read("tracking_updated").events
    assert (event.raw_code, event.raw_sub_code) == ("tracking", "delivered")
    assert event.occurred.utc == datetime(2026, 3, 12, 15, 20, tzinfo=UTC)


def test_a_receiving_order_is_a_total_of_what_was_put_away():
    advice = only("receiving_order")
    assert (advice.kind, advice.id, advice.order) == ("receipt", "wro/442945", "WH/IN/00004")
    assert advice.is_total
    assert [(one.product, one.quantity) for one in advice.lines] == [("LAMP-01", 6)]
    assert (advice.revision, advice.is_final) == ("12", False)
    later = value("receiving_order")
    later["inventory_quantities"][0]["stowed_quantity"] = 8
    later["status"] = "Completed"
    assert (only(later).revision, only(later).is_final) == ("17", True)
    empty = value("receiving_order")
    empty["inventory_quantities"][0]["stowed_quantity"] = 0
    assert read(empty).statements == ()


def test_a_return_says_what_was_done_with_each_piece():
    advice = only("return_completed")
    assert (advice.id, advice.order) == ("return/3301", "WH/RET/00002")
    assert [(one.disposition, one.quantity, one.reason) for one in advice.lines] == [
        ("restock", 1, ""),
        ("quarantine", 1, "Box opened"),
        ("scrap", 1, "Broken"),
    ]
    assert read({**value("return_completed"), "status": "Processing"}).statements == ()


def test_a_charge_is_kept():
    assert read("charge_created").message_type == "Charge"


@pytest.mark.parametrize("name", GOOD)
def test_each_fixture_is_read_the_same_twice(name):
    assert read(name) == read(name)


def bundle(content):
    content["products"][0]["inventory_items"].append({"id": 9009, "quantity": 1})


def no_time(content):
    content.update(actual_fulfillment_date=None, last_update_at="0001-01-01T00:00:00")


def no_goods(content):
    content["products"] = []


def negative(content):
    content["products"][0]["inventory_items"][0]["quantity"] = -1


def fraction(content):
    content["products"][0]["inventory_items"][0]["quantity"] = 1.5


@pytest.mark.parametrize(
    "spoil, words",
    [
        (bundle, "bundle"),
        (no_time, "without the time"),
        (no_goods, "without goods"),
        (negative, "below zero"),
        (fraction, "whole"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_words(spoil, words):
    content = value("shipment_completed")
    spoil(content)
    with pytest.raises(ParseError, match=words):
        read(content)


@pytest.mark.parametrize("content", [[], {}, "text", {"hello": "world"}])
def test_what_is_no_message_of_shipbob_s(content):
    with pytest.raises(ParseError):
        parse.parse(json.dumps(content).encode(), ZONE)


def test_a_broken_message_is_refused():
    with pytest.raises(ParseError):
        read("broken")


def test_an_unknown_deed_with_returned_goods_is_refused():
    content = value("return_completed")
    content["inventory"][0]["action_taken"][0]["action"] = "Donate"
    with pytest.raises(ParseError, match="unknown"):
        read(content)


# -- what it is asked -----------------------------------------------------------------------------


def test_each_list_is_read_page_by_page():
    since = datetime(2026, 3, 10, 12, tzinfo=UTC)
    cursor, seen = "", []
    counts = {"order": [50, 50, 7], "receiving": [0], "return": [50, 0]}
    while True:
        call = poll.ask("https://api.shipbob.com/2.0", since, cursor, 50)
        parts = urlsplit(call.url)
        name, asked = parts.path.rpartition("/")[2], parse_qs(parts.query)
        seen.append((name, asked["Page"][0]))
        count = counts[name][int(asked["Page"][0]) - 1]
        if name == "order":
            assert asked["LastUpdateStartDate"] == ["2026-03-10T12:00:00Z"]
        if name == "return":
            assert asked["StartDate"] == ["2026-01-09T12:00:00Z"], "read anew"
        cursor = poll.turn(cursor, count, 50)
        if not cursor:
            break
    assert seen == [
        ("order", "1"),
        ("order", "2"),
        ("order", "3"),
        ("receiving", "1"),
        ("return", "1"),
        ("return", "2"),
    ]


def test_a_page_is_a_list_and_its_entries_are_messages():
    body = json.dumps([value("order_asked"), value("order_cancelled")]).encode()
    page = poll.page(body, {})
    assert (page.count, page.latest) == (2, datetime(2026, 3, 10, 14, 5, tzinfo=UTC))
    assert [parse.parse(one, ZONE).message_type for one in pieces(body, poll.FEED.elements)] == [
        "Order",
        "Order",
    ]
    with pytest.raises(ParseError):
        poll.page(b'{"message": "gone"}', {})


# -- what it is told ------------------------------------------------------------------------------

ADDRESS = {"name": "Ada Lovelace", "street": "12 Dock Road", "city": "Leith", "country": "GB"}
ACTS = ShipBobActs()


class Broken(Exception):
    """The line broke after so many calls."""


@pytest.fixture
def bob():
    with ShipBob() as made:
        yield made


def run(act, bob, breaks_after=None, lost=False):
    exchange, count = None, 0
    while True:
        try:
            step = act.send(exchange)
        except StopIteration as end:
            assert isinstance(end.value, Verdict)
            return end.value
        assert step.changes == (step.method == "POST")
        parts = urlsplit(f"/2.0{step.path}")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        is_broken = count == breaks_after
        if is_broken and not lost:
            raise Broken
        status, said = bob.execute(step.method, parts.path, asked, step.body, step.headers)
        if is_broken:
            raise Broken
        count += 1
        exchange = Exchange(status, json.dumps(said).encode())


def line(number, product, quantity, **more):
    told = {"line": number, "product": product, "quantity": quantity, "unit": "Units"}
    return {**told, "their_product": product, "their_quantity": quantity, **more}


def content(*lines, revision=1, **more):
    told = {
        "type": "release" if revision == 1 else "replace",
        "revision": revision,
        "kind": "delivery",
        "delivery": "WH/OUT/00012",
        "their_warehouse": "10",
        "ship_to": ADDRESS,
        "lines": list(lines),
    }
    return {**told, **more}


def goods(order):
    return {one["reference_id"]: one["quantity"] for one in order["products"]}


def test_a_delivery_is_an_order_made_once(bob):
    told = content(line(7, "LAMP", 3, lots=["L-1"]), shipping={"service": "2 Day"})
    assert run(ACTS.place(told), bob).kind == DONE
    assert run(ACTS.place(told), bob).kind == DONE
    (order,) = bob.orders
    assert (order["reference_id"], order["location_id"]) == ("WH/OUT/00012", 10)
    assert order["shipping_method"] == "2 Day"
    assert order["products"][0]["required_lot"] == {"lot_number": "L-1"}
    assert goods(order) == {"LAMP": 3}
    assert run(ACTS.find(told), bob).kind == DONE


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5), st.booleans()), min_size=1, max_size=4)
)
def test_whatever_breaks_off_there_is_one_order_of_the_last_version(versions):
    """Law: each version told until it got through leaves one live order, with its goods."""
    with ShipBob() as bob:
        tell_all(bob, versions)


def tell_all(bob, versions):
    for revision, (quantity, breaks, lost) in enumerate(versions, 1):
        told = content(line(7, "LAMP", quantity), revision=revision)
        try:
            run(ACTS.place(told), bob, breaks, lost)
        except Broken:
            assert run(ACTS.place(told), bob).kind == DONE
        (order,) = bob.live("WH/OUT/00012")
        assert goods(order) == {"LAMP": quantity}


def test_what_has_left_is_neither_changed_nor_called_off(bob):
    run(ACTS.place(content(line(7, "LAMP", 3))), bob)
    bob.ship(bob.orders[0])
    before = copy.deepcopy(bob.orders)
    verdict = run(ACTS.place(content(line(7, "LAMP", 9), revision=2)), bob)
    assert (verdict.kind, bob.orders) == (TOO_LATE, before)
    assert run(ACTS.cancel(content()), bob).kind == TOO_LATE


def test_an_order_is_called_off_once(bob):
    assert run(ACTS.cancel(content()), bob).kind == DONE, "they do not know it"
    run(ACTS.place(content(line(7, "LAMP", 3))), bob)
    assert run(ACTS.cancel(content()), bob).kind == DONE
    assert run(ACTS.cancel(content()), bob).kind == DONE
    assert not bob.live("WH/OUT/00012")
    assert run(ACTS.find(content()), bob).kind == ABSENT


def test_their_refusal_is_told_in_their_words(bob):
    told = content(line(7, "LAMP", 3), ship_to={"name": "Ada"})
    verdict = run(ACTS.place(told), bob)
    assert verdict.kind == REFUSED
    assert "The city field is required." in verdict.text


@pytest.mark.parametrize(
    "told, words",
    [
        (content(line(7, "WIRE", 2.5)), "whole pieces, and WIRE is 2.5"),
        ({**content(), "kind": "receipt", "receipt": "WH/IN/1"}, "deliveries only"),
    ],
)
def test_what_cannot_be_told_is_refused_before_any_call(bob, told, words):
    verdict = run(ACTS.place(told), bob, breaks_after=0)
    assert verdict.kind == REFUSED
    assert words in verdict.text


def test_an_answer_that_says_nothing_is_trouble():
    act = ACTS.place(content(line(7, "LAMP", 3)))
    act.send(None)
    with pytest.raises(Trouble):
        act.send(Exchange(404, b"<html>"))
