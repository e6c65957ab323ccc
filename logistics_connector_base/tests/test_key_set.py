"""Partners' key sets: fetched when needed, seldom, and never at the cost of the intake."""

import json
import threading
from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.credential import logistics_key_set
from .core.partner_server import Listener, answer, raw

# Ed25519, RFC 8037 appendix A.2; only its name differs.
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
NOW = datetime(2026, 3, 20, 12, 0)
QUIET = "odoo.addons.logistics_connector_base.models.credential.logistics_key_set"


def key_set(*names, max_age=600):
    """A behaviour: the set with these keys."""
    body = json.dumps({"keys": [{**KEY, "kid": name} for name in names]}).encode()
    return answer(body, "200 OK", f"Cache-Control: max-age={max_age}")


@tagged("post_install", "-at_install")
class TestKeySet(TransactionCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.clock = self.enterContext(freeze_time(NOW))
        self.partner = self.enterContext(Listener(key_set("a")))
        self.url = f"http://127.0.0.1:{self.partner.port}/keys?tenant=s3cr3t"
        self.env["logistics.allowed.host"].create(
            {
                "host": "127.0.0.1",
                "ports": str(self.partner.port),
                "plain_http": True,
                "note": "Test",
            }
        )
        self.sets = self.env["logistics.key.set"]

    def _key(self, kid):
        return self.sets._public_key(self.url, kid)

    def _row(self):
        self.env.invalidate_all()
        return self.sets.search([("url", "=", self.url)])

    def _later(self, **time):
        self.clock.tick(timedelta(**time))

    @property
    def fetches(self):
        return len(self.partner.requests)

    def test_a_known_key_costs_neither_sql_nor_a_call(self):
        self.assertEqual(self._key("a"), {**KEY, "kid": "a"})
        self.assertEqual(self.fetches, 1)
        with self.assertQueryCount(0):
            for _ in range(50):
                self.assertEqual(self._key("a"), {**KEY, "kid": "a"})
        self.assertEqual(self.fetches, 1)
        row = self._row()
        self.assertEqual((row.fetched_at, row.tried_at, row.error), (NOW, NOW, False))
        self.assertEqual(row.fresh_until, NOW + timedelta(seconds=600))

    def test_a_flood_of_unknown_names_makes_one_call_in_ten_seconds(self):
        for number in range(200):
            self.assertIsNone(self._key(f"unknown {number}"))
        self.assertEqual(self.fetches, 1)
        self._later(seconds=9)
        self.assertIsNone(self._key("b"))
        self.assertEqual(self.fetches, 1)
        self._later(seconds=1)
        for number in range(200):
            self.assertIsNone(self._key(f"unknown {number}"))
        self.assertEqual(self.fetches, 2)
        self.assertTrue(self._key("a"), "the good key must not suffer from it")

    def test_a_new_key_is_found_when_the_partner_turns_to_it(self):
        self._key("a")
        self.partner.behave = key_set("a", "b")
        self._later(seconds=11)
        self.assertEqual(self._key("b"), {**KEY, "kid": "b"})
        self.assertEqual(self.fetches, 2)

    def test_a_withdrawn_key_ends_when_the_set_is_fetched_anew(self):
        self._key("a")
        self.partner.behave = key_set("b")
        self._later(seconds=599)
        self.assertTrue(self._key("a"))
        self._later(seconds=1)
        self.assertIsNone(self._key("a"))
        self.assertTrue(self._key("b"))
        self.assertEqual(self.fetches, 2)

    def test_another_worker_has_fetched_it_meanwhile(self):
        """This process knows "a"; the row is newer."""
        self._key("a")
        self.partner.behave = key_set("b")
        self._later(seconds=11)
        with mute_logger(QUIET):
            self.assertTrue(self.sets._claim(self.url) and self.sets._fetch(self.url))
        self.assertTrue(self._key("b"))
        self.assertEqual(self.fetches, 2)

    def test_the_host_is_down_and_the_last_good_set_stays(self):
        self._key("a")
        for behave, words in (
            (raw(b""), "broke"),
            (answer(b"", "503 Unavailable"), "503"),
            (answer(b"<html>"), "not JSON"),
            (answer(b'{"keys": []}'), "no key"),
            (answer(b"", "302 Found", "Location: http://127.0.0.1/"), "302"),
            (answer(b" " * 200_000), "larger"),
        ):
            self.partner.behave = behave
            self._later(days=1)
            with self.assertLogs(QUIET, "WARNING") as logs:
                self.assertEqual(self._key("a"), {**KEY, "kid": "a"})
            self.assertNotIn("s3cr3t", str(logs.output))
            row = self._row()
            self.assertIn(words, row.error)
            self.assertEqual((row.fetched_at, row.tried_at), (NOW, datetime.now()))
            self.assertEqual(self._key("a"), {**KEY, "kid": "a"})  # and no second call at once
        self.assertEqual(self.fetches, 7)
        self.partner.behave = key_set("a")
        self._later(seconds=11)
        self.assertTrue(self._key("a"))
        self.assertFalse(self._row().error)

    def test_nothing_is_raised_whatever_is_asked(self):
        with mute_logger(QUIET):
            for url in (
                "http://127.0.0.1:1/",
                "https://169.254.169.254/",
                "ftp://x",
                "",
                "x" * 9000,
            ):
                self.assertIsNone(self.sets._public_key(url, "a"))
            for url, kid in (
                (None, "a"),
                (self.url, 5),
                (self.url, "\x00"),
                (self.url, "k" * 9999),
            ):
                self.assertIsNone(self.sets._public_key(url, kid))
        refused = self.sets.search([("url", "=", "https://169.254.169.254/")])
        self.assertIn("never", refused.error)

    def test_no_is_said_only_where_it_is_known(self):
        self.assertFalse(self.sets._can_say(self.url))
        self.assertIsNone(self._key("b"))
        self.assertTrue(self.sets._can_say(self.url))
        self._later(seconds=11)
        self.assertTrue(self.sets._claim(self.url))  # another worker, on its way
        self.assertIsNone(self._key("b"))
        self.assertFalse(self.sets._can_say(self.url))
        self._later(seconds=11)
        self.partner.behave = raw(b"")
        with mute_logger(QUIET):
            self.assertIsNone(self._key("b"))
        self.assertFalse(self.sets._can_say(self.url))
        with mute_logger(QUIET, "odoo.sql_db"):
            self.assertFalse(self.sets._can_say("\x00"))

    def test_without_a_name_the_only_key(self):
        self.assertEqual(self._key(None), {**KEY, "kid": "a"})
        self.partner.behave = key_set("a", "b")
        self._later(seconds=601)
        self.assertIsNone(self._key(None))

    def test_the_keys_are_copies(self):
        self._key("a").clear()
        self.assertTrue(self._key("a"))

    def test_the_administrator_sees_it_and_fetches_but_writes_no_key(self):
        self._key("a")
        admin = new_test_user(
            self.env, "lks_admin", "logistics_connector_base.group_logistics_admin"
        )
        user = new_test_user(self.env, "lks_user", "logistics_connector_base.group_logistics_user")
        self._row()
        row = self.sets.with_user(admin).search([])
        self.assertEqual(row.key_names, "a (Ed25519)")
        self.assertEqual(row.shown_url, self.url.replace("s3cr3t", "***"))
        with self.assertRaises(AccessError):
            row.read(["url"])
        with self.assertRaises(AccessError):
            row.write({"keys": [{**KEY, "kid": "mine"}]})
        with self.assertRaises(AccessError):
            row.with_user(user).read(["keys"])
        with self.assertRaisesRegex(UserError, "a moment ago"):
            row.action_fetch()
        self.partner.behave = key_set("b")
        self._later(seconds=11)
        row.action_fetch()
        self.assertEqual(self._row().key_names, "b (Ed25519)")
        self.assertIsNone(self._key("a"))
        with self.assertRaises(AccessError):
            row.with_user(user).action_fetch()


@tagged("post_install", "-at_install")
class TestKeySetOfSeveralWorkers(TransactionCase):
    """With connections and transactions of their own, as workers have them."""

    def test_five_workers_make_one_call(self):
        with Listener(key_set("a")) as partner:
            url = f"http://127.0.0.1:{partner.port}/"
            self.env["logistics.allowed.host"].create(
                {
                    "host": "127.0.0.1",
                    "ports": str(partner.port),
                    "plain_http": True,
                    "note": "Test",
                }
            )
            self.env["logistics.allowed.host"]._rules()  # cached: nothing of it is committed
            self.addCleanup(self._forget, url)
            barrier = threading.Barrier(5)
            outcomes = []

            def worker():
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    known = logistics_key_set.Known()  # each knows nothing, as in its own process
                    barrier.wait(10)
                    key = env["logistics.key.set"]._look_closer(known, url, "a")
                    outcomes.append(key)

            threads = [threading.Thread(target=worker) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            self.assertEqual(len(outcomes), 5, "nobody may fail")
            self.assertTrue(any(outcomes))
            self.assertEqual(len(partner.requests), 1)

    def _forget(self, url):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM logistics_key_set WHERE url = %s", (url,))
