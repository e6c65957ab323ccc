"""How fast a partner may be called, over all its flows, processes and servers."""

import time

from ..core.token_bucket import wait as until_a_token
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


def wait_for_call(dbname, connection_id, rate, patience):
    """Take one call for somebody who waits for its answer.

    :param rate: of the connection, None: without limit
    :param float patience: seconds
    :return: whether it may be made
    """
    end = time.monotonic() + patience
    while rate is not None:
        granted, level = draw(dbname, connection_id, rate, 1)
        if granted:
            break
        pause = until_a_token(level, rate.per_second)
        if pause > end - time.monotonic():
            return False
        time.sleep(max(pause, 0.005))
    return True
