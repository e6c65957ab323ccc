"""OAuth2 tokens: fetched once for all, renewed once, and never shown. With committed rows, a real
token server and a cursor for each thread, as workers have them."""

import base64
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..access import NoAccess, OutgoingCall, rotation
from ..access import tokens as keeper
from ..core.secretbox import SecretBox, generate_key
from ..tools import master_key
from ..tools.master_key import open_secret, secret_box
from .core.partner_server import Authority, Listener, answer, raw

SECRET = "s3cr3t-of-the-client"
QUIET = "odoo.addons.logistics_connector_base.access.tokens"


class TokenServer:
    """Gives out tokens "tok-1", "tok-2" … and remembers the calls."""

    def __init__(self, life=3600, delay=0.0):
        self.life, self.delay, self.given = life, delay, 0

    def __call__(self, connection, request):
        time.sleep(self.delay)
        self.given += 1
        body = {"access_token": f"tok-{self.given}", "token_type": "Bearer"}
        answer(json.dumps({**body, "expires_in": self.life}).encode())(connection, request)


@tagged("post_install", "-at_install")
class TestTokens(TransactionCase):
    def setUp(self):
        super().setUp()
        self.behave = TokenServer()
        self.server = self.enterContext(Listener(lambda *args: self.behave(*args)))
        self.url = f"http://127.0.0.1:{self.server.port}/token"
        self.made = {}
        self.addCleanup(self._forget)
        self._committed(self._set_up)

    def _committed(self, function):
        with self.registry.cursor() as cr:
            return function(api.Environment(cr, SUPERUSER_ID, {}))

    def _set_up(self, env, **way):
        env["logistics.allowed.host"].create(
            {
                "host": "127.0.0.1",
                "ports": str(self.server.port),
                "plain_http": True,
                "note": "Test of tokens",
            }
        )
        provider = env.ref("logistics_connector_base.provider_canonical")
        connection = env["logistics.connection"].create(
            {
                "name": "Token partner",
                "provider_id": provider.id,
                "company_id": env.ref("base.main_company").id,
                "access_ids": [
                    (
                        0,
                        0,
                        {
                            "kind": "oauth2",
                            "token_url": self.url,
                            "client_id": "odoo",
                            "scope": "orders",
                            "credential_ids": [(0, 0, {"secret": SECRET})],
                        },
                    )
                ],
            }
        )
        self.made["connection"] = connection.id
        self.made["access"] = connection.access_ids.id

    def _forget(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'logistics.connection' AND res_id = %s",
                (self.made["connection"],),
            )
            cr.execute("DELETE FROM logistics_connection WHERE id = %s", (self.made["connection"],))
            cr.execute("DELETE FROM logistics_allowed_host WHERE note = 'Test of tokens'")
        self.registry.clear_cache()

    def _caller(self):
        return self._committed(
            lambda env: env["logistics.connection"].browse(self.made["connection"])._make_caller()
        )

    @staticmethod
    def _token(caller):
        now = datetime.now(UTC)
        headers = caller.headers(OutgoingCall("POST", "https://api.example.com/", b"", "m", now))
        return headers["Authorization"].removeprefix("Bearer ")

    def _sql(self, query, *parameters):
        with self.registry.cursor() as cr:
            cr.execute(query, parameters)
            return cr.fetchall() if cr.description else None

    def _row(self, *names):
        query = f"SELECT {', '.join(names)} FROM logistics_access_token WHERE access_id = %s"
        return self._sql(query, self.made["access"])[0]

    def _expire(self):
        self._sql(
            "UPDATE logistics_access_token SET fresh_until = now() AT TIME ZONE 'UTC', "
            "fail_until = NULL WHERE access_id = %s",
            self.made["access"],
        )

    @property
    def calls(self):
        return len(self.server.requests)

    def _in_threads(self, number, function):
        """Run ``function(caller)`` in threads, each with a Caller of its own; what came of it."""
        barrier, outcomes = threading.Barrier(number), []
        callers = [self._caller() for _ in range(number)]

        def work(caller):
            barrier.wait(30)
            try:
                outcomes.append(function(caller))
            except NoAccess as error:
                outcomes.append(error)

        threads = [threading.Thread(target=work, args=(caller,)) for caller in callers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(len(outcomes), number, "nobody may fail")
        return outcomes

    # -- one flight ---------------------------------------------------------------------------

    def test_twenty_with_an_expired_token_make_one_call(self):
        self.assertEqual(self._token(self._caller()), "tok-1")
        self._expire()
        self.behave.delay = 0.3
        self.assertEqual(set(self._in_threads(20, self._token)), {"tok-2"})
        self.assertEqual(self.calls, 2)

    def test_twenty_with_a_refused_token_make_one_call_and_then_no_more(self):
        def after_a_refusal(caller):
            self._token(caller)
            meeting.wait(30)
            renewed = caller.renew()
            return renewed, self._token(caller), caller.renew(), caller.renew()

        meeting = threading.Barrier(20)
        outcomes = self._in_threads(20, after_a_refusal)
        self.assertEqual(set(outcomes), {(True, "tok-2", False, False)})
        self.assertEqual(self.calls, 2)
        self._sql(
            "UPDATE logistics_access_token SET forced_at = forced_at - interval '61 seconds' "
            "WHERE access_id = %s",
            self.made["access"],
        )
        caller = self._caller()
        self._token(caller)
        self.assertTrue(caller.renew())
        self.assertEqual(self.calls, 3)

    def test_twenty_with_a_server_that_is_down_make_one_call(self):
        self.behave = answer(b"s3cr3t", "503 Unavailable", "Retry-After: 30")
        with mute_logger(QUIET):
            outcomes = self._in_threads(20, self._token)
        self.assertEqual({(o.code, o.transient) for o in outcomes}, {("unavailable", True)})
        self.assertTrue(all(25 < o.retry_after <= 30 for o in outcomes))
        self.assertEqual(self.calls, 1)

    # -- what is asked, and kept --------------------------------------------------------------

    def test_a_token_is_fetched_kept_and_used_again(self):
        caller = self._caller()
        self.assertEqual({self._token(caller) for _ in range(5)}, {"tok-1"})
        self.assertEqual(self._token(self._caller()), "tok-1")
        self.assertEqual(self.calls, 1)
        head, _, body = self.server.requests[0].partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"POST /token HTTP/1.1"))
        self.assertNotIn(b"odoo:", head)
        basic = base64.b64encode(f"odoo:{SECRET}".encode())
        self.assertIn(b"Basic " + basic, head)
        self.assertEqual(
            parse_qs(body.decode()), {"grant_type": ["client_credentials"], "scope": ["orders"]}
        )
        encrypted, fresh_until = self._row("token_encrypted", "fresh_until")
        self.assertNotIn("tok-1", encrypted)
        self.assertEqual(open_secret(encrypted), "tok-1")
        left = fresh_until - datetime.now(UTC).replace(tzinfo=None)
        self.assertTrue(timedelta(minutes=58) < left <= timedelta(minutes=59))

    def test_a_token_near_its_end_is_fetched_anew(self):
        self.behave.life = 1  # usable for 0.8 s
        caller = self._caller()
        self.assertEqual(self._token(caller), "tok-1")
        deadline = time.monotonic() + 10
        while self._token(caller) == "tok-1" and time.monotonic() < deadline:
            threading.Event().wait(0.05)
        self.assertEqual(self.calls, 2)

    def test_other_settings_or_another_secret_are_another_token(self):
        def change(values, secret=None):
            def write(env):
                way = env["logistics.access"].browse(self.made["access"])
                way.write(values)
                if secret:
                    way.credential_ids = [(0, 0, {"secret": secret})]

            self._committed(write)
            return self._token(self._caller())

        self._token(self._caller())
        self.assertEqual(change({"scope": "orders labels"}), "tok-2")
        self.assertEqual(change({"client_auth": "form"}), "tok-3")
        self.assertIn(f"client_secret={SECRET}".encode(), self.server.requests[-1])
        self.assertEqual(change({"sequence": 5}), "tok-3")
        self.assertEqual(change({}, "another-secret"), "tok-4")
        self.assertIn(b"another-secret", self.server.requests[-1])

    def test_a_token_that_cannot_be_opened_is_fetched_anew(self):
        self._token(self._caller())
        self._sql("UPDATE logistics_access_token SET token_encrypted = 'gAAAAA'")
        self.assertEqual(self._token(self._caller()), "tok-2")

    def test_the_client_certificate_is_shown_to_the_token_server_too(self):
        authority = Authority()
        certificate, key = authority.issue("client")
        self._committed(
            lambda env: (
                env["logistics.connection"]
                .browse(self.made["connection"])
                .write(
                    {
                        "access_ids": [
                            (
                                0,
                                0,
                                {
                                    "kind": "mutual_tls",
                                    "credential_ids": [
                                        (0, 0, {"certificate": certificate, "secret": key})
                                    ],
                                },
                            )
                        ]
                    }
                )
            )
        )
        caller = self._caller()
        options = next(iter(caller._keepers.values()))._options()
        self.assertEqual(options, {"certificate_pem": certificate, "key_pem": key})
        self.assertEqual(self._token(caller), "tok-1")

    # -- what can go wrong there --------------------------------------------------------------

    def test_trouble_is_told_in_plain_words_without_secrets(self):
        leak = json.dumps({"error": "invalid_client", "error_description": f"bad {SECRET}"})
        for behave, code, words in (
            (answer(leak.encode(), "400 Bad Request"), "refused", "invalid_client"),
            (answer(SECRET.encode(), "401 No"), "refused", "401"),
            (answer(SECRET.encode(), "500 Broken"), "unavailable", "500"),
            (answer(f"<html>{SECRET}".encode()), "garbage", "JSON"),
            (answer(b'{"access_token": ""}'), "garbage", "no usable token"),
            (answer(b" " * 100_000), "garbage", "larger"),
            (raw(SECRET.encode()), "garbage", "HTTP"),
            (raw(b""), "unavailable", "broke"),
            (answer(b"", "302 Found", "Location: http://127.0.0.1/"), "garbage", "302"),
        ):
            self.behave = behave
            self._sql("DELETE FROM logistics_access_token")
            before = self.calls
            with self.assertRaises(NoAccess) as refused, self.assertLogs(QUIET, "INFO") as logs:
                self._token(self._caller())
            error = refused.exception
            self.assertEqual(error.code, code, words)
            self.assertEqual(error.transient, code == "unavailable")
            self.assertIn(words, str(error))
            self.assertNotIn("s3cr3t", f"{error!r} {logs.output}")
            self.assertIsNone(error.__cause__)
            self.assertIsNone(error.__context__)
            # Known for a while: the next ones do not ask again, and hear the same.
            with self.assertRaises(NoAccess) as again:
                self._token(self._caller())
            self.assertEqual(str(again.exception), str(error))
            self.assertEqual(self.calls, before + 1)
        failure = self._row("failure_code", "failure_text", "token_encrypted")
        self.assertEqual(failure[0], "garbage")
        self.assertNotIn("s3cr3t", repr(failure))

    def test_a_server_that_is_slow_is_given_up(self):
        limits = keeper.Limits(connect=1, read=0.3, total=0.5)
        self.patch(keeper, "LIMITS", limits)
        self.behave = TokenServer(delay=2)
        with self.assertRaises(NoAccess) as refused, mute_logger(QUIET):
            self._token(self._caller())
        self.assertEqual((refused.exception.code, refused.exception.transient),
                         ("unavailable", True))  # fmt: skip

    def test_a_server_that_may_not_be_called(self):
        self._sql("DELETE FROM logistics_allowed_host WHERE note = 'Test of tokens'")
        self.registry.clear_cache()
        with self.assertRaises(NoAccess) as refused, mute_logger(QUIET):
            self._token(self._caller())
        self.assertEqual(refused.exception.code, "unusable")
        self.assertEqual(self.server.connections, 0)

    def test_it_comes_back(self):
        self.behave = answer(b"", "503 Unavailable")
        with self.assertRaises(NoAccess), mute_logger(QUIET):
            self._token(self._caller())
        self.behave = TokenServer()
        with self.assertRaises(NoAccess):
            self._token(self._caller())
        person = self._caller()
        person.ask_anew()
        self.assertEqual(self._token(person), "tok-1")
        self.assertEqual(self._token(self._caller()), "tok-1")
        self.assertEqual(self._row("failure_code"), (None,))

    def test_a_renewal_that_fails_leaves_the_token_to_the_others(self):
        caller = self._caller()
        self._token(caller)
        self.behave = answer(b"", "503 Unavailable")
        with self.assertRaises(NoAccess), mute_logger(QUIET):
            caller.renew()
        self.assertEqual(self._token(self._caller()), "tok-1")

    def test_the_lock_of_a_dead_session_is_free(self):
        with mute_logger(QUIET, "odoo.sql_db"):
            self.patch(keeper, "LONGEST_WAIT", 1)
            with keeper.store._connection(self.env.cr.dbname, fresh=True) as holder:
                with holder.cursor() as cr:
                    cr.execute(
                        "SELECT pg_advisory_lock(%s, %s)", (keeper.LOCK, self.made["access"])
                    )
                with self.assertRaises(NoAccess) as refused:
                    self._token(self._caller())
                self.assertTrue(refused.exception.transient)
                holder.close()
        self.assertEqual(self._token(self._caller()), "tok-1")

    def test_an_access_that_was_removed_meanwhile_keeps_no_token(self):
        caller = self._caller()
        self._sql("DELETE FROM logistics_access WHERE id = %s", self.made["access"])
        self.assertEqual(self._token(caller), "tok-1")
        self.assertFalse(
            self._sql(
                "SELECT 1 FROM logistics_access_token WHERE access_id = %s", self.made["access"]
            )
        )

    # -- the master key -----------------------------------------------------------------------

    def test_everything_gets_under_the_newest_key(self):
        self._token(self._caller())
        newest, former = secret_box(), generate_key()
        older = SecretBox([former])
        both = SecretBox([*master_key._configured().split(","), former])
        self.patch(rotation, "secret_box", lambda: both)
        dbname = self.env.cr.dbname
        before = rotation.count(dbname)
        self._sql(
            "UPDATE logistics_access_token SET token_encrypted = %s WHERE access_id = %s",
            older.encrypt("tok-1"),
            self.made["access"],
        )
        self._sql(
            "UPDATE logistics_credential SET secret_encrypted = %s WHERE connection_id = %s",
            older.encrypt(SECRET),
            self.made["connection"],
        )
        counted = rotation.count(dbname)
        self.assertEqual(counted.older - before.older, 2)
        self.assertEqual(counted.lost, before.lost)
        self.assertEqual(rotation.encrypt_anew(dbname), counted.older)
        self.assertEqual(rotation.count(dbname).older, 0)
        self.assertEqual(newest.decrypt(self._row("token_encrypted")[0]), "tok-1")
        self.assertEqual(self._token(self._caller()), "tok-1")
        self.assertEqual(rotation.encrypt_anew(dbname), 0)
