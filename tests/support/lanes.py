"""Keeping the inbox from being worked, as drains that run elsewhere would."""

import contextlib

LOCKS = 0x4C4F4749  # logistics_connector_base/inbox/lanes.py
MOST = 16


@contextlib.contextmanager
def held_lanes(database):
    """No lane can be worked inside, on no server."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_lock(%s, lane) FROM generate_series(1, %s) lane", (LOCKS, MOST)
        )
        yield
