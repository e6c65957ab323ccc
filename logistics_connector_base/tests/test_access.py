"""How we identify ourselves: what is sent, what is refused, and where a secret may not go."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..access import Caller, NoAccess, OutgoingCall
from ..access import caller as callers
from ..core.access import KINDS, PURPOSES
from ..tools.master_key import open_secret
from .common import InboxCommon
from .core.partner_server import Authority, Listener, answer

KEY = "k-5f1d7c3b9a8e4f60"
URL = "https://api.example.com/v1/orders"
API_KEY = {"kind": "api_key", "header": "X-Api-Key"}
OAUTH = {"kind": "oauth2", "token_url": "https://auth.example.com/token", "client_id": "odoo"}


def call(url=URL, **changes):
    return OutgoingCall(
        **{
            "method": "POST",
            "url": url,
            "body": b"{}",
            "message_id": "m1",
            "now": datetime.now(UTC),
            **changes,
        }
    )


class AccessCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "logistics_connector_base.group_logistics_"
        cls.admin = cls.make_user("acc_admin", group + "admin", "base.group_allow_export")
        cls.manager = cls.make_user("acc_manager", group + "manager")
        cls.clerk = cls.make_user("acc_clerk", group + "user")

    def connection(self, *ways, secret=KEY, **values):
        """A connection as an administrator sets it up, with one secret for each way."""
        connection = self.make_connection(**values).with_user(self.admin)
        for way in ways:
            secrets = [(0, 0, {"secret": secret})] if secret else []
            connection.access_ids = [(0, 0, {**way, "credential_ids": secrets})]
        return connection

    def store(self, way, secret=KEY, **values):
        return (
            self.env["logistics.credential"]
            .with_user(self.admin)
            .create({"access_id": way.id, "secret": secret, **values})
        )

    def assertNoAccess(self, code, function, *arguments):
        with self.assertRaises(NoAccess) as refused:
            function(*arguments)
        self.assertEqual(refused.exception.code, code)
        self.assertNotIn(KEY, str(refused.exception))
        return str(refused.exception)


@tagged("post_install", "-at_install")
class TestAccess(AccessCommon):
    # -- what is sent -------------------------------------------------------------------------

    def test_several_ways_are_used_together(self):
        connection = self.connection(
            API_KEY,
            {"kind": "basic", "username": "odoo"},
            {"kind": "hmac", "header": "X-Signature", "prefix": "sha256="},
        )
        caller = connection._make_caller()
        headers = caller.headers(call())
        self.assertEqual(set(headers), {"X-Api-Key", "Authorization", "X-Signature"})
        self.assertEqual(headers["X-Api-Key"], KEY)
        self.assertEqual(caller.secret_headers, {"X-Api-Key", "Authorization"})
        self.assertEqual(caller.client_options(), {})
        self.assertFalse(caller.renew())
        self.assertEqual(caller.url(URL), URL)
        self.assertFalse(connection.access_warning)
        self.assertIn("API key in header X-Api-Key", connection.access_summary)

    def test_it_is_noted_when_a_secret_was_last_used(self):
        connection = self.connection(API_KEY, secret="k-old")
        newest = self.store(connection.access_ids)
        caller, used = connection._make_caller(), []
        with patch.object(callers, "note_used", lambda *arguments: used.append(arguments)):
            caller.headers(call())
            self.assertEqual(used, [(self.env.cr.dbname, newest.id)])
            connection.access_ids.hosts = "elsewhere.example"
            with self.assertRaises(NoAccess):
                connection._make_caller().headers(call())
        self.assertEqual(len(used), 1, "it was not sent")

    def test_a_connection_without_any_way_calls_as_nobody(self):
        self.assertEqual(self.connection()._make_caller().headers(call()), {})

    def test_a_key_in_the_address(self):
        caller = self.connection({"kind": "query", "parameter": "key"})._make_caller()
        self.assertEqual(caller.url(URL), f"{URL}?key={KEY}")
        self.assertEqual(caller.headers(call(caller.url(URL))), {})
        self.assertNoAccess("unusable", caller.headers, call())

    def test_a_client_certificate(self):
        authority = Authority()
        certificate, key = authority.issue("client")
        connection = self.connection({"kind": "mutual_tls"}, secret="")
        one_line = {"certificate": certificate, "secret": key.replace("\n", "")}
        secret = self.store(connection.access_ids, **one_line)
        options = connection._make_caller().client_options()
        self.assertEqual(options, {"certificate_pem": certificate, "key_pem": key})
        self.env["logistics.http"]._client(**options).close()
        self.assertEqual(connection._make_caller().headers(call()), {})
        self.assertEqual(secret.purpose, "tls_key")
        self.assertAlmostEqual(
            secret.ends_at, fields.Datetime.now() + timedelta(days=30), delta=timedelta(minutes=5)
        )
        other, _key = authority.issue("other")
        for values in (
            {"certificate": other, "secret": key},
            {"certificate": False, "secret": key},
            {"certificate": certificate, "secret": "no key"},
        ):
            with self.assertRaises(ValidationError) as refused:
                self.store(connection.access_ids, **values)
            self.assertNotIn(key[40:80], str(refused.exception))
        with self.assertRaises(ValidationError):
            secret.certificate = other
        with self.assertRaises(ValidationError):
            secret.certificate = "no certificate"

    def test_an_ended_certificate_is_not_shown(self):
        certificate, key = Authority().issue("client", days=(-10, -1))
        connection = self.connection({"kind": "mutual_tls"}, secret="")
        self.store(connection.access_ids, key, certificate=certificate)
        caller = connection._make_caller()
        self.assertNoAccess("expired", caller.client_options)
        self.assertNoAccess("expired", caller.headers, call())
        self.assertIn("has ended", connection.access_warning)

    def test_of_two_valid_secrets_the_one_that_began_last_is_used(self):
        connection = self.connection(API_KEY)
        now = fields.Datetime.now()
        self.store(connection.access_ids, "k-new", valid_from=now - timedelta(hours=1))
        self.store(connection.access_ids, "k-next", valid_from=now + timedelta(hours=1))
        caller = connection._make_caller()
        self.assertEqual(caller.headers(call())["X-Api-Key"], "k-new")
        later = datetime.now(UTC) + timedelta(hours=2)
        self.assertEqual(caller.headers(call(now=later))["X-Api-Key"], "k-next")
        before = datetime.now(UTC) - timedelta(hours=2)
        self.assertEqual(caller.headers(call(now=before))["X-Api-Key"], KEY)

    def test_standard_webhooks_are_signed_with_every_valid_secret(self):
        hook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        connection = self.connection({"kind": "standard_webhooks"}, secret=hook)
        self.store(connection.access_ids, "whsec_" + "QUJD" * 8)
        headers = connection._make_caller().headers(call())
        self.assertEqual(headers["webhook-signature"].count("v1,"), 2)

    # -- fail closed --------------------------------------------------------------------------

    def test_no_secret_no_call(self):
        connection = self.connection(API_KEY, secret="")
        text = self.assertNoAccess("no_secret", connection._make_caller().headers, call())
        self.assertIn("no secret is stored", text)
        self.assertIn("no secret is stored", connection.access_warning)

    def test_a_secret_ends_while_a_caller_is_at_work(self):
        connection = self.connection(API_KEY, secret="")
        soon = fields.Datetime.now() + timedelta(minutes=5)
        self.store(connection.access_ids, valid_to=soon)
        caller = connection._make_caller()
        self.assertTrue(caller.headers(call()))
        late = call(now=datetime.now(UTC) + timedelta(minutes=6))
        self.assertNoAccess("expired", caller.headers, late)

    def test_without_a_master_key_nothing_is_sent(self):
        connection = self.connection(API_KEY)
        self.env.flush_all()
        self.env.cr.execute("UPDATE logistics_credential SET secret_encrypted = 'gAAAA' || id")
        self.env.invalidate_all()
        self.assertNoAccess("no_key", connection._make_caller().headers, call())

    # -- scope --------------------------------------------------------------------------------

    def test_an_incoming_secret_never_leaves(self):
        connection = self.connection(API_KEY, secret="")
        hook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        self.env["logistics.credential"].create({"connection_id": connection.id, "secret": hook})
        self.assertNoAccess("no_secret", connection._make_caller().headers, call())

    def test_an_outgoing_secret_proves_nothing_to_us(self):
        connection = self.connection(API_KEY)
        outgoing = connection.access_ids.credential_ids
        self.assertEqual((outgoing.direction, outgoing.purpose), ("out", "token"))
        self.assertTrue(outgoing.is_usable)
        self.assertNotIn(outgoing, connection.credential_ids)
        used = [
            s.credential_id for proof in connection.sudo()._make_proofs() for s in proof.secrets
        ]
        self.assertNotIn(outgoing.id, used)
        self.assertIn("no valid secret", str(connection._missing_proofs()))

    def test_a_stored_secret_stays_where_it_is(self):
        here, there = self.connection(API_KEY, name="A"), self.connection(API_KEY, name="B")
        secret = here.access_ids.credential_ids
        for values in (
            {"connection_id": there.id},
            {"access_id": there.access_ids.id},
            {"direction": "in", "access_id": False, "purpose": "signature"},
            {"purpose": "signing_key"},
            {"environment": "test"},
            {"bound_to": "|evil.example"},
        ):
            with self.assertRaises(UserError):
                secret.write(values)
        with self.assertRaises(ValidationError):
            here.access_ids.connection_id = there
        with self.assertRaises(ValidationError):  # also for whoever may do all
            secret.sudo().connection_id = there
        made = self.store(there.access_ids, connection_id=here.id, environment="test")
        self.assertEqual((made.connection_id, made.environment), (there, "production"))

    def test_a_key_that_signs_is_never_sent(self):
        connection = self.connection({"kind": "hmac", "header": "X-Signature"})
        connection.access_ids.kind = "bearer"
        text = self.assertNoAccess("no_secret", connection._make_caller().headers, call())
        self.assertIn("another purpose", text)
        self.assertTrue(connection.access_ids.credential_ids.trouble)
        connection.access_ids.kind = "hmac"
        self.assertTrue(connection._make_caller().headers(call()))

    def test_a_secret_of_production_serves_no_test(self):
        connection = self.connection(API_KEY)
        connection.environment = "test"
        text = self.assertNoAccess("no_secret", connection._make_caller().headers, call())
        self.assertIn("environment", text)
        self.store(connection.access_ids, "k-test")
        self.assertEqual(connection._make_caller().headers(call())["X-Api-Key"], "k-test")
        connection.environment = "production"
        self.assertEqual(connection._make_caller().headers(call())["X-Api-Key"], KEY)

    def test_a_copy_has_the_ways_but_no_secret(self):
        copied = self.connection(API_KEY).copy()
        self.assertEqual(copied.access_ids.kind, "api_key")
        self.assertFalse(copied.access_ids.credential_ids)

    def test_a_secret_is_sent_to_its_hosts_only(self):
        connection = self.connection({**API_KEY, "hosts": "api.example.com, *.cdn.example"})
        caller = connection._make_caller()
        for url in (URL, "https://API.example.com:8443/", "https://a.cdn.example/x"):
            self.assertTrue(caller.headers(call(url)))
        for url in (
            "https://example.com/",
            "https://evil.example/",
            "https://api.example.com.evil.example/",
            "https://cdn.example/",
            "https://xcdn.example/",
        ):
            self.assertNoAccess("unusable", caller.headers, call(url))

    def test_who_adds_a_host_must_know_the_secret(self):
        connection = self.connection({**API_KEY, "hosts": "api.example.com, b.example"})
        way = connection.access_ids
        way.hosts = "api.example.com"
        self.assertTrue(connection._make_caller().headers(call()))
        evil = "https://evil.example/"
        for hosts, url in (
            ("api.example.com, evil.example", URL),
            ("api.example.com, evil.example", evil),
            ("evil.example", evil),
            ("", evil),
            ("*.example.com", URL),
        ):
            way.hosts = hosts
            text = self.assertNoAccess("no_secret", connection._make_caller().headers, call(url))
            self.assertIn("store the secret anew", text)
        self.store(way, "k-anew")
        self.assertEqual(connection._make_caller().headers(call())["X-Api-Key"], "k-anew")

    def test_who_names_another_token_server_must_know_the_secret(self):
        connection = self.connection(OAUTH)
        self.assertFalse(connection.access_warning)
        connection.access_ids.token_url = "https://auth.example.com/v2/token"
        self.assertFalse(connection.access_warning)
        connection.access_ids.token_url = "https://evil.example/token"
        self.assertNoAccess("no_secret", connection._make_caller().headers, call())

    # -- refused when configured --------------------------------------------------------------

    def test_parameters_that_make_no_call_are_refused(self):
        for way in (
            {"kind": "api_key"},
            {"kind": "api_key", "header": "X-Key\r\nX-Evil: 1"},
            {"kind": "api_key", "header": "Host"},
            {"kind": "api_key", "header": "X-Key", "prefix": "a\nb"},
            {**OAUTH, "token_url": "https://user:pass@auth.example.com/"},
            {**OAUTH, "client_id": ""},
            {**API_KEY, "hosts": "not a host!"},
        ):
            with self.assertRaises(ValidationError):
                self.connection(way, secret="")
        with self.assertRaises(ValidationError):
            self.connection({"kind": "bearer"}, {"kind": "basic", "username": "x"})

    def test_secrets_that_no_header_carries_are_refused(self):
        connection = self.connection(API_KEY, secret="")
        for evil in ("abc\r\nX-Evil: 1", "abc\0", "schlüssel-äöü"):
            with self.assertRaises(ValidationError) as refused:
                self.store(connection.access_ids, evil)
            self.assertNotIn(evil, str(refused.exception))

    # -- nothing shows a secret ---------------------------------------------------------------

    def test_a_caller_shows_nothing_and_cannot_be_carried_away(self):
        caller = self.connection(API_KEY, name="Acme")._make_caller()
        caller.headers(call())
        self.assertIn("Acme", repr(caller))
        stored = caller._ways[0].secrets[0]
        for text in (repr(caller), str(caller), f"{caller!r}", repr(caller._ways), repr(stored)):
            self.assertNotIn(KEY, text)
            self.assertNotIn(stored.encrypted, text)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with self.assertRaises(TypeError):
                pickle.dumps(caller, protocol)
        self.assertIs(copy.deepcopy(caller), caller)
        self.assertFalse(hasattr(caller, "__dict__"))

    def test_what_is_shown_of_an_answer_is_masked(self):
        caller = self.connection(API_KEY, {"kind": "basic", "username": "odoo"})._make_caller()
        headers = caller.headers(call())
        echo = f"you sent {headers} and {headers['Authorization'].split()[1]}"
        masked = caller.mask(echo)
        self.assertNotIn(KEY, masked)
        self.assertNotIn(headers["Authorization"].split()[1], masked)
        self.assertIn("you sent", masked)

    def test_no_answer_to_an_administrator_holds_a_secret(self):
        connection = self.connection(API_KEY, {"kind": "hmac", "header": "X-S"})
        secrets = connection.access_ids.credential_ids
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO logistics_access_token (access_id, token_encrypted, fingerprint) "
            "VALUES (%s, 'gAAAAtoken', 'finger')",
            (connection.access_ids[0].id,),
        )
        tokens = self.env["logistics.access.token"].with_user(self.admin).search([])
        self.assertEqual(len(tokens), 1)
        encrypted = secrets.sudo().mapped("secret_encrypted")
        self.assertEqual({open_secret(text) for text in encrypted}, {KEY})
        self.env.invalidate_all()
        shown = [
            secrets.read(),
            secrets.web_read({name: {} for name in secrets.fields_get()}),
            secrets.search_read([], []),
            secrets.export_data(["name", "secret", "passphrase", "purpose", "bound_to"]),
            connection.access_ids.read(),
            connection.read(),
            connection.message_ids.read(["body"]),
            tokens.search_read([], []),
            secrets.copy_data(),
        ]
        self.assertNotIn(KEY, repr(shown))
        for text in (*encrypted, "gAAAAtoken", "finger"):
            self.assertNotIn(text, repr(shown))
        for records, name in (
            (secrets, "secret_encrypted"),
            (tokens, "token_encrypted"),
            (tokens, "fingerprint"),
        ):
            for attempt, read in {
                "read": lambda m=records, n=name: m.read([n]),
                "search_read": lambda m=records, n=name: m.search_read([], [n]),
                "search": lambda m=records, n=name: m.search([(n, "like", "g")]),
                "export": lambda m=records, n=name: m.export_data([n]),
                "group": lambda m=records, n=name: m._read_group([], [n]),
                "order": lambda m=records, n=name: m.search([], order=n),
            }.items():
                with (
                    self.subTest(attempt=attempt, field=name),
                    self.assertRaises(AccessError, msg=(name, attempt)),
                    mute_logger("odoo.models"),
                ):
                    read()

    def test_what_changes_is_written_down_without_the_secret(self):
        connection = self.connection(API_KEY)
        connection.access_ids.credential_ids.secret = "k-other"
        connection.access_ids.credential_ids.unlink()
        connection.access_ids.unlink()
        told = " ".join(connection.sudo().message_ids.mapped(lambda m: str(m.body)))
        for words in ("We identify ourselves by", "Secret added", "Secret replaced",
                      "Secret removed", "no longer identify"):  # fmt: skip
            self.assertIn(words, told)
        self.assertNotIn(KEY, told)
        self.assertNotIn("k-other", told)

    # -- rights -------------------------------------------------------------------------------

    def test_users_see_the_ways_and_no_secret(self):
        connection = self.connection(API_KEY)
        for user in (self.clerk, self.manager):
            way = connection.access_ids.with_user(user)
            self.assertTrue(way.read(["description", "problem"]))
            self.assertFalse(way.problem)
            for forbidden in (
                lambda w=way: w.write({"header": "X-Mine"}),
                lambda w=way: w.unlink(),
                lambda w=way: w.credential_ids.read(["name"]),
                lambda w=way: w.create({**API_KEY, "connection_id": w.connection_id.id}),
                lambda w=way: self.env["logistics.access.token"].with_user(w.env.user).search([]),
                lambda w=way: w.connection_id.action_test_access(),
                lambda w=way: self.env["logistics.master.key"].with_user(w.env.user).action_open(),
                lambda w=way: (
                    self.env["logistics.access.test"]
                    .with_user(w.env.user)
                    .create({"connection_id": w.connection_id.id, "url": URL})
                ),
            ):
                with self.assertRaises(AccessError):
                    forbidden()

    def test_another_company_sees_nothing_of_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        group = "logistics_connector_base.group_logistics_admin"
        stranger = self.make_user("acc_stranger", group, company=other)
        connection = self.connection(API_KEY)
        self.assertFalse(self.env["logistics.access"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            connection.access_ids.with_user(stranger).read(["header"])
        with self.assertRaises(AccessError):
            connection.access_ids.credential_ids.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.env["logistics.credential"].with_user(stranger).create(
                {"access_id": connection.access_ids.id, "secret": KEY}
            )
        test = self.env["logistics.access.test"].with_user(stranger)
        with self.assertRaises(AccessError):
            test.create({"connection_id": connection.id, "url": URL}).action_call()

    # -- form and test ------------------------------------------------------------------------

    def test_every_kind_is_described(self):
        kinds = dict(self.env["logistics.access"]._fields["kind"].selection)
        self.assertEqual(set(kinds), set(KINDS))
        purposes = dict(self.env["logistics.credential"]._fields["purpose"].selection)
        self.assertEqual(set(purposes), {"signature", *PURPOSES})
        for kind in kinds:
            way = self.env["logistics.access"].new({"kind": kind, "header": "X-It"})
            self.assertTrue(way.description, kind)
            self.assertNotIn("%(", way.description)
            self.assertIn(way._method().purpose, PURPOSES)

    def test_the_form_of_an_administrator(self):
        connection = self.connection()
        with Form(connection) as form, form.access_ids.new() as way:
            way.kind = "basic"
            way.username = "odoo"
            with way.credential_ids.new() as secret:
                secret.secret = KEY
        self.assertEqual(
            connection._make_caller().headers(call())["Authorization"],
            "Basic b2RvbzprLTVmMWQ3YzNiOWE4ZTRmNjA=",
        )

    def _test(self, connection, partner, path="/account"):
        url = f"http://127.0.0.1:{partner.port}{path}"
        test = self.env["logistics.access.test"].with_user(self.admin)
        test = test.create({"connection_id": connection.id, "url": url})
        test.action_call()
        return test

    def _allow(self, partner):
        self.env["logistics.allowed.host"].create(
            {"host": "127.0.0.1", "ports": str(partner.port), "plain_http": True, "note": "Test"}
        )

    def test_the_administrator_tests_the_access(self):
        def echo(connection, request):
            answer(b"you are " + request)(connection, request)

        connection = self.connection(API_KEY, {"kind": "basic", "username": "odoo"})
        with Listener(echo) as partner:
            self._allow(partner)
            test = self._test(connection, partner)
            self.assertTrue(test.is_good)
            self.assertEqual((test.status, len(partner.requests)), (200, 1))
            self.assertTrue(partner.requests[0].startswith(b"GET /account "))
            self.assertIn(KEY.encode(), partner.requests[0])
            self.assertIn("you are GET", test.excerpt)
            self.assertNotIn(KEY, test.excerpt)
            self.assertNotIn("b2Rvbzpr", test.excerpt)
            self.assertGreater(test.seconds, 0)
            self.assertEqual(connection.access_test_url, test.url)
            for status, words in (
                ("401 No", "do not accept"),
                ("404 No", "nothing at this address"),
                ("302 Found", "another address"),
                ("503 Later", "trouble of their own"),
                ("400 Bad", "not what was expected"),
            ):
                partner.behave = answer(b"", status)
                test.action_call()
                self.assertFalse(test.is_good)
                self.assertIn(words, test.verdict)

    def test_the_test_says_why_it_cannot_be_made(self):
        connection = self.connection(API_KEY)
        with Listener(answer(b"")) as partner:
            test = self._test(connection, partner)
            self.assertIn("Allowed local systems", test.verdict)
            self.assertFalse(partner.connections)
            self._allow(partner)
            connection.access_ids.credential_ids.unlink()
            test.action_call()
            self.assertIn("no secret is stored", test.verdict)
            self.assertFalse(partner.connections)
        test.action_call()
        self.assertFalse(test.is_good)
        test.url = "https://169.254.169.254/latest"
        test.action_call()
        self.assertFalse(test.status)

    def test_callers_are_callers(self):
        self.assertIsInstance(self.connection()._make_caller(), Caller)
