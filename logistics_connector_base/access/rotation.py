# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Everything that is encrypted by the master keys, and how it gets under the newest one.

In small statements of their own, while all goes on: a secret that somebody stores in the same
moment wins, as only the very text that was read is replaced.
"""

from dataclasses import dataclass

from ..core.secretbox import SecretBoxError
from ..intake import store
from ..tools.master_key import secret_box

BATCH = 200
#: table → its encrypted column. Whoever encrypts something with the master key adds it here.
PLACES = {
    "logistics_credential": "secret_encrypted",
    "logistics_access_token": "token_encrypted",
}
READ = """
SELECT json_agg(json_build_array(id, {column})) FROM (
    SELECT id, {column} FROM {table}
    WHERE id > %(after)s AND {column} IS NOT NULL ORDER BY id LIMIT %(most)s) batch
"""
REPLACE = """
WITH done AS (
    UPDATE {table} t SET {column} = pair.new
    FROM unnest(%(ids)s::integer[], %(old)s::text[], %(new)s::text[]) AS pair(id, old, new)
    WHERE t.id = pair.id AND t.{column} = pair.old
    RETURNING 1)
SELECT count(*) FROM done
"""


@dataclass(slots=True)
class Count:
    """Encrypted texts: under the newest key, under an older one, under none that we have."""

    newest: int = 0
    older: int = 0
    lost: int = 0


def count(dbname):
    """Count all that is encrypted. Raises SecretBoxError without a master key."""
    box, found = secret_box(), Count()
    for table, column in PLACES.items():
        for _row_id, text in _rows(dbname, table, column):
            if box.is_newest(text):
                found.newest += 1
            elif _is_open(box, text):
                found.older += 1
            else:
                found.lost += 1
    return found


def encrypt_anew(dbname):
    """Encrypt with the newest key whatever is not. It can be broken off and begun again.

    :return: number of texts that were encrypted anew
    :raises SecretBoxError: there is no master key
    """
    box, done = secret_box(), 0
    for table, column in PLACES.items():
        batch = []
        for row_id, text in _rows(dbname, table, column):
            if not box.is_newest(text) and _is_open(box, text):
                batch.append((row_id, text, box.rotate(text)))
            if len(batch) == BATCH:
                done += _replace(dbname, table, column, batch)
                batch = []
        done += _replace(dbname, table, column, batch)
    return done


def _rows(dbname, table, column):
    after = 0
    while True:
        query = READ.format(table=table, column=column)
        (rows,) = store.execute(dbname, query, {"after": after, "most": BATCH})
        if not rows:
            return
        yield from rows
        after = rows[-1][0]


def _replace(dbname, table, column, batch):
    if not batch:
        return 0
    ids, old, new = (list(part) for part in zip(*batch, strict=True))
    query = REPLACE.format(table=table, column=column)
    return store.execute(dbname, query, {"ids": ids, "old": old, "new": new})[0]


def _is_open(box, text):
    try:
        box.decrypt(text)
    except SecretBoxError:
        return False
    return True
