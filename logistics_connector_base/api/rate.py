"""How often a key may call, kept by all processes of all servers together in one small row. Each
call asks it: so its headers tell what is really left."""

import math

from ..core.token_bucket import wait
from ..intake import limits, store

TABLE = "logistics_api_bucket"
DRAW, BUCKET_TABLE = (
    text.replace("logistics_rate_bucket", TABLE).replace("connection_id", "key_id")
    for text in (limits.DRAW, limits.BUCKET_TABLE)
)


def spend(dbname, caller):
    """Take one call of a key's rate.

    :return: ``(seconds to wait or 0.0, headers)``
    :raises psycopg2.Error: it cannot be known
    """
    if not caller.rate_limit:
        return 0.0, {}
    values = {
        "key_id": caller.key_id,
        "capacity": float(caller.rate_burst),
        "per_second": float(caller.rate_limit),
        "wanted": 1,
    }
    granted, level = store.execute(dbname, DRAW, values)
    full = math.ceil(caller.rate_burst / caller.rate_limit)
    until = math.ceil((caller.rate_burst - level) / caller.rate_limit)
    headers = {
        "RateLimit-Policy": f'"key";q={caller.rate_burst};w={full}',
        "RateLimit": f'"key";r={math.floor(level)};t={max(0, until)}',
    }
    return (0.0 if granted else max(wait(level, caller.rate_limit), 0.001)), headers
