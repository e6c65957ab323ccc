# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipHero, asked by GraphQL for what its webhooks may have lost.

One feed reads four lists one after the other: shipments, changes of stock, purchase orders,
returns. The cursor of the feed is the name of the list and ShipHero's own cursor in it. Each list
answers under the same name (``list``) and says by an alias of its ``pageInfo`` which it is, so that
an entry is the same bytes whenever it is read.

    POST /graphql {"query": "{ list: shipments(date_from: …) { data(first: 25) {
        shipments: pageInfo { hasNextPage endCursor } edges { node { … } } } } }"}

Changed since: shipments and changes of stock never change, so the time at which they were made
will do; purchase orders know ``updated_from``. Returns know only when they were made, and are read
anew for :data:`RETURNS`.

Another feed reads the whole stock of a building, for comparison: :func:`stock_ask`.

Throttling: each answer costs credits (4,004 of them, 60 come back a second). Too few are an error
of code 30 in an answer of status 200, with the seconds to wait in its words.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.polling import (
    LIVE,
    Ask,
    FeedPoll,
    Page,
    iso,
    latest,
    parameter,
)
from odoo.addons.logistics_connector_base.core.reading import Node, read

HOST = "public-api.shiphero.com"
TOKEN_URL = f"https://{HOST}/auth/refresh"
RETURNS = timedelta(days=30)
LINES = 100  # of one order; of more the answer is refused, as half an order is none
NO_CREDITS = 30  # ShipHero's error code
WAIT = 60.0  # seconds, where it does not say how long
LONGEST_WAIT = 600.0
STOCK = "stock"  # parameter of the address: the number of a building
_ASKED = re.compile(r"asked_([0-9]{8}T[0-9]{6})_([0-9]{1,6})")
_SECONDS = re.compile(r"([0-9]{1,5}) ?s(?:ec|econd|econds)?\b")

_LINES = f"line_items(first: {LINES}) {{ pageInfo {{ hasNextPage }} edges {{ node {{ %s }} }} }}"
_SHIPMENT = (
    "__typename id legacy_id order_id warehouse_id created_date order { order_number } "
    "shipping_labels { id tracking_number carrier dimensions { weight length width height } } "
    + _LINES
    % (
        "quantity shipping_label_id line_item { sku partner_line_item_id "
        "serial_numbers { serial_number } "
        "shipped_line_item_lots { lot_name lot_expiration_date } }"
    )
)
_CHANGE = "__typename sku warehouse_id previous_on_hand change_in_on_hand reason created_at"
_ORDER = (
    "__typename id legacy_id po_number fulfillment_status warehouse_id updated_at "
    + _LINES % "sku quantity quantity_received"
)
_RETURN = (
    "__typename id legacy_id status reason created_at order { order_number } "
    "line_items { quantity quantity_received restock reason warehouse_id line_item { sku } }"
)
# The list, its condition, what is wanted of an entry, how far back, and its time of record.
LISTS = {
    "shipments": ("date_from", _SHIPMENT, timedelta(0), "created_date"),
    "inventory_changes": ("date_from", _CHANGE, timedelta(0), "created_at"),
    "purchase_orders": ("updated_from", _ORDER, timedelta(0), "updated_at"),
    "returns": ("date_from", _RETURN, RETURNS, ""),
}
ORDER = tuple(LISTS)


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page of the list that the cursor names, the first one without."""
    name, _blank, after = (cursor or ORDER[0]).partition(" ")
    if name not in LISTS:
        name, after = ORDER[0], ""
    condition, wanted, back, _record = LISTS[name]
    told = f", after: {json.dumps(after)}" if after else ""
    query = (
        f"{{ list: {name}({condition}: {json.dumps(iso(since - back))}) {{ request_id complexity "
        f"data(first: {size}{told}) {{ {name}: pageInfo {{ hasNextPage endCursor }} "
        f"edges {{ node {{ {wanted} }} }} }} }} }}"
    )
    headers = {"Content-Type": "application/json"}
    return Ask(url, "POST", headers, json.dumps({"query": query}).encode())


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed: which page comes next, of this list or the next one.

    Raises ParseError for what is no page, ShipHero's own errors included.
    """
    root = read(raw)
    if errors := root.get("errors").items():
        raise errors[0].fail(f"ShipHero says: {errors[0].get('message').text()[:300]}")
    data = root.path("data", "list", "data")
    name = next((name for name in ORDER if data.is_object and data.get(name).is_object), "")
    if not name:
        raise data.fail("none of the lists that were asked for.")
    nodes = [edge.get("node") for edge in data.get("edges").items()]
    info, record = data.get(name), LISTS[name][3]
    if info.get("hasNextPage").flag():
        following = f"{name} {info.get('endCursor').required()}"
    else:
        place = ORDER.index(name) + 1
        following = ORDER[place] if place < len(ORDER) else ""
    return Page(following, latest(nodes, record) if record else None, len(nodes))


def wait(raw: bytes) -> float | None:
    """Seconds to wait where ShipHero has no credits left for us; None for any other answer."""
    try:
        errors = read(raw).get("errors").items()
        short = next((one for one in errors if _is_short(one)), None)
    except ParseError:
        return None
    if short is None:
        return None
    for node in (short.get("time_remaining"), short.get("message")):
        found = _SECONDS.search(node.value) if isinstance(node.value, str) else None
        if found:
            return min(max(float(found[1]), 1.0), LONGEST_WAIT)
    return WAIT


def _is_short(error: Node) -> bool:
    return error.is_object and error.get("code").value in (NO_CREDITS, str(NO_CREDITS))


# -- the whole stock ------------------------------------------------------------------------------


def stock_ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page of a building's stock: ``…/graphql?stock=76733``.

    The first call asks for nothing but the time: the pages after it are the stock as of then. They
    carry that time and their number as the name (alias) of a field that is always there, so that
    each page says by itself to what it belongs.
    """
    parts = urlsplit(url)
    building = parameter(url, STOCK)
    moment, _blank, rest = cursor.partition(" ")
    number, _blank, after = rest.partition(" ")
    query = "{ clock: __typename }"
    if moment:
        told = f", after: {json.dumps(after)}" if after else ""
        building_id = base64.b64encode(f"Warehouse:{building}".encode()).decode()
        query = (
            f"{{ asked_{moment}_{number}: __typename "
            f"list: warehouse_products(warehouse_id: {json.dumps(building_id)}) {{ "
            f"data(first: {size}{told}) {{ pageInfo {{ hasNextPage endCursor }} "
            "edges { node { __typename sku warehouse_id on_hand allocated "
            "non_sellable_quantity } } } } }"
        )
    headers = {"Content-Type": "application/json"}
    called = urlunsplit(parts._replace(query=""))
    return Ask(called, "POST", headers, json.dumps({"query": query}).encode())


def stock_page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """Which page comes next. Raises ParseError for what is no page."""
    root = read(raw)
    if errors := root.get("errors").items():
        raise errors[0].fail(f"ShipHero says: {errors[0].get('message').text()[:300]}")
    data = root.get("data")
    if data.is_object and "clock" in data.value:
        return Page(f"{_date(headers):%Y%m%dT%H%M%S} 1")
    moment, number = asked(data)
    info = data.path("list", "data", "pageInfo")
    if not info.get("hasNextPage").flag():
        return Page()
    return Page(f"{moment} {number + 1} {info.get('endCursor').required()}")


def asked(data: Node) -> tuple[str, int]:
    """When a page's round began (UTC, as 20260311T100000), and which page it is."""
    names = data.value if data.is_object else ()
    found = next((match for name in names if (match := _ASKED.fullmatch(name))), None)
    if not found:
        raise data.fail("a page that does not say to which stock it belongs.")
    return found[1], int(found[2])


def _date(headers: Mapping[str, str]) -> datetime:
    try:
        moment = parsedate_to_datetime(headers.get("Date") or "")
    except (ValueError, TypeError, IndexError):
        raise ParseError("The answer does not say when it was given (header Date).") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def at(url: str) -> FeedPoll:
    """The stock of a building where the address names one, else what has happened."""
    return STOCK_FEED if parameter(url, STOCK) else FEED


STOCK_FEED = FeedPoll(
    urls={LIVE: f"https://{HOST}/graphql"},
    ask=stock_ask,
    page=stock_page,
    elements=None,
    most=100,
    wait=wait,
)
FEED = FeedPoll(
    urls={LIVE: f"https://{HOST}/graphql"},
    at=at,
    ask=ask,
    page=page,
    elements=("data", "list", "data", "edges"),
    most=25,
    wait=wait,
)
