# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What the API offers, told once: the controller, the OpenAPI document, the page for people and the
catalogue in Odoo are all made from this list."""

from dataclasses import dataclass, field

from . import query

ID = "^[0-9a-f]{32}$"
REFERENCE_TYPES = (
    "shipment", "carrier_uid", "sscc", "tracking", "master_tracking", "waybill", "bol", "picking",
    "order", "customer",
)  # fmt: skip
SHIPMENT_STATES = (
    "draft", "released", "release_rejected", "in_fulfilment", "packed", "tendered",
    "tender_rejected", "booked", "manifested", "picked_up", "in_transit", "at_customs",
    "out_for_delivery", "delivery_attempted", "available_for_pickup", "delivered", "returning",
    "returned", "lost", "destroyed", "cancelled",
)  # fmt: skip
ORDER_STATES = (
    "pending", "in_progress", "partial", "blocked", "fulfilled", "closed", "cancelled",
)  # fmt: skip
TEXT = {"type": "string", "minLength": 1, "maxLength": query.MAX_TEXT}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a path or a query. ``read`` makes a value of the text (``query.read``)."""

    name: str
    description: str
    schema: dict
    read: object = None
    example: object = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for.

    ``scope``: what a key must be allowed; "" for everybody. ``answer``: name of a schema in
    ``schemas/api-1.0.json``. ``statuses``: of refusals beside those that all have.
    """

    code: str
    method: str
    path: str
    summary: str
    description: str
    answer: str
    scope: str = ""
    query: tuple[Parameter, ...] = ()
    in_path: tuple[Parameter, ...] = ()
    status: int = 200
    statuses: tuple[int, ...] = ()
    readers: dict = field(default_factory=dict, init=False)

    def __post_init__(self):
        self.readers.update((one.name, one.read) for one in self.query)


LIMIT = Parameter(
    "limit",
    f"Records on a page, {query.DEFAULT_LIMIT} where it is not given.",
    {"type": "integer", "minimum": 1, "maximum": query.MAX_LIMIT, "default": query.DEFAULT_LIMIT},
    query.limit,
)
CURSOR = Parameter(
    "cursor",
    "Where to go on: “cursor” of the page before, with the same filters.",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9_-]+$"},
    str,
)
UPDATED_SINCE = Parameter(
    "updated_since",
    "Begin with what changed since then, perhaps some minutes earlier. For the first time; go on "
    "with the cursor.",
    {"type": "string", "format": "date-time", "maxLength": 40},
    query.instant,
    "2026-03-01T00:00:00Z",
)
SINCE = Parameter(
    "since",
    "Only what came in since then.",
    {"type": "string", "format": "date-time", "maxLength": 40},
    query.instant,
    "2026-03-01T00:00:00Z",
)
CONNECTION = Parameter(
    "connection", "Only what this connection told, by its name.", TEXT, query.text, "Northwind 3PL"
)
SHIPMENT_ID = Parameter(
    "shipment", "The shipment's “id”.", {"type": "string", "pattern": ID, "maxLength": 32}
)
RECEIPT_ID = Parameter(
    "receipt",
    "As it was given with 202.",
    {"type": "string", "pattern": ID, "minLength": 1, "maxLength": 64},
)
ORDER_NAME = Parameter(
    "order",
    "Its name. A slash in it may stand as it is.",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^?#/\\x00]+$"},
    example="S00042",
)

FEED = (
    "In the order in which they changed, each once, as it is now. What a transaction still under "
    "way has changed comes later, never too late: nothing is lost between two pages, nor between "
    "two days. Something may come twice."
)

OPERATIONS = (
    Operation(
        "fate",
        "GET",
        "/logistics/v1/messages/{receipt}",
        "What became of a message",
        "For whoever was given the receipt; no key is needed.",
        "Fate",
        in_path=(RECEIPT_ID,),
        statuses=(404,),
    ),
    Operation(
        "list_receipts",
        "GET",
        "/logistics/v1/receipts",
        "Messages that came in",
        "Newest first, of the connections that the key may see.",
        "MessagePage",
        "receipts:read",
        (CONNECTION, SINCE, LIMIT, CURSOR),
    ),
    Operation(
        "list_shipments",
        "GET",
        "/logistics/v1/shipments",
        "Shipments",
        FEED + " With a number (reference_type and reference_value, or tracking_number) it is a "
        "search instead: at once, without what came before or after.",
        "ShipmentPage",
        "shipments:read",
        (
            Parameter(
                "reference_type",
                "Kind of number, together with reference_value.",
                {"type": "string", "enum": list(REFERENCE_TYPES)},
                query.one_of(*REFERENCE_TYPES),
                "order",
            ),
            Parameter(
                "reference_value",
                "The number. Blanks, dashes and case do not matter.",
                TEXT,
                query.text,
                "S00042",
            ),
            Parameter(
                "tracking_number",
                "A parcel's or shipment's tracking number.",
                TEXT,
                query.text,
                "1Z999AA10123456784",
            ),
            Parameter(
                "state",
                "Only shipments in this state now.",
                {"type": "string", "enum": list(SHIPMENT_STATES)},
                query.one_of(*SHIPMENT_STATES),
            ),
            CONNECTION,
            UPDATED_SINCE,
            LIMIT,
            CURSOR,
        ),
    ),
    Operation(
        "read_shipment",
        "GET",
        "/logistics/v1/shipments/{shipment}",
        "One shipment",
        "As it is at this moment.",
        "Shipment",
        "shipments:read",
        in_path=(SHIPMENT_ID,),
        statuses=(404,),
    ),
    Operation(
        "list_shipment_events",
        "GET",
        "/logistics/v1/shipments/{shipment}/events",
        "Events of one shipment",
        "In the order in which they were recorded; “occurred_at” says when they happened.",
        "EventPage",
        "events:read",
        (LIMIT, CURSOR),
        (SHIPMENT_ID,),
        statuses=(404,),
    ),
    Operation(
        "list_events",
        "GET",
        "/logistics/v1/events",
        "Events of all shipments",
        FEED + " An event that is corrected or taken back comes again, with another “standing”.",
        "EventPage",
        "events:read",
        (CONNECTION, UPDATED_SINCE, LIMIT, CURSOR),
    ),
    Operation(
        "send_events",
        "POST",
        "/logistics/v1/events",
        "Tell events",
        "One message in canonical JSON, for the connection of the key. 202 says that it is on "
        "disk; what became of it says its receipt. The same bytes twice do nothing twice. What "
        "does not fit the format is refused with 422 and the places of the trouble, and not kept.",
        "Receipt",
        "events:write",
        status=202,
        statuses=(400, 409, 411, 413, 415, 422),
    ),
    Operation(
        "list_orders",
        "GET",
        "/logistics/v1/orders",
        "Business state of the orders",
        FEED,
        "OrderPage",
        "orders:read",
        (
            Parameter(
                "state",
                "Only orders in this state now.",
                {"type": "string", "enum": list(ORDER_STATES)},
                query.one_of(*ORDER_STATES),
            ),
            UPDATED_SINCE,
            LIMIT,
            CURSOR,
        ),
    ),
    Operation(
        "read_order",
        "GET",
        "/logistics/v1/orders/{order}",
        "Business state of one order",
        "As it is at this moment, and why it is blocked.",
        "Order",
        "orders:read",
        in_path=(ORDER_NAME,),
        statuses=(404,),
    ),
)
BY_CODE = {operation.code: operation for operation in OPERATIONS}
