"""Who calls the API: the key in the Authorization header, looked up anew for each call, so that a
key that is revoked opens nothing from that moment on, in no process."""

from dataclasses import dataclass

from ..core.api import keys

FIND = """
SELECT k.id, k.prefix, k.company_id, k.rate_limit, k.rate_burst, k.all_connections,
    k.write_connection_id,
    k.receipts_read AS "receipts:read", k.shipments_read AS "shipments:read",
    k.events_read AS "events:read", k.events_write AS "events:write",
    k.orders_read AS "orders:read", k.personal_read AS "personal:read",
    CASE WHEN k.all_connections THEN ARRAY(
        SELECT c.id FROM logistics_connection c WHERE c.company_id = k.company_id)
    ELSE ARRAY(
        SELECT r.connection_id FROM logistics_api_key_connection_rel r
        JOIN logistics_connection c ON c.id = r.connection_id
        WHERE r.key_id = k.id AND c.company_id = k.company_id)
    END AS connection_ids
FROM logistics_api_key k
WHERE k.digest = %s AND k.revoked_at IS NULL
    AND (k.valid_from IS NULL OR k.valid_from <= now() AT TIME ZONE 'UTC')
    AND (k.valid_to IS NULL OR k.valid_to > now() AT TIME ZONE 'UTC')
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that is valid now. ``everything``: whatever is its company's, whoever told it; else
    what the connections of ``connection_ids`` have touched."""

    key_id: int
    prefix: str
    company_id: int
    connection_ids: tuple[int, ...]
    everything: bool
    write_connection_id: int | None
    scopes: frozenset[str]
    rate_limit: int
    rate_burst: int

    @property
    def sees_personal(self):
        return "personal:read" in self.scopes


def find(cr, authorization):
    """The caller behind an Authorization header, None for nobody we know.

    :raises psycopg2.Error: it cannot be known
    """
    key = keys.from_header(authorization)
    if key is None:
        return None
    cr.execute(FIND, (keys.digest(key),))
    row = cr.dictfetchone()
    return row and Caller(
        key_id=row["id"],
        prefix=row["prefix"],
        company_id=row["company_id"],
        connection_ids=tuple(row["connection_ids"]),
        everything=row["all_connections"],
        write_connection_id=row["write_connection_id"],
        scopes=frozenset(scope for scope in keys.SCOPES if row[scope]),
        rate_limit=row["rate_limit"],
        rate_burst=row["rate_burst"],
    )
