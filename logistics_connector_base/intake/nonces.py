"""The durable memory of nonces (RFC 9421): a signed call counts once, in every worker and after a
restart."""

import hashlib
import uuid
from datetime import UTC, datetime

import psycopg2

from ..core.verifiers import Unavailable
from . import store

# The claim tells our own second try (see store._execute) from a copy of the call.
REMEMBER = """
INSERT INTO logistics_nonce (digest, claim, expires_at)
VALUES (%(digest)s, %(claim)s, %(expires_at)s)
ON CONFLICT (digest) DO UPDATE SET expires_at = EXCLUDED.expires_at
    WHERE logistics_nonce.claim = EXCLUDED.claim
RETURNING id
"""
FORGET = "DELETE FROM logistics_nonce WHERE claim = %(claim)s RETURNING id"


class Nonces:
    """The nonces of one call."""

    __slots__ = ("claim", "dbname")

    def __init__(self, dbname):
        self.dbname = dbname
        self.claim = ""

    def first_use(self, scope, nonce, until):
        """Remember a nonce until a Unix time, on disk.

        :return: False when it is known already
        :raises Unavailable: it cannot be known
        """
        self.claim = self.claim or uuid.uuid4().hex
        values = {
            "digest": hashlib.sha256(f"{scope}\n{nonce}".encode()).hexdigest(),
            "claim": self.claim,
            "expires_at": datetime.fromtimestamp(until, UTC).replace(tzinfo=None),
        }
        try:
            return store._execute(self.dbname, REMEMBER, values) is not None
        except psycopg2.Error as error:
            raise Unavailable(type(error).__name__) from None

    def forget(self):
        """The call was not filed after all: the sender may bring it again as it is."""
        if self.claim:
            try:
                store._execute(self.dbname, FORGET, {"claim": self.claim})
            except psycopg2.Error:
                return  # PostgreSQL is away; the partner signs anew
