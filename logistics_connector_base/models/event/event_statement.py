"""The rows of events as the pure core wants them (``core.corrections``)."""

from ...core.corrections import Statement

# What of an event its standing follows from.
STATEMENT_COLUMNS = """
    e.id, e.shipment_id, e.fingerprint, e.issuer, e.source_id, e.revision, e.retracts, e.corrects,
    e.occurred_at, e.recorded_at, e.received_at, e.occurred_precision, e.classifier,
    e.estimated_delivery_at, e.estimated_delivery_from_at, e.signed_by, e.is_implausible,
    e.is_disputed, e.decision, e.standing,
    e.overruled_by_id, e.tracking_number, e.shipment_key, e.unsaid_by_id,
    conn.company_id AS namespace, conn.partner_id AS party
"""
ELSEWHERE = f"""
SELECT {STATEMENT_COLUMNS}
FROM logistics_event e JOIN logistics_connection conn ON conn.id = e.connection_id
WHERE e.issuer = ANY(%s) AND (
    (e.source_base = ANY(%s) AND e.source_base <> '')
    OR (e.retracts = ANY(%s) AND e.retracts <> '')
    OR (e.corrects = ANY(%s) AND e.corrects <> ''))
"""


def has_identity(row):
    """Whether the partner gave the event an id, or names another one's."""
    return bool(row["source_id"] or row["retracts"] or row["corrects"])


def statement(row):
    """The statement of a row. A partner's ids are its own, within one company: nobody withdraws
    another one's events. Connections that name no partner share their ids, as the webhook and the
    poll of one carrier do."""
    return Statement(
        fingerprint=row["fingerprint"],
        issuer=f"{row['namespace'] or ''}/{row['party'] or ''}/{row['issuer']}",
        source_id=row["source_id"] or "",
        revision=row["revision"] or "",
        retracts=row["retracts"] or "",
        corrects=row["corrects"] or "",
        recorded_at=row["recorded_at"],
        implausible=bool(row["is_implausible"]),
        disputed=bool(row["is_disputed"]),
        dismissed=row["decision"] == "dismissed",
        apart=row["decision"] == "apart",
        unsaid=bool(row["unsaid_by_id"]),
    )
