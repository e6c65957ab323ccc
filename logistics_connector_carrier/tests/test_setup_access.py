"""The setup's step “Our access”: each carrier asks for what it needs, and for nothing else."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import CarrierCommon

ADMIN = "logistics_connector_base.group_logistics_admin"
SECRET = "a-secret-of-the-partner-0123456789"


@tagged("post_install", "-at_install")
class TestSetupAccess(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("setup-access-admin", ADMIN)
        cls.setups = cls.env["logistics.connection.setup"].with_user(cls.admin)

    def shown(self, action):
        return self.setups.browse(action["res_id"]).with_context(**action["context"])

    def begin(self, code, **values):
        setup = self.shown(self.setups.action_new())
        with Form(setup) as form:
            form.provider_id = self.env.ref(f"logistics_connector_carrier.provider_{code}")
            for name, value in values.items():
                form[name] = value
        return self.shown(setup.action_partner_done())

    def paste(self, setup, secret=SECRET, **values):
        with Form(setup) as form:
            for name, value in values.items():
                form[name] = value
            form.access_secret = secret
        return self.shown(setup.action_access_store())

    def test_who_only_answers_needs_neither_proof_nor_address(self):
        setup = self.begin("laposte")
        self.assertEqual((setup.way, setup.step), ("asked", "access"))
        self.assertEqual(setup.access_words, "The key for the header X-Okapi-Key")
        with self.assertRaises(UserError):
            setup.action_access_done()  # nothing is stored yet
        with self.assertRaises(UserError):
            setup.action_access_skip()
        setup = self.paste(setup)
        self.assertFalse(setup.access_left)
        connection = setup.connection_id
        way = connection.access_ids
        self.assertEqual(
            (way.kind, way.header, way.hosts), ("api_key", "X-Okapi-Key", "api.laposte.fr")
        )
        self.assertFalse(way.problem)
        setup = self.shown(setup.action_access_done())
        self.assertEqual((setup.step, connection.state), ("listen", "parallel"))
        self.assertEqual(connection.poll_ids.url, "https://api.laposte.fr/suivi/v2/idships")
        setup.action_go_live()
        self.assertEqual(connection.state, "live")

    def test_two_keys_one_after_the_other(self):
        setup = self.begin("royalmail")
        self.assertIn("X-IBM-Client-Id", setup.access_words)
        setup = self.paste(setup)
        self.assertIn("X-IBM-Client-Secret", setup.access_words)
        setup = self.paste(setup, SECRET[::-1])
        self.assertFalse(setup.access_left)
        self.assertEqual(len(setup.connection_id.access_ids), 2)

    def test_a_token_server_for_each_environment(self):
        for environment, host in (("production", "onlinetools"), ("test", "wwwcie")):
            setup = self.begin("ups", environment=environment)
            self.assertEqual((setup.way, setup.step), ("both", "proof"))
            setup = setup._go("access") and setup
            with self.assertRaises(UserError):
                self.paste(setup)  # without the client id
            self.assertFalse(setup.connection_id.access_ids)
            setup = self.paste(setup, access_name="client-1")
            way = setup.connection_id.access_ids
            self.assertEqual(way.token_url, f"https://{host}.ups.com/security/v1/oauth/token")
            self.assertEqual((way.client_id, way.problem), ("client-1", ""))
            poll = setup._make_poll()
            self.assertEqual(poll.url, f"https://{host}.ups.com/api/track/v1/details")
            self.assertEqual(setup._make_poll(), poll)

    def test_what_the_portal_names_is_asked_for(self):
        setup = self.begin("gls")
        self.assertTrue(setup.asks_token_url)
        with self.assertRaises(UserError):
            self.paste(setup, access_name="app")
        url = "https://api.gls-group.net/token"
        setup = self.paste(setup, access_name="app", access_token_url=url)
        self.assertEqual(setup.connection_id.access_ids.token_url, url)

    def test_a_user_name_and_a_password(self):
        setup = self.begin("sendcloud")
        setup = setup._go("access") and setup
        setup = self.paste(setup, access_user="public-key")
        way = setup.connection_id.access_ids
        self.assertEqual((way.kind, way.username), ("basic", "public-key"))
        self.assertEqual(setup.is_by_number, False)

    def test_who_tells_of_a_number_when_asked_to(self):
        """AfterShip has no history to be asked for, but each number is to be created there."""
        setup = self.begin("aftership")
        self.assertEqual((setup.way, setup.step), ("both", "proof"))
        setup = setup._go("access") and setup
        self.assertTrue(setup.can_follow)
        self.assertFalse(setup.can_be_tried)
        self.assertIn("as-api-key", setup.access_words)
        setup = self.paste(setup)
        connection = setup.connection_id
        connection.credential_ids = [(0, 0, {"secret": SECRET})]
        connection.action_new_address()
        setup = self.shown(setup.action_access_done())
        self.assertEqual((setup.step, connection.state), ("listen", "parallel"))
        self.assertFalse(connection.poll_ids)
        flow = connection._flow("track")
        self.assertEqual(flow.url, "https://api.aftership.com/tracking/2026-07/trackings")
        self.assertTrue(flow._has_engine())

    def test_webhooks_alone_will_do(self):
        setup = self.begin("ups")
        with Form(setup) as form:
            form.secret = SECRET
        setup = self.shown(setup.action_proof_done())
        setup = self.shown(setup.action_make_address())
        setup = self.shown(setup.action_address_done())
        self.assertEqual(setup.step, "access")
        setup = self.shown(setup.action_access_skip())
        self.assertEqual((setup.step, setup.connection_id.state), ("listen", "parallel"))
        self.assertFalse(setup.connection_id.poll_ids)
        self.assertEqual(self.shown(setup.action_back()).step, "access")

    def test_who_has_no_system_for_tests(self):
        setup = self.paste(self.begin("laposte", environment="test"))
        with self.assertRaisesRegex(UserError, "no address for tests"):
            setup.action_access_done()

    def test_a_number_is_needed_to_try(self):
        setup = self.paste(self.begin("laposte"))
        with self.assertRaisesRegex(UserError, "tracking number"):
            setup.action_try()

    def test_it_goes_on_where_it_was_left(self):
        setup = self.begin("laposte")
        connection = setup.connection_id
        self.assertEqual(self.shown(connection.action_set_up()).step, "access")
        self.paste(setup).action_access_done()
        self.assertEqual(self.shown(connection.action_set_up()).step, "listen")

    def test_what_each_wants_can_be_stored(self):
        for provider in self.env["logistics.provider"].search([]):
            handler = provider._handler()
            for environment in ("production", "test"):
                for wanted in handler._access_defaults(environment):
                    with self.subTest(code=provider.code, environment=environment):
                        self.assertTrue(handler._polls() or handler._trackers())
                        connection = self.env["logistics.connection"].create(
                            {"name": "Wanted", "provider_id": provider.id}
                        )
                        values = {**wanted, "username": "u", "client_id": "c"}
                        values["token_url"] = wanted.get("token_url") or "https://x.example/token"
                        way = self.env["logistics.access"].create(
                            {**values, "connection_id": connection.id}
                        )
                        urls = [poll.urls.get(environment) for poll in handler._polls().values()]
                        if handler._trackers():
                            urls.append(handler._trackers().urls[environment])
                        for url in filter(None, urls):
                            self.assertIn(url.split("/")[2], way._host_list())
