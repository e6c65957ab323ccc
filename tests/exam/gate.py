"""Transactions of the product held open at a point of their own way, without a line of ours in it:
a trigger in the database lets a certain row wait for an advisory lock that the trial holds."""

import psycopg2

from ..support.polling import wait_for

CREATE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({key});
    RETURN NEW;
END $$;
CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW
    WHEN ({condition}) EXECUTE FUNCTION {name}();
"""
DROP = "DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s
"""


class Gate:
    """Holds back each transaction that inserts a row of ``table`` for which ``condition`` (SQL over
    NEW) is true, until it is opened. ``when``: BEFORE or AFTER, INSERT or UPDATE.

    with Gate(database, "logistics_message_body", "NEW.content = ...", 77) as gate:
        ...                   # begin the transaction in a thread
        gate.wait_held()
        ...                   # others commit meanwhile
        gate.open()
    """

    def __init__(self, database, table, condition, key, when="BEFORE INSERT"):
        self.database, self.key = database, key
        self.names = {"name": f"exam_gate_{key}", "table": table}
        self.create = CREATE.format(**self.names, key=key, condition=condition, when=when)

    def __enter__(self):
        self.session = psycopg2.connect(self.database.cluster.dsn(self.database.name))
        self.session.autocommit = True
        with self.session.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({self.key:d})")
            cursor.execute(self.create)
        return self

    def __exit__(self, *_error):
        self.open()
        self.database.rows(DROP.format(**self.names))

    def wait_held(self, count=1, timeout=30):
        """Wait until so many transactions are held."""
        wait_for(
            lambda: self.database.value(WAITING, self.key) >= count,
            timeout,
            f"{count} transactions at the gate",
        )

    def open(self):
        """Let everybody through, now and later."""
        self.session.close()
