"""ShipHero: what its messages say, that both of its channels say the same, and what is refused."""

import copy
import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_base.core.polling import pieces
from odoo.addons.logistics_connector_wms.providers.shiphero import parse, poll

from tests.simulators.receiver import Call
from tests.simulators.shiphero import ShipHero

FOLDER = Path(parse.__file__).parent / "fixtures"
UTC_ZONE = ParseContext(default_zone="UTC")
PAIRS = [
    ("shipment_update", "shipment_asked"),
    ("po_update", "po_asked"),
    ("return_update", "return_asked"),
    ("inventory_change", "inventory_change_asked"),
]
GOOD = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "broken")


def value(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(content):
    content = value(content) if isinstance(content, str) else content
    return parse.parse(json.dumps(content).encode(), UTC_ZONE)


def only(content):
    (advice,) = read(content).statements
    return advice


def test_a_shipment_with_lots_serials_and_packages_of_two_carriers():
    message = read("shipment_update")
    (advice,) = message.statements
    assert (advice.kind, advice.id, advice.order) == ("ship", "500100", "WH/OUT/00012")
    assert (advice.warehouse, advice.is_final) == ("7001", None)
    assert advice.occurred.utc == datetime(2026, 3, 10, 13, 58, tzinfo=UTC)
    lamp, oil, drill = advice.lines
    assert (lamp.product, lamp.quantity, lamp.line) == ("LAMP-01", Decimal(2), 831)
    assert (oil.lot, oil.expires_on, oil.package) == ("B2402", date(2027, 8, 31), "Package #2")
    assert drill.serials == ("DX-0191", "DX-0192")
    first, second = advice.packages
    assert (first.key, first.tracking, first.carrier) == (
        "Package #1",
        "1Z999AA10123456784",
        "ups",
    )
    assert (second.tracking, second.carrier) == ("1Z999AA10123456793", "fedex")
    # 51 oz and 12 in; 12.5 lb, and sides without a unit: these say nothing.
    assert (first.weight, first.length) == (pytest.approx(1.4458, abs=1e-4), 30.48)
    assert (second.weight, second.length) == (pytest.approx(5.6699, abs=1e-4), None)
    (event,) = message.events
    assert (event.raw_code, event.source_id) == ("Shipment Update", "shipment:500100")
    assert event.occurred == advice.occurred
    assert [(one.type, one.value) for one in event.references] == [("picking", "WH/OUT/00012")]


def test_a_shipment_of_before_there_was_a_list_of_packages():
    content = value("shipment_update")
    told = content["fulfillment"]
    del told["packages"]
    advice = only(content)
    assert [(one.key, one.tracking, one.carrier) for one in advice.packages] == [
        ("Package #1", "1Z999AA10123456784", "ups"),
        ("Package #2", "", ""),
    ]
    assert advice.packages[0].weight is None


@pytest.mark.parametrize(("webhook", "asked"), PAIRS)
def test_both_channels_tell_one_fact(webhook, asked):
    told, found = read(webhook), read(asked)
    (one,), (other,) = told.statements, found.statements
    assert (one.kind, one.id, one.revision) == (other.kind, other.id, other.revision)
    assert one.essence and one.essence == other.essence
    assert (one.order, one.warehouse, one.is_total) == (
        other.order,
        other.warehouse,
        other.is_total,
    )
    goods = [(x.product, x.quantity, x.line, x.lot, x.serials) for x in one.lines]
    assert goods == [(x.product, x.quantity, x.line, x.lot, x.serials) for x in other.lines]
    assert [event.source_id for event in told.events] == [e.source_id for e in found.events]
    assert told.message_type == found.message_type


def test_a_purchase_order_says_how_much_so_far():
    advice = only("po_update")
    assert (advice.kind, advice.id, advice.order) == ("receipt", "po/300400", "WH/IN/00007")
    assert (advice.is_total, advice.revision, advice.is_final) == (True, "10", False)
    assert [(line.product, line.quantity) for line in advice.lines] == [("LAMP-01", 5)]
    content = value("po_update")
    content["purchase_order"]["status"] = "closed"
    closed = only(content)
    assert (closed.revision, closed.is_final) == ("11", True)
    del content["webhook_type"]
    assert only(content).id == "po/300400", "ShipHero's own page shows it without a type"


def test_a_purchase_order_of_which_nothing_has_come_tells_nothing():
    content = value("po_update")
    content["purchase_order"]["line_items"][0]["quantity_received"] = 0
    assert read(content).statements == ()


@given(st.lists(st.lists(st.integers(0, 20), min_size=2, max_size=2), min_size=2, max_size=6))
def test_what_has_come_in_later_is_the_greater_revision(arrivals):
    """Whatever comes in, the state after it outranks the state before it."""
    content, before = value("po_update"), -1
    totals = [0, 0]
    for arrived in arrivals:
        totals = [one + more for one, more in zip(totals, arrived, strict=True)]
        for item, total in zip(content["purchase_order"]["line_items"], totals, strict=True):
            item["quantity_received"] = total
        if not any(totals):
            continue
        revision = int(only(content).revision)
        assert revision >= before
        assert (revision == before) == (before > -1 and not any(arrived))
        assert (revision == before) == (before > -1 and not any(arrived))
        before = revision
        content["purchase_order"]["status"] = "closed"
        assert int(only(content).revision) == revision + 1
        content["purchase_order"]["status"] = "pending"


def test_what_came_back_and_is_not_on_the_shelf_is_kept_apart():
    advice = only("return_update")
    assert (advice.id, advice.order, advice.is_final) == ("return/200300", "WH/OUT/00012", True)
    assert [(one.quantity, one.disposition) for one in advice.lines] == [
        (2, "restock"),
        (1, "quarantine"),
    ]


def test_a_return_counts_when_it_is_complete():
    content = value("return_update")
    content["status"] = "pending"
    assert read(content).statements == ()
    content["status"] = "half_way"
    with pytest.raises(ParseError, match=r"/status: .*nobody knows what this status says"):
        read(content)
    content["items"][0].update(quantity_received=0, restock=0)
    assert read(content).statements == (), "nothing has come, so the status does not matter"


def test_a_change_of_stock_is_known_by_what_was_before_it():
    advice = only("inventory_change")
    assert (advice.kind, advice.warehouse) == ("adjustment", "7001")
    assert advice.id == "7001/20260312T131930/40/LAMP-01"
    (line,) = advice.lines
    assert (line.quantity, line.reason) == (Decimal(-2), "Warehouse Damage")
    other = value("inventory_change")
    other["previous_on_hand"] = 38
    assert only(other).id != advice.id


def test_the_stock_of_one_product_without_its_moment_says_nothing():
    message = read("inventory_update")
    assert (message.statements, message.events) == ((), ())
    assert message.message_type == "Inventory Update"


def test_how_far_an_order_is():
    (event,) = read("order_allocated").events
    assert event.occurred.utc == datetime(2026, 3, 10, 6, 3, 1, tzinfo=UTC)
    (gone,) = read("order_deallocated").events
    assert (gone.raw_code, gone.raw_sub_code) == ("Order Deallocated", "77")
    (added,) = read("package_added").events
    assert (added.raw_code, added.raw_sub_code) == ("Package Added", "61")
    picked = only("tote_complete")
    assert (picked.kind, picked.stage, picked.order) == ("progress", "picked", "WH/OUT/00012")
    packed = only("order_packed_out")
    assert (packed.stage, packed.order, packed.text) == ("packed", "", "ShipHero 400200")
    answer = only("order_canceled")
    assert (answer.kind, answer.answer, answer.order) == ("release", "cancelled", "WH/OUT/00012")


def test_a_test_call_is_no_news():
    message = read({**value("shipment_update"), "test": "1"})
    assert (message.statements, message.events) == ((), ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"webhook_type": "Shipment Lost"}, "the type “Shipment Lost” of a webhook is unknown"),
        ({"fulfillment": {}}, "/fulfillment/order_number: a value is needed"),
        ({"fulfillment": {"order_number": "X"}}, "a shipment without a number"),
        ({"fulfillment": {"order_number": "X", "shipment_id": 1}}, "without the time"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(change, words):
    with pytest.raises(ParseError, match=words):
        read({**value("shipment_update"), **change})


def test_a_broken_one_names_the_place():
    with pytest.raises(ParseError, match="/fulfillment/line_items: a list expected"):
        read("broken")


def test_half_a_list_is_none():
    content = value("shipment_asked")
    content["node"]["line_items"]["pageInfo"]["hasNextPage"] = True
    with pytest.raises(ParseError, match="more lines than one answer holds"):
        read(content)


def test_serials_of_an_order_line_that_left_in_parts_are_not_guessed():
    content = value("shipment_asked")
    content["node"]["line_items"]["edges"][2]["node"]["quantity"] = 1
    assert only(content).lines[2].serials == ()


def paths(node, at=()):
    if isinstance(node, dict):
        for key, child in node.items():
            yield (*at, key)
            yield from paths(child, (*at, key))
    elif isinstance(node, list):
        for key, child in enumerate(node):
            yield (*at, key)
            yield from paths(child, (*at, key))


@given(st.data())
def test_nothing_breaks_it(data):
    """Whatever stands in the place of anything: it is read, or refused in words."""
    content = copy.deepcopy(value(data.draw(st.sampled_from(GOOD))))
    path = data.draw(st.sampled_from(sorted(paths(content), key=repr)))
    node = content
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = data.draw(
        st.sampled_from([None, "", "x", 0, -1, 1.5, 10**30, True, [], {}, [None], {"a": 1}])
    )
    try:
        read(content)
    except ParseError as error:
        assert str(error)


# -- asked ----------------------------------------------------------------------------------------


def call(hero, ask):
    """One answer of the simulator, without a network."""
    headers = {"Authorization": f"Bearer {hero.access_token}"}
    return hero.answer(Call(0.0, ask.method, urlsplit(ask.url).path, headers, ask.body)).body


def sweep(hero, since, size=25):
    """All pieces of one round, and the pages that it took."""
    cursor, found, pages = "", [], 0
    while True:
        raw = call(hero, poll.ask("http://hero/graphql", since, cursor, size))
        assert poll.wait(raw) is None
        page = poll.page(raw, {})
        found += pieces(raw, poll.FEED.elements)
        pages, cursor = pages + 1, page.cursor
        if not cursor:
            return found, pages


@pytest.fixture
def hero():
    with ShipHero() as server:
        server.access_token = "at-1"
        yield server


def test_a_round_reads_all_lists_to_their_end_and_an_entry_is_the_same_bytes_again(hero):
    hero.credits = 10**6
    for number in range(7):
        hero.keep("shipments", {**value("shipment_asked")["node"], "legacy_id": number})
    for name, kept in (
        ("inventory_changes", "inventory_change_asked"),
        ("purchase_orders", "po_asked"),
        ("returns", "return_asked"),
    ):
        hero.keep(name, value(kept)["node"])
    since = datetime(2026, 3, 1, tzinfo=UTC)
    found, pages = sweep(hero, since, size=3)
    assert (len(found), pages) == (10, 3 + 1 + 1 + 1)
    again, _pages = sweep(hero, since, size=25)
    assert found == again
    kinds = [parse.parse(raw, UTC_ZONE).message_type for raw in found]
    assert Counter(kinds) == {
        "Shipment Update": 7,
        "Inventory Change": 1,
        "PO Update": 1,
        "Return Update": 1,
    }


def test_a_piece_tells_what_the_webhook_tells(hero):
    hero.keep("shipments", value("shipment_asked")["node"])
    (raw,), _pages = sweep(hero, datetime(2026, 3, 1, tzinfo=UTC))
    assert json.loads(raw) == value("shipment_asked")
    (told,) = read("shipment_update").statements
    (found,) = parse.parse(raw, UTC_ZONE).statements
    assert (told.id, told.essence) == (found.id, found.essence)


@given(st.integers(0, 12), st.integers(1, 5))
def test_no_page_size_loses_an_entry(count, size):
    server = ShipHero()
    server.access_token, server.credits = "at-1", 10**6
    for number in range(count):
        server.keep("shipments", {**value("shipment_asked")["node"], "legacy_id": number})
    found, _pages = sweep(server, datetime(2026, 3, 1, tzinfo=UTC), size)
    assert [json.loads(raw)["node"]["legacy_id"] for raw in found] == list(range(count))


def test_returns_are_read_anew_as_they_know_no_time_of_change():
    since = datetime(2026, 3, 31, tzinfo=UTC)
    asked = {name: poll.ask("http://hero", since, name, 5).body.decode() for name in poll.ORDER}
    assert "2026-03-01T00:00:00Z" in asked["returns"]
    assert all("2026-03-31T00:00:00Z" in asked[name] for name in poll.ORDER if name != "returns")
    assert "updated_from" in asked["purchase_orders"]


def test_a_cursor_is_written_as_text_whatever_is_in_it():
    ask = poll.ask("http://hero", datetime(2026, 3, 1, tzinfo=UTC), 'shipments a"b) {', 5)
    assert 'after: "a\\"b) {"' in json.loads(ask.body)["query"]


def test_too_few_credits_are_waited_for(hero):
    hero.credits = 2
    raw = call(hero, poll.ask("http://hero/graphql", datetime(2026, 3, 1, tzinfo=UTC), "", 25))
    assert poll.wait(raw) == 1.0  # 24 credits, 60 a second
    said = {"code": 30, "message": "there are only 263 left. In 18 seconds you will have enough"}
    assert poll.wait(json.dumps({"errors": [said]}).encode()) == 18.0
    assert poll.wait(b'{"errors": [{"code": 30}]}') == poll.WAIT
    long = {"code": 30, "time_remaining": "99999 seconds"}
    assert poll.wait(json.dumps({"errors": [long]}).encode()) == poll.LONGEST_WAIT
    for other in (b'{"errors": [{"code": 5}]}', b"nothing", b'{"errors": 1}', b"[]"):
        assert poll.wait(other) is None


def test_what_is_no_page_is_said_in_words():
    with pytest.raises(ParseError, match="ShipHero says: Order not found"):
        poll.page(b'{"errors": [{"message": "Order not found", "code": 5}], "data": null}', {})
    with pytest.raises(ParseError, match="none of the lists"):
        poll.page(b'{"data": {"list": null}}', {})


# -- the whole stock ------------------------------------------------------------------------------

DATE = {"Date": "Wed, 11 Mar 2026 10:00:00 GMT"}


def levels(hero, url, size):
    cursor, found = "", []
    while True:
        raw = call(hero, poll.at(url).ask(url, datetime(2026, 3, 1, tzinfo=UTC), cursor, size))
        found += pieces(raw, poll.at(url).elements)
        cursor = poll.at(url).page(raw, DATE).cursor
        if not cursor:
            return found


@given(
    st.dictionaries(
        st.text("ABC", min_size=1, max_size=3),
        st.tuples(st.integers(0, 99), st.integers(0, 9)),
        min_size=0,
        max_size=9,
    ),
    st.integers(1, 4),
)
def test_all_pages_of_a_stock_are_one_snapshot(stock, size):
    server = ShipHero()
    server.access_token, server.stock = "at-1", stock
    clock, *pages = levels(server, "http://hero/graphql?stock=7001", size)
    assert parse.parse(clock, UTC_ZONE).statements == ()
    said = [parse.parse(raw, UTC_ZONE).statements[0] for raw in pages]
    assert {(one.id, one.as_of.utc) for one in said} == {
        ("stock/20260311T100000", datetime(2026, 3, 11, 10, tzinfo=UTC))
    }
    assert [one.part for one in said] == list(range(1, len(said) + 1))
    assert [one.parts for one in said] == [0] * (len(said) - 1) + [len(said)]
    found = {x.product: (x.on_hand - x.held, x.held) for one in said for x in one.lines}
    assert found == stock


def test_the_address_says_what_is_asked():
    url = "https://public-api.shiphero.com/graphql"
    assert poll.at(url) is poll.FEED
    assert poll.at(f"{url}?stock=7001") is poll.STOCK_FEED
    ask = poll.stock_ask(f"{url}?stock=7001", datetime(2026, 3, 1, tzinfo=UTC), "", 5)
    assert ask.url == url


def test_a_stock_without_its_time_is_refused():
    with pytest.raises(ParseError, match="header Date"):
        poll.stock_page(b'{"data": {"clock": "Query"}}', {})
    with pytest.raises(ParseError, match="to which stock it belongs"):
        read({"data": {"list": None}})
