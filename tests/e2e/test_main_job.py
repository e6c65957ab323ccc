"""The main job: a carrier's real message moves a real order. For each provider from its own bytes,
over HTTP, to the delivery order, the sales order, the timeline and the documents."""

import base64
from datetime import timedelta

import pytest

from ..history.commerce import Shop
from ..history.partners import connected_lanes
from ..simulators.journey import PHOTO, POD, Parcel, journey, now
from ..support.polling import wait_for

CODES = ("ups", "fedex", "sendcloud", "canonical")
#: What each step of the story becomes.
TAXONOMY = {
    "manifested": {"TRK_MANIFESTED", "LBL_CREATED"},
    "picked_up": {"PUP_PICKED_UP"},
    "departed": {"MOV_DEPARTED", "MOV_IN_TRANSIT"},
    "arrived": {"MOV_ARRIVED", "MOV_IN_TRANSIT"},
    "out": {"DLV_OUT"},
    "delivered": {"DLV_DELIVERED"},
}
STATES = {
    "manifested": {"manifested", "booked"},
    "picked_up": {"picked_up"},
    "departed": {"in_transit"},
    "arrived": {"in_transit"},
    "out": {"out_for_delivery"},
    "delivered": {"delivered"},
}
PROOFS = {"ups": PHOTO, "fedex": POD, "canonical": POD}


@pytest.fixture(scope="module")
def company(session_world):
    rpc = session_world.rpc
    return Shop(rpc), connected_lanes(rpc)


@pytest.fixture(params=CODES)
def told(request, world, company):
    """A sold and shipped order with the story its carrier is about to tell."""
    shop, lanes = company
    code = request.param
    lane = lanes[code]
    sale = shop.sell([{"customer": lane.customers[0], "reference": f"PO-{code}"}])[0]
    number = lane.partner.number(world.rng)
    start = now() - timedelta(hours=50)
    steps = journey(
        "delivered", start, lane.origin, lane.destination, "J. Jansen", PROOFS.get(code, b"")
    )
    shop.ship(sale, lane.method, number, start)
    parcel = Parcel(
        number,
        sale.name,
        uid=str(world.rng.randrange(10**9, 10**10)),
        destination=lane.destination,
        estimate=now() + timedelta(hours=3),
    )
    return code, lane, sale, parcel, steps, shop


def test_every_message_moves_the_order(world, told):
    code, lane, sale, parcel, steps, shop = told
    shipment_id = shop.shipment(sale)
    assert shipment_id, "a delivery with a tracking number becomes a shipment by itself"
    assert order(world, sale)["logistics_state"] == "in_progress"
    for count, step in enumerate(steps, 1):
        delivery = lane.partner.deliver(lane.partner.body(parcel, steps[:count]))
        assert delivery.answer.status == 202
        assert world.fate(delivery.receipt)["state"] == "processed"
        state = world.read("logistics.shipment", shipment_id, "state")["state"]
        assert state in STATES[step.kind], step.kind

    shipment = world.read(
        "logistics.shipment",
        shipment_id,
        "state",
        "picked_up_at",
        "delivered_at",
        "signed_by",
        "pod_received",
        "sale_order_ids",
        "picking_ids",
        "correlation_id",
    )
    assert shipment["picked_up_at"] == text(steps[1].at)
    assert shipment["delivered_at"] == text(steps[-1].at)
    assert shipment["pod_received"] is (code in PROOFS)
    assert shipment["signed_by"] == ("J. Jansen" if code != "sendcloud" else False)
    assert shipment["sale_order_ids"] == [sale.order_id]
    assert shipment["picking_ids"] == [sale.picking_id]
    check_events(world, shipment_id, steps, lane)

    assert order(world, sale)["logistics_state"] == "fulfilled"
    picking = world.read(
        "stock.picking", sale.picking_id, "shipment_status", "shipment_last_event_at"
    )
    assert picking["shipment_status"] == "Delivered"
    assert picking["shipment_last_event_at"] == text(steps[-1].at)
    check_documents(world, code, sale, shipment_id)
    check_chatter(world, sale)


def check_events(world, shipment_id, steps, lane):
    """One event for each step, at its exact instant and with its own clock's offset."""
    events = world.rpc(
        "logistics.event",
        "search_read",
        [("shipment_id", "=", shipment_id), ("classifier", "=", "actual")],
        ["code", "occurred_at", "occurred_offset", "provider", "message_id", "city"],
        order="occurred_at, id",
    )
    events = [e for e in events if e["provider"] != "odoo" and e["code"] != "DOC_POD"]
    assert [event["occurred_at"] for event in events] == [text(step.at) for step in steps]
    for event, step in zip(events, steps, strict=True):
        assert event["code"] in TAXONOMY[step.kind]
        assert event["message_id"], "every event says where it came from"
        if lane.partner.provider != "sendcloud":  # which gives no place and no offset
            assert event["occurred_offset"] == step.place.offset
            assert event["city"] == step.place.city


def check_documents(world, code, sale, shipment_id):
    """The proof is filed with the shipment and with the delivery, as the carrier sent it."""
    for model, record_id in (
        ("stock.picking", sale.picking_id),
        ("logistics.shipment", shipment_id),
    ):
        domain = [("res_model", "=", model), ("res_id", "=", record_id)]
        files = world.rpc("ir.attachment", "search_read", domain, ["datas", "mimetype"])
        if code not in PROOFS:
            assert not files
            continue
        assert len(files) == 1
        assert base64.b64decode(files[0]["datas"]) == PROOFS[code]
        assert files[0]["mimetype"] == ("image/png" if code == "ups" else "application/pdf")


def check_chatter(world, sale):
    """The delivery says once, in words, that the goods arrived."""
    domain = [("model", "=", "stock.picking"), ("res_id", "=", sale.picking_id)]
    bodies = world.rpc("mail.message", "search_read", domain, ["body"])
    assert sum("Delivered 20" in message["body"] for message in bodies) == 1


def test_a_blocked_order_says_why_and_heals(world, company):
    shop, lanes = company
    lane = lanes["ups"]
    sale = shop.sell([{"customer": 0}])[0]
    number, start = lane.partner.number(world.rng), now() - timedelta(hours=50)
    shop.ship(sale, "ups", number, start)
    steps = journey("address", start, lane.origin, lane.destination)
    parcel = Parcel(number, sale.name)
    for delivery in lane.partner.tell(parcel, steps):
        world.fate(delivery.receipt)
    blocked = order(world, sale)
    assert blocked["logistics_state"] == "blocked"
    shipment = world.read("logistics.shipment", shop.shipment(sale), "name")["name"]
    assert shipment in blocked["logistics_blocked_reason"]
    later = journey("delivered", start + timedelta(hours=6), lane.origin, lane.destination)[-2:]
    for delivery in lane.partner.tell(parcel, later):
        world.fate(delivery.receipt)
    wait_for(lambda: order(world, sale)["logistics_state"] == "fulfilled", 10, "still blocked")
    assert not order(world, sale)["logistics_blocked_reason"]


def test_two_shipments_under_one_number(world, company):
    """FedEx gives numbers out again; its unique id tells the lives apart."""
    shop, lanes = company
    partner = lanes["fedex"].partner
    number = partner.number(world.rng)
    moments = (now() - timedelta(days=400), now() - timedelta(days=3))
    sales = shop.sell([{"customer": 1}, {"customer": 2}])
    for sale, start in zip(sales, moments, strict=True):
        shop.ship(sale, "fedex", number, start)
    for uid, (story, start) in enumerate(zip(("delivered", "moving"), moments, strict=True)):
        lane = lanes["fedex"]
        steps = journey(story, start, lane.origin, lane.destination)
        parcel = Parcel(number, uid=f"24603{uid}00~{number}~FX")
        for delivery in partner.tell(parcel, steps):
            assert world.fate(delivery.receipt)["state"] == "processed"
    states = [
        world.read("logistics.shipment", shop.shipment(sale), "state")["state"] for sale in sales
    ]
    assert states == ["delivered", "in_transit"]


def order(world, sale):
    return world.read("sale.order", sale.order_id, "logistics_state", "logistics_blocked_reason")


def text(moment):
    """As Odoo's RPC writes UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
