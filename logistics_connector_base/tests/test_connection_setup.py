"""A partner brought on line by an administrator, step by step; by forms, as the browser does."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..core.identity import digest
from ..tools.master_key import open_secret
from .common import InboxCommon

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@tagged("post_install", "-at_install")
class TestConnectionSetup(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "logistics_connector_base.group_logistics_"
        cls.admin = cls.make_user("setup_admin", group + "admin")
        cls.manager = cls.make_user("setup_manager", group + "manager")
        cls.setups = cls.env["logistics.connection.setup"].with_user(cls.admin)

    def shown(self, action):
        """The setup as the window shows it, with what is seen this one time."""
        self.assertEqual(action["res_model"], "logistics.connection.setup")
        setup = self.setups.browse(action["res_id"])
        return setup.with_context(**action["context"])

    def begin(self, provider=None, **values):
        setup = self.shown(self.setups.action_new())
        with Form(setup) as form:
            form.provider_id = provider or self.canonical
            for name, value in values.items():
                form[name] = value
        return self.shown(setup.action_partner_done())

    def store(self, setup, secret=SECRET):
        with Form(setup) as form:
            form.secret = secret
        return self.shown(setup.action_proof_done())

    def test_from_nothing_to_live(self):
        setup = self.begin(name="Harbour 3PL", tz="Europe/Lisbon")
        connection = setup.connection_id
        self.assertEqual((setup.step, connection.state), ("proof", "draft"))
        self.assertEqual(connection.message_id_header, "webhook-id")
        self.assertTrue(setup.can_make)

        setup = self.store(setup)
        self.assertEqual(setup.step, "address")
        self.assertIn("1. ", setup.instructions)
        with self.assertRaises(UserError):
            setup.action_listen()  # there is no address yet

        setup = self.shown(setup.action_make_address())
        token = setup.made_url.rpartition("/")[2]
        self.assertEqual(connection.sudo().token_digest, digest(token.encode()))
        self.assertFalse(self.setups.browse(setup.id).made_url)  # this one time

        setup = self.shown(setup.action_listen())
        self.assertEqual((setup.step, connection.state), ("listen", "parallel"))
        self.assertTrue(setup.is_waiting)

        self.receive(connection, self.message(self.scan("MOV_ARRIVED")))
        setup.invalidate_recordset()
        self.assertFalse(setup.is_waiting)
        self.assertEqual(setup.event_ids.code_id.code, "MOV_ARRIVED")
        self.assertIn("wait for it", setup.advice)  # no shipment has this number

        action = setup.action_go_live()
        self.assertEqual(connection.state, "live")
        self.assertEqual((action["res_model"], action["res_id"]), (connection._name, connection.id))

    def test_it_shows_why_a_call_was_refused(self):
        setup = self.store(self.begin())
        setup.action_make_address()
        setup.action_listen()
        self.env["logistics.refusal"].create(
            {
                "connection_id": setup.connection_id.id,
                "day": fields.Date.today(),
                "kind": "proof",
                "count": 1,
                "first_at": fields.Datetime.now(),
                "last_at": fields.Datetime.now(),
                "detail": "The call came without X-Signature.",
            }
        )
        setup.invalidate_recordset()
        self.assertEqual(setup.refused, "The call came without X-Signature.")
        self.receive(setup.connection_id, self.message(), at=fields.Datetime.now())
        setup.connection_id.sudo().refusal_ids.last_at = "2020-01-01 00:00:00"
        setup.invalidate_recordset()
        self.assertFalse(setup.refused)  # it is mended

    def test_an_unknown_code_and_one_that_cannot_be_read(self):
        setup = self.store(self.begin())
        setup.action_make_address()
        setup.action_listen()
        self.receive(setup.connection_id, self.message(self.scan("QX7")))
        setup.invalidate_recordset()
        self.assertIn("not known yet", setup.advice)
        self.receive(setup.connection_id, b"{}")
        setup.invalidate_recordset()
        self.assertIn("could not be read", setup.advice)

    def test_a_secret_of_our_making(self):
        setup = self.begin()
        setup = self.shown(setup.action_make_secret())
        self.assertEqual(setup.step, "address")
        self.assertTrue(setup.made_secret.startswith("whsec_"))
        credential = setup.connection_id.credential_ids
        stored = open_secret(credential.sudo().secret_encrypted)
        self.assertEqual(stored, setup.made_secret)
        # It is still there beside the address, and in no column.
        both = self.shown(setup.action_make_address())
        self.assertEqual(both.made_secret, stored)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(s)::text FROM logistics_connection_setup s")
        self.assertFalse(any(stored in row for (row,) in self.env.cr.fetchall()))

    def test_a_secret_cannot_be_read_back(self):
        setup = self.begin()
        with Form(setup) as form:
            form.secret = SECRET
        self.assertFalse(setup.secret)
        self.assertFalse(setup.read(["secret"])[0]["secret"])

    def test_a_secret_that_protects_nothing_is_refused(self):
        setup = self.begin()
        with self.assertRaises(UserError), Form(setup) as form:
            form.secret = "short"
        self.assertFalse(setup.connection_id.credential_ids)

    def test_a_key_of_theirs_cannot_be_made_here(self):
        setup = self.begin()
        setup.connection_id.verifier_ids = [
            (5,),
            (0, 0, {"kind": "standard_webhooks_ed25519"}),
        ]
        setup.invalidate_recordset()
        self.assertFalse(setup.can_make)
        with self.assertRaises(UserError):
            setup.action_make_secret()

    def test_a_secret_that_the_partner_makes_can_only_be_pasted(self):
        setup = self.begin()
        self.patch(
            self.registry["logistics.provider.canonical"], "_secret_is_theirs", lambda self: True
        )
        setup.invalidate_recordset()
        self.assertFalse(setup.can_make)
        with self.assertRaises(UserError):
            setup.action_make_secret()

    def test_several_secrets_one_after_the_other(self):
        setup = self.begin()
        connection = setup.connection_id
        connection.verifier_ids = [(0, 0, {"kind": "bearer"})]
        setup.invalidate_recordset()
        setup = self.store(setup)
        self.assertEqual(setup.step, "proof")
        setup = self.store(setup, "a-bearer-token-of-some-length")
        self.assertEqual(setup.step, "address")
        self.assertEqual(connection.credential_ids.verifier_id, connection.verifier_ids)

    def test_it_goes_on_where_it_was_left(self):
        setup = self.begin()
        connection = setup.connection_id
        self.assertEqual(self.shown(connection.action_set_up()).step, "proof")
        self.store(setup)
        self.assertEqual(self.shown(connection.action_set_up()).step, "address")
        connection.action_new_address()
        self.assertEqual(self.shown(connection.action_set_up()).step, "listen")

    def test_back_and_changed(self):
        setup = self.begin(name="Wrong")
        setup = self.shown(setup.action_back())
        setup.name = "Right"
        setup.action_partner_done()
        self.assertEqual(setup.connection_id.name, "Right")

    def test_no_provider(self):
        with self.assertRaises(UserError):
            self.shown(self.setups.action_new()).action_partner_done()

    def test_a_copy_has_neither_secret_nor_address(self):
        source = self.store(self.begin(name="Live one")).connection_id
        source.write({"rate_limit": 7, "send_rate": 60})
        source.action_new_address()
        self.env["logistics.flow"].with_user(self.admin).create(
            {
                "name": "Release",
                "code": "release",
                "connection_id": source.id,
                "url": "https://live.example.com/orders",
            }
        )
        setup = self.shown(source.action_copy_for())
        self.assertEqual((setup.environment, setup.provider_id), ("test", self.canonical))
        setup = self.shown(setup.action_partner_done())
        copy = setup.connection_id
        self.assertEqual((copy.rate_limit, copy.send_rate, copy.state), (7, 60, "draft"))
        self.assertEqual(copy.verifier_ids.kind, source.verifier_ids.kind)
        self.assertFalse(copy.credential_ids or copy.has_address)
        flow = copy.with_context(active_test=False).flow_ids
        self.assertEqual((flow.code, flow.active), ("release", False))

    def test_a_copy_for_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.admin.company_ids = [(4, other.id)]
        source = self.begin(name="Ours").connection_id
        source.company_ids = self.company
        both = [self.company.id, other.id]
        setup = self.shown(source.with_context(allowed_company_ids=both).action_copy_for())
        setup = setup.with_context(allowed_company_ids=both)
        setup.company_id = other
        copy = self.shown(setup.action_partner_done()).connection_id
        self.assertEqual(copy.company_id, other)
        self.assertFalse(copy.company_ids)

    def test_what_a_provider_proposes_holds_over_rpc_too(self):
        values = {"name": "bare", "provider_id": self.canonical.id}
        connection = self.env["logistics.connection"].create(values)
        self.assertEqual(connection.message_id_header, "webhook-id")
        connection = connection.create({**values, "message_id_header": False})
        self.assertFalse(connection.message_id_header)

    def test_only_administrators(self):
        with self.assertRaises(AccessError):
            self.env["logistics.connection.setup"].with_user(self.manager).action_new()
        connection = self.make_connection(name="theirs").with_user(self.manager)
        for method in ("action_set_up", "action_copy_for"):
            with self.assertRaises(AccessError):
                getattr(connection, method)()

    def test_each_provider_says_what_to_do_there(self):
        for provider in self.env["logistics.provider"].search([]):
            connection = self.env["logistics.connection"].new({"provider_id": provider.id})
            self.assertTrue(provider._handler()._setup_words(connection), provider.code)
