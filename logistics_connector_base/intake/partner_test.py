"""Test messages of partners: what is kept of them, and when they cannot be done."""

import logging

import psycopg2

from . import store

_logger = logging.getLogger(__name__)

# Past the ORM: who only tests is no reason to make every process forget what it knows of the
# connection, nor to note a change of it.
NOTE = """
UPDATE logistics_connection
SET last_test_at = now() AT TIME ZONE 'UTC', last_test_result = %(verdict)s
WHERE id = %(connection_id)s
RETURNING id
"""


class Busy(Exception):
    """Not now: another test of the connection is under way, or somebody works on what it names."""


def note(dbname, connection_id, verdict):
    """Remember when a connection was tested last, and how it ended. All that is kept of a test; it
    is answered also where this fails."""
    try:
        store.execute(dbname, NOTE, {"connection_id": connection_id, "verdict": verdict})
    except psycopg2.Error as error:
        _logger.warning("a test could not be noted: %s", type(error).__name__)
