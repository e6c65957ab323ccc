"""How fast a partner may be called, over all its flows, processes and servers."""

from ..intake import limits, store

TABLE = "logistics_send_bucket"
DRAW, BUCKET_TABLE = (
    text.replace("logistics_rate_bucket", TABLE) for text in (limits.DRAW, limits.BUCKET_TABLE)
)


def draw(dbname, connection_id, rate, wanted):
    """Take up to ``wanted`` calls of a connection's rate: ``(granted, level)``."""
    values = {
        "connection_id": connection_id,
        "capacity": rate.burst,
        "per_second": rate.per_second,
        "wanted": wanted,
    }
    return store.execute(dbname, DRAW, values)
