# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Our own JSON for warehouses: what one sends who can send what we define.

The shape is the JSON Schema ``schemas/warehouse-advice-1.1.json`` of this addon, which takes all
that 1.0 said; README.md beside this file shows it with examples. A message is refused as a whole
where it does not fit the shape. What fits, and cannot be true (an unknown product, a negative
quantity), is a matter of the goods: it is kept, and shown to a person beside what we know.

Identity: the message has ``id`` and ``revision``, and so has each advice in it.

Times: RFC 3339; without offset they are local to the connection's zone (assumed). A date alone is
a day.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.addons.logistics_connector_base.core.canonical import (
    Acknowledgement,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Reference,
)
from odoo.addons.logistics_connector_base.core.own_format import OwnFormat
from odoo.addons.logistics_connector_base.core.reading import Node, local_zone, read

from ...core.advice import STAGES, Advice, Line, Mark, Package, Snapshot, SnapshotLine
from ...core.appointment import Telling
from .appointment import appointment_events, read_telling
from .values import instant, revision

CODE = "warehouse_json"
NAME = "Warehouse JSON"
MESSAGE_TYPE = "warehouse-advice"
FORMAT = OwnFormat(Path(__file__).parents[2] / "schemas" / "warehouse-advice-1.1.json")

SHIPPED = "WHS_SHIP_CONFIRMED"
# What an answer to a release is in the history of the shipment.
ANSWER_EVENTS = {
    "accepted": "ORD_RELEASE_ACK",
    "rejected": "ORD_RELEASE_REJ",
}


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The advices of a message, and the events that they are in the history of shipments.

    Raises ParseError, with up to five places where it does not fit.
    """
    root = read(raw)
    is_entry = root.is_object and "recorded_at" in root.value and "message" in root.value
    if is_entry:
        # Read from the feed: its bytes are not those of the webhook with the same id, and that is
        # no conflict. What it tells is known by the numbers of the advices.
        root = root.get("message")
    FORMAT.check(root.value)
    zone = local_zone(context)
    issuer = root.get("issuer").text()
    advices = tuple(_advice(node, zone) for node in root.get("advices").items())
    return ParsedMessage(
        events=tuple(event for advice in advices for event in events(advice, issuer)),
        external_id="" if is_entry else root.get("id").text(),
        revision="" if is_entry else revision(root),
        message_type=MESSAGE_TYPE,
        acknowledgements=tuple(
            Acknowledgement(
                node.get("message").text(),
                node.get("accepted").value is not False,
                node.get("reason").text(),
            )
            for node in root.get("acknowledgements").items()
        ),
        statements=advices + _marks(root),
    )


def _marks(root: Node) -> tuple[Mark, ...]:
    number = root.get("sequence").whole()
    return () if number is None else (Mark(root.get("stream").code(), number),)


def events(advice: Advice | Snapshot | Telling, issuer: str) -> tuple[ParsedEvent, ...]:
    """What an advice is in the history of the shipment that its order is; nothing where it is none.

    :param issuer: the warehouse, as the namespace of its facts
    """
    if isinstance(advice, Telling):
        return appointment_events(advice, issuer)
    code = _event_code(advice)
    if not code or advice.occurred is None:
        return ()
    numbers = [Reference("picking", advice.order)]
    if code == SHIPPED:
        numbers += [Reference("sscc", package.sscc) for package in advice.packages if package.sscc]
    return (
        ParsedEvent(
            issuer=issuer,
            shipment_key=advice.order,
            references=tuple(numbers),
            raw_code=code,
            code=code,
            # Two confirmations of one order within a second are two facts.
            raw_sub_code=advice.id[:100] if code == SHIPPED else "",
            raw_text=advice.text,
            occurred=advice.occurred,
            pointer=advice.pointer,
        ),
    )


def _event_code(advice: Advice | Snapshot) -> str:
    if isinstance(advice, Snapshot):
        return ""
    if advice.kind == "progress":
        return STAGES[advice.stage]
    if advice.kind == "release":
        return ANSWER_EVENTS.get(advice.answer, "")
    return SHIPPED if advice.kind == "ship" else ""


def _advice(node: Node, zone: str) -> Advice | Snapshot | Telling:
    kind = node.get("type").text()
    if kind == "appointment":
        return read_telling(node, zone)
    if kind == "snapshot":
        return _snapshot(node, zone)
    occurred = instant(node.get("occurred_at"), zone)
    order = node.get("order").code() or node.get("request").code()
    text = node.get("text").text() or node.get("reason").text()
    return Advice(
        kind=kind,
        id=node.get("id").code() or _own_id(node, kind, order),
        revision=revision(node),
        occurred=occurred,
        order=order,
        warehouse=node.get("warehouse").code(),
        is_final=_yes_no(node.get("final")),
        number=node.get("number").whole(),
        exceptions_only=_yes_no(node.get("exceptions_only")),
        answer=node.get("answer").text(),
        stage=node.get("stage").text(),
        release_revision=node.get("release").whole(),
        text=text,
        lines=tuple(_line(line) for line in node.get("lines").items()),
        packages=tuple(_package(package) for package in node.get("packages").items()),
        pointer=node.pointer,
    )


def _own_id(node: Node, kind: str, order: str) -> str:
    """An answer or a stage needs no number of its own: it is the same one however often told."""
    word = node.get("answer").text() or node.get("stage").text()
    parts = (kind, order, node.get("release").text(), word, node.get("occurred_at").text())
    return "/".join(parts)


def _line(node: Node) -> Line:
    return Line(
        product=node.get("product").code(),
        barcode=node.get("barcode").code(),
        quantity=_quantity(node.get("quantity")),
        line=node.get("line").whole(),
        unit=node.get("unit").code(),
        lot=node.get("lot").code(),
        serials=tuple(serial.required() for serial in node.get("serials").items()),
        expires_on=_day(node.get("expires_on")),
        package=node.get("package").code(),
        substitutes=node.get("substitutes").code(),
        condition=node.get("condition").text() or "available",
        moved_to=node.get("moved_to").text(),
        disposition=node.get("disposition").text(),
        reason=node.get("reason").text(),
        pointer=node.pointer,
    )


def _package(node: Node) -> Package:
    return Package(
        key=node.get("key").required(),
        sscc=node.get("sscc").code(),
        tracking=node.get("tracking").code(),
        carrier=node.get("carrier").code(),
        packaging=node.get("packaging").text(),
        weight=_float(node.get("weight_kg")),
        length=_float(node.get("length_cm")),
        width=_float(node.get("width_cm")),
        height=_float(node.get("height_cm")),
    )


def _snapshot(node: Node, zone: str) -> Snapshot:
    return Snapshot(
        id=node.get("id").code(),
        revision=revision(node),
        as_of=instant(node.get("as_of"), zone),
        warehouse=node.get("warehouse").code(),
        is_complete=node.get("complete").value is not False,
        part=node.get("part").whole() or 1,
        parts=node.get("parts").whole() or 1,
        lines=tuple(
            SnapshotLine(
                product=line.get("product").code(),
                barcode=line.get("barcode").code(),
                unit=line.get("unit").code(),
                lot=line.get("lot").code(),
                on_hand=_quantity(line.get("on_hand")),
                damaged=_quantity(line.get("damaged")),
                quarantine=_quantity(line.get("quarantine")),
                held=_quantity(line.get("held")),
                allocated=_quantity(line.get("allocated")),
                receiving=_quantity(line.get("receiving")),
                pointer=line.pointer,
            )
            for line in node.get("lines").items()
        ),
        pointer=node.pointer,
    )


def _quantity(node: Node) -> Decimal:
    """As it was written: 0.1 is a tenth."""
    return Decimal(0) if node.value is None else Decimal(repr(node.value))


def _float(node: Node) -> float | None:
    return None if node.value is None else float(node.value)


def _yes_no(node: Node) -> bool | None:
    return None if node.value is None else node.flag()


def _day(node: Node) -> date | None:
    try:
        return date.fromisoformat(node.text()) if node.text() else None
    except ValueError:
        raise node.fail("there is no such day.") from None
