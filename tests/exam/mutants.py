"""The guards of the product, each broken on purpose: a trial that stays green on its mutant proves
nothing. ``finds`` names what the verdict must complain about."""

from .tree import Mutant, Patch

ACCEPT = "logistics_connector_base/intake/accept.py"
STORE = "logistics_connector_base/intake/store.py"
INBOX = "logistics_connector_base/models/message/logistics_inbox.py"
CLAIMS = "logistics_connector_base/inbox/claims.py"
SHIPMENT = "logistics_connector_base/models/shipment/logistics_shipment.py"
BATCH = "logistics_connector_base/inbox/batch.py"

SHORT_IDENTITY = Mutant(
    "a message is known by three digits of its digest",
    (
        Patch(
            ACCEPT,
            "    digest = identity.digest(body)\n",
            "    digest = identity.digest(body)[:3]\n",
        ),
    ),
    finds=("lost",),
)

FORGETFUL_DRAIN = Mutant(
    "all batches but the first are marked as processed and never worked",
    (
        Patch(
            INBOX,
            "                batch.process()\n",
            "                if min(ids) < 3:\n"
            "                    batch.process()\n"
            "                else:\n"
            "                    batch.failures = batch.unread = batch.held = []\n"
            '                    batch.messages.write({"state": "processed"})\n',
        ),
    ),
    finds=("unfinished",),
)

ACK_BEFORE_COMMIT = Mutant(
    "a message is acknowledged first and filed a second later",
    (
        Patch(
            ACCEPT,
            "    message_id = store.insert(dbname, arrival)\n",
            "    message_id = _file_later(dbname, arrival)\n",
        ),
        Patch(
            ACCEPT,
            "def _headers_to_keep(",
            "def _file_later(dbname, arrival):\n"
            "    import threading\n\n"
            "    def work():\n"
            "        if store.insert(dbname, arrival):\n"
            "            waker.wake(dbname)\n\n"
            "    threading.Timer(1.0, work).start()\n"
            "    return 1\n\n\n"
            "def _headers_to_keep(",
        ),
    ),
    finds=("lost",),
)

RANDOM_IDENTITY = Mutant(
    "every copy of a message is a message",
    (
        Patch(
            ACCEPT,
            '    key = identity.message_identity(external_id, "", digest)\n',
            '    key = identity.message_identity(str(uuid.uuid4()), "", digest)\n',
        ),
    ),
    finds=("repeated",),
)

_RANDOM_FINGERPRINT = Patch(
    "logistics_connector_base/core/identity.py",
    '    return f"{FINGERPRINT_VERSION}:{_hash(FINGERPRINT_VERSION, *parts)}"\n',
    "    import os\n\n    parts.append(os.urandom(8).hex())\n"
    '    return f"{FINGERPRINT_VERSION}:{_hash(FINGERPRINT_VERSION, *parts)}"\n',
)

NO_IDENTITY_AT_ALL = Mutant(
    "neither messages nor facts are known again",
    (*RANDOM_IDENTITY.patches, _RANDOM_FINGERPRINT),
    finds=("double",),
)

NO_ON_CONFLICT = Mutant(
    "a copy violates the unique key instead of being a duplicate",
    (
        Patch(
            STORE,
            "    ON CONFLICT (connection_id, identity, revision) DO NOTHING\n"
            "    RETURNING message_id\n",
            "    RETURNING message_id\n",
        ),
    ),
    finds=("answers",),
)

REPEATABLE_READ = Mutant(
    "the message is filed in a transaction with a snapshot, as Odoo's own cursors have",
    (
        Patch(
            STORE,
            "        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)\n",
            "        connection.set_isolation_level(2)\n",
        ),
        Patch(
            STORE,
            "                    cursor.execute(query, parameters)\n"
            "                    return cursor.fetchone()\n",
            '                    cursor.execute("SELECT 1")\n'
            "                    cursor.execute(query, parameters)\n"
            "                    row = cursor.fetchone()\n"
            "                    connection.commit()\n"
            "                    return row\n",
        ),
    ),
    finds=("answers",),
)

FOLD_BY_ARRIVAL = Mutant(
    "what came last is taken for what happened last",
    (
        Patch(
            SHIPMENT,
            '            occurred_at=_aware(row["occurred_at"]),\n',
            '            occurred_at=_aware(row["received_at"]),\n',
        ),
    ),
    finds=("shipments differ",),
)

FACTS_WITHOUT_IDENTITY = Mutant(
    "the same scan in another message is another scan",
    (_RANDOM_FINGERPRINT,),
    finds=("double", "shipments differ"),
)
