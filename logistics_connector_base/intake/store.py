"""Durable insertion of a message, in one statement on a connection of its own.

Not on the request's cursor: that runs REPEATABLE READ, where a copy that commits after our
snapshot makes ``ON CONFLICT DO NOTHING`` fail with a serialization error and Odoo sleep up to two
seconds before it tries again. Here every statement is its own READ COMMITTED transaction, and when
``execute`` returns, the bytes are on disk (synchronous_commit is on).
"""

import contextlib
import json
import queue
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg2
from odoo.sql_db import connection_info_for
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from ..core.identity import digest

# A prefork worker serves one request at a time and needs one; a threaded server a few.
MAX_IDLE = 8

_pools: dict[str, queue.LifoQueue] = {}

INSERT = """
WITH new_key AS (
    INSERT INTO logistics_message_key
        (connection_id, identity, revision, digest, message_id, first_seen_at, last_seen_at,
         duplicate_count)
    VALUES (%(connection_id)s, %(identity)s, %(revision)s, %(digest)s,
            nextval('logistics_message_id_seq'), %(received_at)s, %(received_at)s, 0)
    ON CONFLICT (connection_id, identity, revision) DO NOTHING
    RETURNING message_id
), new_message AS (
    INSERT INTO logistics_message
        (id, connection_id, company_id, direction, channel, state, provider, receipt,
         correlation_id, external_id, revision, digest, size, content_type, credential_id,
         received_at, priority, is_conflict, tries, event_count, parked_count)
    SELECT message_id, %(connection_id)s, %(company_id)s, 'in', %(channel)s, 'received',
           %(provider)s, %(receipt)s, %(correlation_id)s, %(external_id)s, %(revision)s, %(digest)s,
           %(size)s, %(content_type)s, %(credential_id)s, %(received_at)s, %(priority)s,
           %(is_conflict)s, 0, 0, 0
    FROM new_key
    RETURNING id
)
INSERT INTO logistics_message_body (message_id, headers, content)
SELECT id, %(headers)s, %(content)s FROM new_message
RETURNING message_id
"""

# The same for what breaks its contract: nobody works it, as it is refused from its first moment on.
REASONS = ("contract_id", "message_type", "error_class", "error_text")
INSERT_REFUSED = (
    INSERT.replace("tries, event_count", f"{', '.join(REASONS)}, tries, event_count")
    .replace("'received'", "'rejected'")
    .replace(
        "%(is_conflict)s, 0, 0, 0",
        "%(is_conflict)s, " + "".join(f"%({name})s, " for name in REASONS) + "0, 0, 0",
    )
)

# The counter lies on the key, whose row no drain ever locks: a copy never waits for processing.
SEEN_AGAIN = """
UPDATE logistics_message_key k
SET duplicate_count = k.duplicate_count + CASE WHEN k.digest = %(digest)s THEN 1 ELSE 0 END,
    last_seen_at = %(received_at)s
WHERE k.connection_id = %(connection_id)s AND k.identity = %(identity)s
      AND k.revision = %(revision)s
RETURNING k.digest, k.message_id,
    (SELECT m.receipt FROM logistics_message m WHERE m.id = k.message_id),
    (SELECT m.correlation_id FROM logistics_message m WHERE m.id = k.message_id),
    (SELECT m.state FROM logistics_message m WHERE m.id = k.message_id)
"""

# A copy of what was refused fits by now: it is worked, as if it had come for the first time. What
# was deleted of it meanwhile is there again.
TAKE_AFTER_ALL = """
WITH taken AS (
    UPDATE logistics_message SET state = 'received', tries = 0, next_try_at = NULL,
        processed_at = NULL, purged_at = NULL, error_class = NULL, error_text = NULL
    WHERE id = %(message_id)s AND state = 'rejected' AND direction = 'in'
    RETURNING id
), body AS (
    INSERT INTO logistics_message_body (message_id, headers, content)
    SELECT id, %(headers)s, %(content)s FROM taken
    ON CONFLICT (message_id) DO NOTHING
)
SELECT id FROM taken
"""


# Of the parameters that are no text.
TYPES = {
    "connection_id": "integer",
    "company_id": "integer",
    "credential_id": "integer",
    "size": "integer",
    "priority": "integer",
    "contract_id": "integer",
    "message_id": "integer",
    "is_conflict": "boolean",
    "received_at": "timestamp",
    "headers": "jsonb",
    "content": "bytea",
}


class _Prepared:
    """A statement that PostgreSQL reads and plans once a connection, not for each message."""

    def __init__(self, name, query):
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query)))
        numbered = query % {name: f"${number}" for number, name in enumerate(names, 1)}
        types = ", ".join(TYPES.get(parameter, "text") for parameter in names)
        self.name = name
        self.prepare = f"PREPARE {name} ({types}) AS {numbered}"
        self.execute = f"EXECUTE {name} ({', '.join(f'%({name})s' for name in names)})"


PREPARED = {INSERT: _Prepared("logistics_insert", INSERT)}


class _Connection(psycopg2.extensions.connection):
    """Knows which statements it has prepared."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._known = set()

    def ready(self, cursor, statement):
        """What to execute for a statement: itself, or a call of it where it is worth preparing."""
        prepared = PREPARED.get(statement)
        if not prepared:
            return statement
        if prepared.name not in self._known:
            # A constant of this module.
            cursor.execute(prepared.prepare)  # pylint: disable=sql-injection
            self._known.add(prepared.name)
        return prepared.execute


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came in: everything that is filed about it."""

    connection_id: int
    company_id: int
    provider: str
    channel: str
    identity: str
    revision: str
    external_id: str
    digest: str
    content: bytes
    content_type: str
    headers: dict
    credential_id: int | None
    received_at: datetime  # naive UTC
    receipt: str
    correlation_id: str
    priority: int = 50
    is_conflict: bool = False  # same identity as an earlier message, other content
    # Of a message that is refused: why, and by which contract.
    contract_id: int | None = None
    message_type: str | None = None
    error_class: str | None = None
    error_text: str | None = None

    @property
    def is_refused(self):
        return self.error_class is not None


def arrival(profile, channel, name, content, **more):
    """A message of a connection that comes now; ``more``: other fields of :class:`Arrival`.

    :param IntakeProfile profile: the connection
    :param str name: its identity (``core.identity``)
    :param bytes content: the body
    """
    known = {
        "revision": "",
        "external_id": "",
        "digest": more.get("digest") or digest(content),
        "content_type": "",
        "headers": {},
        "credential_id": None,
        "received_at": datetime.now(UTC).replace(tzinfo=None),
        "receipt": uuid.uuid4().hex,
        "correlation_id": more.get("correlation_id") or str(uuid.uuid4()),
    }
    return Arrival(
        connection_id=profile.connection_id,
        company_id=profile.company_id,
        provider=profile.provider,
        channel=channel,
        identity=name,
        content=content,
        **(known | more),
    )


def insert_with(cr, arrival):
    """File a message in the transaction of ``cr``: of who states something, and wants to see it.

    :return: its id, None when its identity is known already
    """
    cr.execute(INSERT, _parameters(arrival))
    row = cr.fetchone()
    return row and row[0]


def insert(dbname, arrival):
    """File a message durably.

    :return: the new message's id, or None when its identity is known already
    :raises psycopg2.Error: nothing was filed, or it cannot be known whether it was; the caller must
        not acknowledge
    """
    statement = INSERT_REFUSED if arrival.is_refused else INSERT
    row = _execute(dbname, statement, _parameters(arrival))
    return row[0] if row else None


def seen_again(dbname, arrival):
    """Count another sight of a known identity.

    :return: ``(digest, message_id, receipt, correlation_id, state)`` of the first one; the last
        four are None when its message was purged. None when the key vanished in between.
    """
    return _execute(dbname, SEEN_AGAIN, _parameters(arrival))


def take_after_all(dbname, arrival, message_id):
    """Have a message worked that was refused before.

    :return: whether it was refused until now
    """
    parameters = {**_parameters(arrival), "message_id": message_id}
    return _execute(dbname, TAKE_AFTER_ALL, parameters) is not None


def execute(dbname, query, parameters):
    """Run one statement that may be repeated, in a transaction of its own; its first row or None.

    :raises psycopg2.Error: it failed, or it cannot be known whether it did
    """
    return _execute(dbname, query, parameters)


def _parameters(arrival):
    values = {name: getattr(arrival, name) for name in arrival.__slots__}
    values["headers"] = json.dumps(arrival.headers)
    values["content"] = psycopg2.Binary(arrival.content)
    values["size"] = len(arrival.content)
    return values


def _execute(dbname, statement, parameters):
    """Run one statement and return its first row.

    A pooled connection may have died with its server since it was last used. The statements are
    idempotent by the key's uniqueness, therefore one more try on a fresh connection is safe even
    when the first one was committed and only its answer was lost.
    """
    for last_try in (False, True):
        with _connection(dbname, fresh=last_try) as connection:
            try:
                with connection.cursor() as cursor:
                    query = connection.ready(cursor, statement)
                    cursor.execute(query, parameters)
                    return cursor.fetchone()
            except psycopg2.Error as error:
                lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
                if not (lost or connection.closed):  # the statement is at fault
                    raise
                connection.close()
                if last_try:
                    raise
    raise AssertionError("unreachable")


@contextlib.contextmanager
def _connection(dbname, fresh=False):
    """Lend an autocommit connection; a closed one is not taken back."""
    pool = _pools.setdefault(dbname, queue.LifoQueue(MAX_IDLE))
    connection = None
    if not fresh:
        with contextlib.suppress(queue.Empty):
            connection = pool.get_nowait()
    if connection is None:
        _name, info = connection_info_for(dbname)
        connection = psycopg2.connect(**info, connection_factory=_Connection)
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            # Whatever the server's or role's default: an acknowledged message is on disk (law 1).
            cursor.execute("SET synchronous_commit TO on")
    try:
        yield connection
    finally:
        if not connection.closed:
            try:
                pool.put_nowait(connection)
            except queue.Full:
                connection.close()
