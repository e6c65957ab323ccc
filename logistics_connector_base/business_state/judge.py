"""What orders and transfers come to: judged from what is known, and written down."""

import hashlib
import json
from dataclasses import dataclass

from ..core.order_state import Reason, order_state
from ..core.transfer_state import transfer_state
from .facts import Reader

LINKS = {"order": "sale_order_id", "picking": "picking_id"}
# In the order of the columns of the statement below.
COLUMNS = (
    "kind",
    "name",
    "company_id",
    "warehouse_id",
    "partner_id",
    "promised_at",
    "state",
    "return_under_way",
    "blocked_reason",
    "reasons",
    "shipment_count",
    "fingerprint",
)
# "since": the state; "moved_at": anything that it is judged by. What is as it was is not written.
WRITE = """
INSERT INTO logistics_business_state AS old ({link}, {columns}, since, moved_at)
SELECT v.*, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' FROM (VALUES %s) v
ON CONFLICT ({link}) WHERE {link} IS NOT NULL DO UPDATE SET {updates},
    since = CASE WHEN old.state = EXCLUDED.state THEN old.since ELSE EXCLUDED.since END,
    moved_at = CASE WHEN old.fingerprint = EXCLUDED.fingerprint THEN old.moved_at
                    ELSE EXCLUDED.moved_at END
WHERE ({mine}) IS DISTINCT FROM ({theirs})
"""
TYPES = {
    "company_id": "integer",
    "warehouse_id": "integer",
    "partner_id": "integer",
    "promised_at": "timestamp",
    "return_under_way": "boolean",
    "reasons": "jsonb",
    "shipment_count": "integer",
}
# Whoever wants several waits in one line.
LOCK = """
SELECT id FROM logistics_business_state WHERE {link} = ANY(%s) ORDER BY {link} FOR NO KEY UPDATE
"""


@dataclass(slots=True)
class Judged:
    """``values``: of the columns; ``lines``: how each line of an order stands."""

    values: dict
    reasons: tuple[Reason, ...] = ()
    lines: dict | None = None


def judge(env, kind, ids):
    """Where orders or transfers stand now.

    :param str kind: "order" or "picking"
    :return: id → :class:`Judged`; an id that has no business state is left out
    """
    reader = Reader(env)
    if kind == "order":
        return {
            number: judged
            for number, known in reader.orders(ids).items()
            if (judged := _judge_order(known)) is not None
        }
    return {number: _judge_picking(known) for number, known in reader.pickings(ids).items()}


def _judge_order(known):
    verdict = order_state(known.facts)
    if verdict.state is None:
        return None
    quantities = [
        (number, s.shipped, s.delivered, s.returned, s.coming_back, s.to_ship)
        for number, s in verdict.lines.items()
    ]
    values = _values(known, "order", verdict.state, verdict.reasons, quantities)
    values["return_under_way"] = verdict.return_under_way
    return Judged(values, verdict.reasons, verdict.lines)


def _judge_picking(known):
    state, reasons = transfer_state(known.facts)
    values = _values(known, known.facts.kind, state, reasons, known.facts.state)
    values["return_under_way"] = known.facts.kind == "return" and known.facts.state == "open"
    return Judged(values, reasons)


def _values(known, kind, state, reasons, quantities):
    head, shipments = known.head, known.facts.shipments
    seen = [state, quantities, sorted((s.id, s.state, s.on_hold, s.partial) for s in shipments)]
    return {
        "kind": kind,
        **{name: head[name] for name in COLUMNS[1:6]},
        "state": state,
        "blocked_reason": None,
        "reasons": json.dumps([[reason.kind, reason.text, reason.id] for reason in reasons]),
        "shipment_count": len(shipments),
        "fingerprint": hashlib.sha256(repr(seen).encode()).hexdigest()[:32],
    }


def write(env, kind, ids):
    """Write down where orders or transfers stand. One worker at a time: see the desk."""
    link, ids = LINKS[kind], sorted(ids)
    # Constants of this module.
    # pylint: disable=sql-injection
    env.cr.execute(LOCK.format(link=link), (ids,))
    judged = judge(env, kind, ids)
    model = env["logistics.business.state"]
    rows = []
    for number, one in sorted(judged.items()):
        texts = [model._reason_text(reason.kind, reason.text) for reason in one.reasons]
        one.values["blocked_reason"] = ", ".join(texts) or None
        rows.append((number, *(one.values[name] for name in COLUMNS)))
    gone = [number for number in ids if number not in judged]
    if gone:
        env.cr.execute(f"DELETE FROM logistics_business_state WHERE {link} = ANY(%s)", (gone,))
    if rows:
        query = WRITE.format(
            link=link,
            columns=", ".join(COLUMNS),
            updates=", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS),
            mine=", ".join(f"old.{name}" for name in COLUMNS),
            theirs=", ".join(f"EXCLUDED.{name}" for name in COLUMNS),
        )
        casts = ", ".join(f"%s::{TYPES.get(name, 'varchar')}" for name in COLUMNS)
        env.cr.execute_values(query, rows, template=f"(%s, {casts})", page_size=len(rows))
    model.invalidate_model()
