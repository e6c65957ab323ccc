# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""OAuth2 tokens: fetched by one, used by all, encrypted at rest.

A token lies in ``logistics_access_token``, under the fingerprint of what it was fetched with: with
another secret, scope or server it is another token. Whoever finds none takes an advisory lock on a
connection of its own, looks again, and asks the token server; all others, in whatever thread or
process, wait for the lock and then find what came of it, a token or a failure. A process that dies
gives the lock free with its session. No transaction is open during the call.
"""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from ..client import BadAnswer, CallError, Limits, Refused, TooLarge
from ..core.access import NoAccess, OAuth2
from ..core.access.oauth2 import MAX_ANSWER, read_answer
from ..core.netguard import parse_target
from ..core.secretbox import SecretBoxError
from ..intake import store
from ..tools.master_key import open_secret, secret_box

_logger = logging.getLogger(__name__)

LIMITS = Limits(connect=5.0, read=10.0, total=15.0, answer_bytes=MAX_ANSWER)
LOCK = 0x4C4F4754  # "LOGT"; the second key of the advisory lock is the access
LONGEST_WAIT = 25  # seconds for the lock: one call of another, and some more
FORCE_EVERY = timedelta(seconds=60)
# For how long a failure counts, so that a thousand messages do not ask a thousand times.
REFUSED_REST, DOWN_REST, LONGEST_REST = 60.0, 5.0, 600.0

READ = """
SELECT token_encrypted, fetched_at, fresh_until, forced_at,
       failure_code, failure_text, failure_is_transient, fail_until
FROM logistics_access_token WHERE access_id = %(access_id)s AND fingerprint = %(fingerprint)s
"""
# Without a row of the access (it was removed meanwhile) nothing is kept.
KEEP = """
INSERT INTO logistics_access_token AS t
    (access_id, fingerprint, token_encrypted, fetched_at, fresh_until, forced_at)
SELECT id, %(fingerprint)s, %(token)s, %(now)s::timestamp, %(fresh_until)s::timestamp,
       %(forced_at)s::timestamp
FROM logistics_access WHERE id = %(access_id)s
ON CONFLICT (access_id) DO UPDATE SET
    fingerprint = EXCLUDED.fingerprint, token_encrypted = EXCLUDED.token_encrypted,
    fetched_at = EXCLUDED.fetched_at, fresh_until = EXCLUDED.fresh_until,
    forced_at = CASE WHEN t.fingerprint = EXCLUDED.fingerprint
                     THEN COALESCE(EXCLUDED.forced_at, t.forced_at) ELSE EXCLUDED.forced_at END,
    failure_code = NULL, failure_text = NULL, failure_is_transient = NULL, fail_until = NULL
"""
FAILED = """
INSERT INTO logistics_access_token AS t
    (access_id, fingerprint, failure_code, failure_text, failure_is_transient, fail_until,
     forced_at)
SELECT id, %(fingerprint)s, %(code)s, %(text)s, %(transient)s, %(until)s::timestamp,
       %(forced_at)s::timestamp
FROM logistics_access WHERE id = %(access_id)s
ON CONFLICT (access_id) DO UPDATE SET
    fingerprint = EXCLUDED.fingerprint, failure_code = EXCLUDED.failure_code,
    failure_text = EXCLUDED.failure_text, failure_is_transient = EXCLUDED.failure_is_transient,
    fail_until = EXCLUDED.fail_until, forced_at = COALESCE(EXCLUDED.forced_at, t.forced_at),
    token_encrypted = CASE WHEN t.fingerprint = EXCLUDED.fingerprint THEN t.token_encrypted END,
    fresh_until = CASE WHEN t.fingerprint = EXCLUDED.fingerprint THEN t.fresh_until END
"""


@dataclass(slots=True)
class _Row:
    """What is known of the token; times are naive UTC."""

    text: str = ""  # "" where it cannot be opened: it is fetched anew then
    fresh_until: datetime | None = None
    forced_at: datetime | None = None
    failure: NoAccess | None = None
    fail_until: datetime | None = None

    def is_fresh(self, now):
        return bool(self.text) and self.fresh_until is not None and now < self.fresh_until


class TokenKeeper:
    """The tokens of one access, as one Caller sees them."""

    __slots__ = ("_dbname", "_fresh_until", "_mark", "_options", "access_id", "is_patient",
                 "known", "method")  # fmt: skip

    def __init__(
        self, dbname: str, access_id: int, method: OAuth2, options: Callable[[], dict]
    ) -> None:
        """``options()``: TLS arguments of the client that asks the token server."""
        self._dbname = dbname
        self.access_id = access_id
        self.method = method
        self.is_patient = True
        self.known = ""  # the token given out last
        self._fresh_until: datetime | None = None
        self._mark = ""
        self._options = options

    def __repr__(self) -> str:
        return f"<TokenKeeper {self.access_id}>"

    def token(self, secret: str, mark: str) -> str:
        """A token that may be used now. Raises NoAccess.

        ``mark``: which secret it is, and since when; a token of another one is not taken.
        """
        if mark == self._mark and self._fresh_until and _now() < self._fresh_until:
            return self.known
        return self._take(self._obtain(secret, mark, refused=""), mark)

    def renew(self, secret: str, mark: str) -> bool:
        """After the token given out last was refused: whether there is another one now.

        Raises NoAccess: it cannot be had.
        """
        refused = self.known
        row = self._obtain(secret, mark, refused)
        if row is None:
            return False
        self._take(row, mark)
        return True

    def _take(self, row, mark):
        self.known, self._fresh_until, self._mark = row.text, row.fresh_until, mark
        return row.text

    # -- the row, and whoever fetches ---------------------------------------------------------

    def _obtain(self, secret, mark, refused):
        """A row with a fresh token other than ``refused``; None where a renewal was forced a
        moment ago and it is still the same."""
        fingerprint = self._fingerprint(mark)
        row = self._read(store.execute, fingerprint)
        if row.is_fresh(_now()) and row.text != refused:
            return row
        failure = None
        try:
            with self._alone() as execute:
                return self._look_again(execute, fingerprint, secret, refused)
        except NoAccess as error:
            failure = error
        except psycopg2.errors.LockNotAvailable:
            failure = NoAccess("Another process is still fetching the token.", "unavailable", True)
        except psycopg2.Error as error:
            _logger.warning("the token of access %d: %s", self.access_id, type(error).__name__)
            failure = NoAccess("The database cannot be asked for the token.", "unavailable", True)
        # A new one, out here: nothing hangs on it that knows the secret.
        raise NoAccess(str(failure), failure.code, failure.transient, failure.retry_after)

    def _look_again(self, execute, fingerprint, secret, refused):
        """With the lock: what the one before us found, else the call."""
        row, now = self._read(execute, fingerprint), _now()
        if row.is_fresh(now) and row.text != refused:
            return row
        if self.is_patient and row.failure and row.fail_until and now < row.fail_until:
            raise row.failure
        is_forced = bool(refused) and row.is_fresh(now)
        if is_forced and row.forced_at and now < row.forced_at + FORCE_EVERY:
            return None
        values = {"access_id": self.access_id, "fingerprint": fingerprint}
        values["forced_at"] = now if is_forced else None
        try:
            token = self._fetch(secret)
        except NoAccess as error:
            rest = error.retry_after or (DOWN_REST if error.transient else REFUSED_REST)
            until = _now() + timedelta(seconds=min(max(rest, DOWN_REST), LONGEST_REST))
            failed = {"code": error.code, "text": str(error), "transient": error.transient}
            execute(self._dbname, FAILED, {**values, **failed, "until": until})
            _logger.info("no token for access %d: %s", self.access_id, error)
            raise
        fresh = now + timedelta(seconds=token.life)
        values |= {"token": secret_box().encrypt(token.text), "now": now, "fresh_until": fresh}
        execute(self._dbname, KEEP, values)
        return _Row(token.text, fresh)

    def _read(self, execute, fingerprint):
        found = execute(
            self._dbname, READ, {"access_id": self.access_id, "fingerprint": fingerprint}
        )
        if not found:
            return _Row()
        encrypted, _fetched, fresh, forced, code, text, transient, until = found
        failure = None
        if code:
            wait = max((until - _now()).total_seconds(), 0.0) if until else None
            failure = NoAccess(text, code, bool(transient), wait if transient else None)
        try:
            plain = open_secret(encrypted) if encrypted else ""
        except SecretBoxError:
            # Encrypted by a server with another master key. Worth nothing here: fetched anew.
            plain = ""
        return _Row(plain, fresh, forced, failure, until)

    @contextlib.contextmanager
    def _alone(self):
        """Hold the lock of this access on a connection of our own; gives what ``store.execute``
        is, on that connection."""
        with store._connection(self._dbname, fresh=True) as connection:

            def execute(_dbname, query, parameters):
                with connection.cursor() as cursor:
                    # Constants of this module.
                    cursor.execute(query, parameters)  # pylint: disable=sql-injection
                    return cursor.fetchone() if cursor.description else None

            try:
                execute("", f"SET lock_timeout = '{LONGEST_WAIT}s'", None)
                execute("", "SELECT pg_advisory_lock(%s, %s)", (LOCK, self.access_id))
                yield execute
            finally:
                connection.close()  # and with it goes the lock

    # -- the call -----------------------------------------------------------------------------

    def _fingerprint(self, mark):
        method = self.method
        said = [method.token_url, method.client_id, method.scope, method.audience]
        said += [method.client_auth, mark]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def _fetch(self, secret):
        """Ask the token server, once. Raises NoAccess."""
        host = parse_target(self.method.token_url).host
        headers, form = self.method.request(secret)
        failure = None
        try:
            with self._client() as client:
                body = {"data": form} if self.method.sends_json else {"form": form}
                answer = client.post(self.method.token_url, headers=headers, **body)
        except Refused as error:
            failure = NoAccess(f"The token server may not be called: {error}", "unusable")
        except (BadAnswer, TooLarge) as error:
            failure = NoAccess(f"No token: {error}", "garbage")
        except CallError as error:
            failure = NoAccess(f"No token: {error}", "unavailable", True)
        except ValueError:
            failure = NoAccess("Our client certificate cannot be read.", "unusable")
        if failure is not None:
            raise failure
        return read_answer(host, answer.status, answer.body, answer.retry_after())

    def _client(self):
        options = self._options()
        with Registry(self._dbname).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["logistics.http"]._client(LIMITS, **options)


def _now():
    return datetime.now(UTC).replace(tzinfo=None)
