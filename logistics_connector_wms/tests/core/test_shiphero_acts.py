"""What ShipHero is told: our acts against a ShipHero that refuses what its schema does not have."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_wms.core.act import (
    ABSENT,
    DONE,
    REFUSED,
    TOO_LATE,
    Exchange,
    Trouble,
    Verdict,
    Wait,
)
from odoo.addons.logistics_connector_wms.providers.shiphero.acts import ShipHeroActs

from tests.simulators.shiphero import ShipHero
from tests.simulators.shiphero.book import OrderBook, nodes

ADDRESS = {
    "name": "Ada Maria Lovelace",
    "company": "Analytical Ltd",
    "street": "12 Dock Road",
    "city": "Leith",
    "zip": "EH6 6LX",
    "country": "GB",
    "phone": "+44 131 496 0000",
    "email": "ada@example.com",
}


class Broken(Exception):
    """The line broke after so many calls."""


def run(act, book, breaks_after=None, lost=False):
    """Make the calls of an act at a book.

    :param breaks_after: calls that are answered; the next one breaks
    :param lost: the call that breaks was worked, and its answer is lost
    """
    exchange, count = None, 0
    while True:
        try:
            step = act.send(exchange)
        except StopIteration as end:
            assert isinstance(end.value, Verdict)
            return end.value
        asked = json.loads(step.body)
        assert step.changes == asked["query"].startswith("mutation")
        if count == breaks_after:
            if lost:
                book.execute(asked["query"], asked["variables"])
            raise Broken
        count += 1
        exchange = Exchange(200, json.dumps(book.execute(**asked)).encode())


def line(number, product, quantity, **more):
    theirs = {"their_product": product, "their_quantity": quantity}
    told = {"line": number, "product": product, "name": f"{product} (name)", "quantity": quantity}
    return {**told, "unit": "Units", **theirs, **more}


def content(*lines, kind="delivery", number="WH/OUT/00012", **more):
    told = {"type": "release", "kind": kind, kind: number, "lines": list(lines)}
    told |= {"warehouse": "WH", "their_warehouse": "76733"}
    if kind == "delivery":
        told |= {"ship_to": ADDRESS, "ship_by": "2026-11-25T09:00:00+01:00"}
    return {**told, **more}


def lines_of(order):
    """(our line, sku) → pieces."""
    return {(row["partner_line_item_id"], row["sku"]): row["quantity"] for row in nodes(order)}


ACTS = ShipHeroActs()
TWO = (line(7, "LAMP", 3), line(8, "DESK", 1))


# -- deliveries -----------------------------------------------------------------------------------


def test_a_delivery_is_an_order_made_once():
    book = OrderBook()
    told = content(*TWO, note="Ring twice")
    verdict = run(ACTS.place(told), book)
    assert (verdict.kind, len(book.orders)) == (DONE, 1)
    order = book.order("WH/OUT/00012")
    assert verdict.reference == str(order["legacy_id"])
    assert lines_of(order) == {("WH/OUT/00012/7", "LAMP"): 3, ("WH/OUT/00012/8", "DESK"): 1}
    assert order["required_ship_date"] == "2026-11-25T08:00:00"
    assert order["packing_note"] == "Ring twice"
    address = order["shipping_address"]
    assert (address["first_name"], address["last_name"]) == ("Ada Maria", "Lovelace")
    assert (address["company"], address["country_code"]) == ("Analytical Ltd", "GB")
    assert nodes(order)[0]["warehouse_id"] == "V2FyZWhvdXNlOjc2NzMz"  # Warehouse:76733
    assert run(ACTS.place(told), book).kind == DONE
    assert book.calls["order_create"] == 1, "what is there is not made again"


def test_lots_and_the_way_to_travel_are_told():
    book = OrderBook()
    told = content(
        line(7, "MILK", 2, lots=["L-1", "L-2"]),
        note="Cold",
        shipping={"carrier": "ups", "service": "Ground"},
    )
    run(ACTS.place(told), book)
    order = book.order("WH/OUT/00012")
    assert order["packing_note"] == "Cold\nMILK: lot L-1, L-2"
    expected = {"title": "ups Ground", "price": "0.00", "carrier": "ups", "method": "Ground"}
    assert order["shipping_lines"] == expected


@pytest.mark.parametrize("lost", [False, True])
def test_after_a_line_that_broke_there_is_one_order(lost):
    book = OrderBook()
    with pytest.raises(Broken):
        run(ACTS.place(content(*TWO)), book, breaks_after=1, lost=lost)
    found = run(ACTS.find(content(*TWO)), book)
    assert found.kind == (DONE if lost else ABSENT)
    assert run(ACTS.place(content(*TWO)), book).kind == DONE
    assert len(book.orders) == 1


QUANTITIES = st.dictionaries(st.integers(1, 6), st.integers(1, 9), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(QUANTITIES, QUANTITIES, st.integers(0, 6), st.booleans())
def test_whatever_changes_the_order_is_brought_in_line(before, after, breaks, lost):
    """Law: after a change, told until it got through, their order is what was told last, wherever
    the line broke."""
    book = OrderBook()

    def told(quantities):
        return content(*(line(key, f"SKU{key}", count) for key, count in quantities.items()))

    run(ACTS.place(told(before)), book)
    try:
        run(ACTS.place(told(after)), book, breaks_after=breaks, lost=lost)
    except Broken:
        assert run(ACTS.place(told(after)), book).kind == DONE
    order = book.order("WH/OUT/00012")
    assert lines_of(order) == {
        (f"WH/OUT/00012/{key}", f"SKU{key}"): count for key, count in after.items()
    }


def test_a_change_of_the_address_is_told():
    book = OrderBook()
    run(ACTS.place(content(*TWO)), book)
    other = content(*TWO, ship_to={**ADDRESS, "street": "1 Quay"}, type="replace")
    assert run(ACTS.place(other), book).kind == DONE
    assert book.order("WH/OUT/00012")["shipping_address"]["address1"] == "1 Quay"
    assert lines_of(book.order("WH/OUT/00012")) == {
        ("WH/OUT/00012/7", "LAMP"): 3,
        ("WH/OUT/00012/8", "DESK"): 1,
    }


def test_what_has_left_is_not_changed():
    book = OrderBook()
    run(ACTS.place(content(*TWO)), book)
    nodes(book.orders[0])[0]["quantity_shipped"] = 1
    before = copy.deepcopy(book.orders)
    verdict = run(ACTS.place(content(line(7, "LAMP", 9))), book)
    assert (verdict.kind, book.orders) == (TOO_LATE, before)
    assert run(ACTS.cancel(content(*TWO)), book).kind == TOO_LATE
    assert run(ACTS.place(content(*TWO)), book).kind == DONE, "it stands as told"


def test_a_cancelled_order_is_no_order():
    book = OrderBook()
    assert run(ACTS.cancel(content(*TWO)), book).kind == DONE, "they do not know it"
    run(ACTS.place(content(*TWO)), book)
    assert run(ACTS.cancel(content(*TWO, reason="Sold twice")), book).kind == DONE
    assert book.orders[0]["fulfillment_status"] == "canceled"
    assert run(ACTS.cancel(content(*TWO)), book).kind == DONE, "asked again"
    assert book.calls["order_cancel"] == 1
    assert run(ACTS.find(content(*TWO)), book).kind == ABSENT
    run(ACTS.place(content(*TWO)), book)
    assert len(book.orders) == 2


def test_two_orders_of_a_number_are_for_a_person():
    book = OrderBook()
    run(ACTS.place(content(*TWO)), book)
    book.orders.append({**book.orders[0], "id": "T3JkZXI6OTk="})
    verdict = run(ACTS.place(content(*TWO, line(9, "MUG", 1))), book)
    assert verdict.kind == REFUSED
    assert "2 orders WH/OUT/00012" in verdict.text


@pytest.mark.parametrize(
    "lines, words",
    [
        ([line(7, "WIRE", 2.5)], "whole pieces, and WIRE is 2.5"),
        ([line(n, f"SKU{n}", 1) for n in range(1, 102)], "100 lines at most; these are 101"),
    ],
)
def test_what_cannot_be_told_is_refused_before_any_call(lines, words):
    verdict = run(ACTS.place(content(*lines)), OrderBook(), breaks_after=0)
    assert verdict.kind == REFUSED
    assert words in verdict.text


def test_their_refusal_is_told_in_their_words():
    book = OrderBook()
    book.refusals = ["Product with sku LAMP not in warehouse"]
    verdict = run(ACTS.place(content(*TWO)), book)
    assert verdict == Verdict(REFUSED, "ShipHero: Product with sku LAMP not in warehouse")


@pytest.mark.parametrize(
    "body, error",
    [
        ({"errors": [{"message": "In 7 seconds you …", "code": 30}]}, Wait),
        ({"errors": [{"message": "Unauthorized access"}]}, Trouble),
        ({"data": None}, ParseError),
        ([], ParseError),
    ],
)
def test_answers_that_say_nothing_of_the_order(body, error):
    act = ACTS.place(content(*TWO))
    act.send(None)
    with pytest.raises(error):
        act.send(Exchange(200, json.dumps(body).encode()))


def test_the_server_speaks_it_too():
    with ShipHero() as hero:
        assert run(ACTS.place(content(*TWO)), hero).kind == DONE
        assert hero.book.order("WH/OUT/00012")


# -- receipts -------------------------------------------------------------------------------------


def receipt(*lines, **more):
    moment = "2026-12-01T08:00:00+00:00"
    return content(
        *lines, kind="receipt", number="WH/IN/00004", origin="P00009", expected_at=moment, **more
    )


def pieces(order):
    return {row["sku"]: row["quantity"] for row in nodes(order)}


def test_a_receipt_is_a_purchase_order_made_once():
    book = OrderBook()
    told = receipt(line(1, "LAMP", 3), line(2, "LAMP", 2), line(3, "DESK", 1))
    verdict = run(ACTS.place(told), book)
    (order,) = book.purchase_orders
    assert (verdict.kind, verdict.reference) == (DONE, str(order["legacy_id"]))
    assert pieces(order) == {"LAMP": 5, "DESK": 1}, "a product stands there once"
    assert (order["po_number"], order["partner_order_number"]) == ("WH/IN/00004", "P00009")
    assert order["po_date"] == "2026-12-01T08:00:00"
    assert run(ACTS.place(told), book).kind == DONE
    assert book.calls == {"purchase_order_create": 1}


def test_a_receipt_takes_other_quantities_and_no_other_goods():
    book = OrderBook()
    run(ACTS.place(receipt(line(1, "LAMP", 3), line(3, "DESK", 1))), book)
    assert run(ACTS.place(receipt(line(1, "LAMP", 8), line(3, "DESK", 1))), book).kind == DONE
    assert pieces(book.purchase_orders[0]) == {"LAMP": 8, "DESK": 1}
    assert run(ACTS.place(receipt(line(1, "LAMP", 8))), book).kind == DONE
    assert pieces(book.purchase_orders[0]) == {"LAMP": 8, "DESK": 0}
    verdict = run(ACTS.place(receipt(line(1, "LAMP", 8), line(4, "MUG", 1))), book)
    assert verdict.kind == REFUSED
    assert "no products" in verdict.text
    nodes(book.purchase_orders[0])[0]["quantity_received"] = 5
    assert run(ACTS.place(receipt(line(1, "LAMP", 4))), book).kind == TOO_LATE
    assert run(ACTS.cancel(receipt()), book).kind == TOO_LATE


def test_a_receipt_is_called_off():
    book = OrderBook()
    assert run(ACTS.cancel(receipt()), book).kind == DONE
    run(ACTS.place(receipt(line(1, "LAMP", 3))), book)
    assert run(ACTS.find(receipt()), book).kind == DONE
    assert run(ACTS.cancel(receipt()), book).kind == DONE
    assert run(ACTS.find(receipt()), book).kind == ABSENT
    book.purchase_orders[0]["fulfillment_status"] = "closed"
    assert run(ACTS.place(receipt(line(1, "LAMP", 4))), book).kind == TOO_LATE


# -- returns --------------------------------------------------------------------------------------


def coming_back(*lines):
    return content(
        *lines,
        kind="return",
        number="WH/RET/00002",
        return_of="WH/OUT/00012",
        ship_from=ADDRESS,
    )


def test_a_return_is_announced_of_its_order_once():
    book = OrderBook()
    assert run(ACTS.place(coming_back(line(1, "LAMP", 1))), book).kind == REFUSED
    run(ACTS.place(content(*TWO)), book)
    book.orders[0]["fulfillment_status"] = "fulfilled"
    told = coming_back(line(1, "LAMP", 1))
    assert run(ACTS.find(told), book).kind == ABSENT
    assert run(ACTS.place(told), book).kind == DONE
    assert run(ACTS.place(told), book).kind == DONE
    (made,) = book.returns
    assert made["partner_id"] == "WH/RET/00002"
    assert made["address"]["name"] == "Ada Maria Lovelace"
    assert run(ACTS.find(told), book).kind == DONE
    assert run(ACTS.place(coming_back(line(1, "LAMP", 2))), book).kind == TOO_LATE
    assert run(ACTS.cancel(told), book).kind == TOO_LATE
