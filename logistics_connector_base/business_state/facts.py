"""What is known of many orders or transfers, in a constant number of queries."""

from dataclasses import dataclass

from ..core.order_legs import Shipment
from ..core.order_lines import Line, Move
from ..core.order_state import OrderFacts
from ..core.transfer_state import TransferFacts
from . import queries

INVOICED = ("invoiced", "upselling")
# What these queries read; an environment's pending changes are written before.
MODELS = (
    "sale.order",
    "sale.order.line",
    "stock.move",
    "stock.picking",
    "logistics.shipment",
    "logistics.shipment.stop",
    "logistics.shipment.charge",
    "logistics.exception",
)
SHIPMENT_FIELDS = (
    "id",
    "name",
    "state",
    "on_hold",
    "partial",
    "origin",
    "destination",
    "freight_open",
    "freight_known",
)


@dataclass(slots=True)
class Known:
    """An order or a transfer: ``head`` is its row (name, company, warehouse …), ``facts`` what its
    state is judged by."""

    head: dict
    facts: OrderFacts | TransferFacts


class Reader:
    """Reads what is known. Sees what is committed, and what this transaction has written."""

    def __init__(self, env):
        self.env = env
        for model in MODELS:
            env[model].flush_model()
        place = env.ref("stock.stock_location_inter_company", raise_if_not_found=False)
        rows = self._rows(queries.PLACES, inter_company=place.id if place else 0)
        self.away = {row["id"] for row in rows}
        self.customers = {row["id"] for row in rows if row["is_customer"]}

    def _rows(self, query, **values):
        # Constants of queries.py.
        # pylint: disable-next=sql-injection
        self.env.cr.execute(query, values)
        return self.env.cr.dictfetchall()

    # -- orders -------------------------------------------------------------------------------

    def orders(self, ids):
        """What is known of orders that are confirmed or cancelled: id → :class:`Known`."""
        ids = list(ids)
        heads = [row for row in self._rows(queries.ORDERS, ids=ids) if row["state"] != "draft"]
        heads = [row for row in heads if row["state"] != "sent"]
        lines = _grouped(self._rows(queries.LINES, ids=ids), "order_id")
        moves = _grouped(self._rows(queries.MOVES, ids=ids), "order_id")
        pickings = {row["picking_id"] for rows in moves.values() for row in rows}
        shipments = _Shipments(self, ids, sorted(pickings - {None}))
        known = {}
        for head in heads:
            mine, of_order = moves.get(head["id"], []), lines.get(head["id"], [])
            linked = shipments.of("order", head["id"])
            on_transfers = {
                shipment.id
                for row in mine
                for shipment in shipments.of("picking", row["picking_id"])
            }
            numbers = on_transfers | {shipment.id for shipment in linked}
            known[head["id"]] = Known(
                head,
                OrderFacts(
                    cancelled=head["state"] == "cancel",
                    lines=tuple(self._lines(of_order, mine, shipments)),
                    shipments=tuple(shipments.by_id[number] for number in sorted(numbers)),
                    # Whatever hangs on some transfer carries that one's goods.
                    unassigned=tuple(
                        sorted(s.id for s in linked if s.id not in shipments.on_transfer)
                    ),
                    other_lines_invoiced=all(
                        row["invoice_status"] in INVOICED or not row["ordered"]
                        for row in of_order
                        if not row["has_goods"]
                    ),
                    exceptions=shipments.exceptions(numbers),
                ),
            )
        return known

    def _lines(self, lines, moves, shipments):
        """Lines with goods. Of a kit, whose moves are of its parts, each part is a line."""
        by_line = _grouped(moves, "line_id")
        for line in lines:
            if not line["has_goods"]:
                continue
            mine = by_line.get(line["id"], [])
            parts = _grouped(mine, "product_id")
            own = parts.get(line["product_id"], [])
            if parts and not own:
                for part in parts.values():
                    yield self._part(line, part, shipments)
                continue
            yield Line(
                line["id"],
                line["ordered"] or 0.0,
                tuple(self._move(row, line["factor"], shipments) for row in own),
                delivered_by_hand=line["delivered"] or 0.0,
                invoiced=line["invoiced"] or 0.0,
                invoice_done=line["invoice_status"] in INVOICED,
            )

    def _part(self, line, rows, shipments):
        """A part of a kit, as a share of the kits ordered."""
        moves = [self._move(row, row["factor"], shipments) for row in rows]
        # What was cancelled and delivered anew counts once; a back-order that was called off was a
        # part of the whole.
        whole = sum(
            max(move.planned, move.quantity)
            for move, row in zip(moves, rows, strict=True)
            if move.direction == "out"
            and (move.state != "cancelled" or row["is_rest"] or len(moves) == 1)
        )
        share = (line["ordered"] or 0.0) / whole if whole else 0.0
        return Line(
            line["id"],
            line["ordered"] or 0.0,
            tuple(
                Move(
                    move.quantity * share,
                    move.state,
                    move.direction,
                    move.refund,
                    move.shipments,
                    move.planned * share,
                )
                for move in moves
            ),
            invoiced=line["invoiced"] or 0.0,
            invoice_done=line["invoice_status"] in INVOICED,
        )

    def _move(self, row, factor, shipments):
        ratio = row["factor"] / factor if factor else 1.0
        is_done = row["state"] == "done"
        planned = (row["planned"] or 0.0) * ratio
        return Move(
            round((row["quantity"] or 0.0) * ratio, 6) if is_done else planned,
            _move_state(row["state"]),
            self._direction(row),
            row["refund"],
            tuple(s.id for s in shipments.of("picking", row["picking_id"])),
            planned=round(planned, 6) if is_done else 0.0,
        )

    def _direction(self, row):
        leaves = row["location_dest_id"] in self.away
        comes = row["location_id"] in self.away
        if leaves == comes:
            return "inside"
        return "out" if leaves else "back"

    # -- transfers ----------------------------------------------------------------------------

    def pickings(self, ids):
        """What is known of transfers: id → :class:`Known`. Kinds that bring nothing from one place
        to another, such as those of manufacturing, are left out."""
        ids = list(ids)
        heads = self._rows(queries.PICKINGS, ids=ids)
        shipments = _Shipments(self, [], ids)
        with_rest = {row["id"] for row in self._rows(queries.BACKORDERS, ids=ids)}
        invoiced = {row["id"]: row["invoiced"] for row in self._rows(queries.INVOICED, ids=ids)}
        known = {}
        for head in heads:
            mine = shipments.of("picking", head["id"])
            head["kind"] = self._kind(head)
            to_customer = head["kind"] in ("delivery", "drop_ship")
            known[head["id"]] = Known(
                head,
                TransferFacts(
                    head["kind"],
                    _move_state(head["state"]),
                    rest_open=head["id"] in with_rest,
                    shipments=mine,
                    exceptions=shipments.exceptions(shipment.id for shipment in mine),
                    invoiced=invoiced.get(head["id"]) if to_customer else None,
                ),
            )
        return known

    def _kind(self, head):
        direction = self._direction(head)
        # What another company of ours sends us is a receipt.
        if direction == "back" and head["location_id"] in self.customers:
            return "return"
        if head["code"] == "dropship":
            return "drop_ship"
        if direction == "out":
            return "delivery"
        return "receipt" if head["code"] == "incoming" else "transfer"


class _Shipments:
    """The live shipments of orders and transfers, with what is open on them."""

    def __init__(self, reader, orders, pickings):
        # pylint: disable=protected-access
        links = reader._rows(queries.SHIPMENT_LINKS, orders=orders, pickings=pickings)
        ids = sorted({row["shipment_id"] for row in links})
        rows = reader._rows(queries.SHIPMENTS, shipments=ids)
        self.by_id = {
            row["id"]: Shipment(**{name: row[name] for name in SHIPMENT_FIELDS}) for row in rows
        }
        self.on_transfer = {row["id"] for row in rows if row["is_on_transfer"]}
        self._open = _grouped(reader._rows(queries.EXCEPTIONS, shipments=ids), "shipment_id")
        self._links = {}
        for row in links:
            if row["shipment_id"] in self.by_id:
                key = row["kind"], row["record_id"]
                self._links.setdefault(key, set()).add(row["shipment_id"])

    def of(self, kind, record_id):
        """Those of an order or a transfer, by id."""
        return tuple(self.by_id[n] for n in sorted(self._links.get((kind, record_id), ())))

    def exceptions(self, shipment_ids):
        return tuple(
            (row["name"], row["id"])
            for number in sorted(set(shipment_ids))
            for row in self._open.get(number, ())
            if number in self.by_id
        )


def _move_state(state):
    return {"done": "done", "cancel": "cancelled"}.get(state, "open")


def _grouped(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups
