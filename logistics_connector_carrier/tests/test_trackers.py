"""Numbers that a provider follows for us: who is asked for them, when again, and when no more. The
calls are the engine's own, over HTTP; that the outbox makes them is shown in
tests/e2e/test_trackers.py."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from odoo import fields
from odoo.addons.logistics_connector_base.client import GuardedClient, Limits
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.identity import digest
from odoo.addons.logistics_connector_base.core.netguard import AllowRule
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.simulators.followers import FOLLOWERS

from .booking_common import NUMBER, BookingCommon

GROUP = "logistics_connector_base.group_logistics_"
LOGGER = "odoo.addons.logistics_connector_base.models.tracker.logistics_tracker_asking"
STATES = {outcomes.DELIVERED: "delivered", outcomes.REJECTED: "rejected"}


@tagged("post_install", "-at_install")
class TestTrackers(BookingCommon):
    def setUp(self):
        super().setUp()
        self.server = self.start("ups")
        self.connection = self.follow(self.account, self.server)

    def start(self, provider):
        server = FOLLOWERS[provider]()
        self.enterContext(server)
        return server

    def follow(self, connection, server):
        """Set up as an administrator does: access, secret, address, and the flow."""
        way = self.env["logistics.access"].create(
            {"connection_id": connection.id, **server.access()}
        )
        self.env["logistics.credential"].create(
            {
                "connection_id": connection.id,
                "access_id": way.id,
                "direction": "out",
                "secret": server.key,
            }
        )
        if connection._trackers().needs_hook:
            self.env["logistics.credential"].create(
                {"connection_id": connection.id, "secret": "they-show-us-this"}
            )
            connection.action_new_address()
        connection.action_set_up_tracking()
        connection._flow("track").url = server.address
        return connection

    def other_provider(self, code, name="Follower", **values):
        provider = self.env["logistics.provider"].search([("code", "=", code)])
        server = self.start(code)
        return server, self.follow(self.make_connection(provider, name=name, **values), server)

    def of(self, shipment):
        return self.env["logistics.tracker"].search([("shipment_id", "=", shipment.id)])

    def messages(self, connection=None):
        flow = (connection or self.connection)._flow("track")
        domain = [("flow_id", "=", flow.id), ("state", "=", "pending")]
        return self.env["logistics.message"].search(domain, order="id")

    def sweep(self, *servers):
        """Ask for what is due, have the engine make the calls, and tell what came; the calls."""
        before = sum(len(server.calls) for server in servers or (self.server,))
        self.env["logistics.tracker"].sudo()._sweep()
        flows = self.env["logistics.flow"].search([("code", "=", "track")])
        rules = [
            AllowRule(host="127.0.0.1", ports=frozenset({server.port}), plain_http=True)
            for server in servers or (self.server,)
        ]
        with GuardedClient(Limits(total=5.0), rules) as client:
            for flow in flows:
                for message in self.messages(flow.connection_id):
                    self.send(flow, message, client)
        return sum(len(server.calls) for server in servers or (self.server,)) - before

    def send(self, flow, message, client):
        taken = SimpleNamespace(content=self.body_of(message), tries=1, receipt=message.receipt)
        said = flow._make_engine().act(taken, client)
        self.settle(message, STATES.get(said.outcome.kind, "pending"), said.text, said.document)

    def settle(self, message, state, text="", document=None):
        self.env.cr.execute(
            "UPDATE logistics_message SET state = %s, error_text = %s WHERE id = %s",
            (state, text, message.id),
        )
        self.env.cr.execute(
            "UPDATE logistics_answer SET content = %s WHERE message_id = %s",
            (document or None, message.id),
        )
        self.env.invalidate_all()
        self.env["logistics.answer"]._tell()

    def pass_days(self, days):
        """As if it were later by so many days."""
        self.env.flush_all()
        past = f"interval '{days} days'"
        self.env.cr.execute(
            f"UPDATE logistics_tracker SET next_at = next_at - {past}, until = until - {past}, "
            f"followed_at = followed_at - {past}"
        )
        self.env.cr.execute(
            f"UPDATE logistics_shipment SET create_date = create_date - {past}, "
            f"last_event_at = last_event_at - {past}"
        )
        self.env.invalidate_all()

    # -- asking -------------------------------------------------------------------------------

    def test_a_booked_parcel_is_followed_by_the_carrier(self):
        """The clerk has no right of Logistics: the label's number alone has it followed."""
        clerk = self.make_user("packer", "stock.group_stock_user", "sales_team.group_sale_salesman")
        picking = self.make_order().picking_ids
        self.ship(picking, clerk)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        shipment = picking.shipment_ids
        self.assertEqual(self.of(shipment).state, "wanted")
        self.assertEqual(self.sweep(), 1)
        tracker = self.of(shipment)
        self.assertEqual((tracker.number, tracker.state), (NUMBER, "following"))
        self.assertEqual(tracker.connection_id, self.connection)
        said = self.server.followed[NUMBER]
        self.assertEqual(said["credential"], "they-show-us-this")
        self.assertIn("/logistics/v1/in/", said["url"])
        self.assertEqual(tracker.until - tracker.followed_at, timedelta(days=14))
        self.assertEqual(shipment.tracker_state, "following")
        self.assertEqual(shipment.tracker_name, self.connection.name)
        self.assertEqual(self.sweep(), 0, "it is asked for once")

    def test_the_address_that_is_given_is_the_one_that_takes_messages(self):
        hook = self.connection._tracking_hook()
        token = hook.url.rpartition("/")[2]
        profile = self.env["logistics.connection"]._intake_profile(digest(token.encode()))
        self.assertEqual(profile.connection_id, self.connection.id)
        message = self.messages() or self.ask_for("1Z999AA10000000001")
        self.assertNotIn(token, self.body_of(message).decode())
        self.assertNotIn("they-show-us-this", self.body_of(message).decode())

    def ask_for(self, *numbers):
        self.make_shipment(*numbers)
        self.env["logistics.tracker"].sudo()._sweep()
        return self.messages()

    def test_as_many_as_the_provider_takes_go_with_one_call(self):
        numbers = [self.server.number(n) for n in range(120)]
        for number in numbers:
            self.make_shipment(number)
        self.assertEqual(self.sweep(), 2)
        self.assertEqual(set(self.server.followed), set(numbers))
        states = self.env["logistics.tracker"].search([("number", "in", numbers)]).mapped("state")
        self.assertEqual(states, ["following"] * 120)

    def test_shipments_that_are_there_already_are_followed_too(self):
        self.connection._flow("track").active = False
        self.env.registry.clear_cache()
        shipment = self.make_shipment("1Z999AA10000000009")
        delivered = self.make_shipment("1Z999AA10000000010")
        self.env.cr.execute(
            "UPDATE logistics_shipment SET state = 'delivered' WHERE id = %s", (delivered.id,)
        )
        self.env.invalidate_all()
        self.assertFalse(self.of(shipment))
        self.connection.action_set_up_tracking()
        self.assertEqual(self.of(shipment).state, "wanted")
        self.assertFalse(self.of(delivered))

    def test_other_carriers_other_companies_and_bare_shipments_are_not(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        foreign = self.make_shipment("1Z999AA10000000003", company=company)
        other = self.make_shipment("JD014600003SE", issuer="dhl")
        bare = self.make_shipment()
        self.assertFalse(self.of(foreign) | self.of(other) | self.of(bare))
        bare.package_ids = [(0, 0, {"tracking_number": "1Z999AA10000000004"})]
        self.assertTrue(self.of(bare))
        other.issuer = "ups"
        self.assertTrue(self.of(other))
        self.connection.company_ids = company
        self.assertTrue(self.of(foreign))

    def test_one_provider_s_fault_keeps_no_other_from_being_asked(self):
        server, _aftership = self.other_provider("aftership")
        handler = type(self.env["logistics.provider.ups"])
        ours = self.connection._trackers()

        def stumbles(wanted):
            raise RuntimeError("a fault of this provider's code")

        self.patch(handler, "_trackers", lambda model: replace(ours, refuse=stumbles))
        first = self.make_shipment("1Z999AA10000000003")
        second = self.make_shipment("JJD000390007822815", issuer="aftership")
        with mute_logger(LOGGER):
            self.sweep(self.server, server)
        self.assertEqual((self.of(first).state, self.of(second).state), ("wanted", "following"))

    def test_a_shipment_of_another_carrier_now_is_asked_for_no_more(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.sweep()
        shipment.issuer = "fedex"
        self.assertFalse(self.of(shipment))

    def test_what_the_provider_would_refuse_is_not_asked(self):
        shipment = self.make_shipment("9261290100130435082878")
        self.assertEqual(self.sweep(), 0)
        tracker = self.of(shipment)
        self.assertEqual(tracker.state, "refused")
        self.assertIn("1Z", shipment.tracker_problem)
        self.assertFalse(self.exceptions("numbers_not_followed"), "nobody can mend that")

    # -- another provider by the delivery method ----------------------------------------------

    def test_the_delivery_method_says_who_follows(self):
        server, aftership = self.other_provider("aftership")
        self.method.write(
            {"logistics_tracker_connection_id": aftership.id, "logistics_tracker_code": "ups"}
        )
        picking = self.make_order().picking_ids
        self.ship(picking)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        self.assertEqual(self.sweep(self.server, server), 1)
        self.assertEqual(server.followed[NUMBER]["slug"], "ups")
        tracker = self.of(picking.shipment_ids)
        self.assertEqual((tracker.connection_id, tracker.state), (aftership, "following"))
        self.assertEqual(len(tracker.external_id), 32)
        self.assertFalse(tracker.until)
        # Parcels that are under way change over with the method.
        self.method.logistics_tracker_connection_id = False
        self.assertEqual(self.of(picking.shipment_ids).connection_id, self.connection)

    def test_a_method_without_a_carrier_of_ours_is_followed_by_an_aggregator(self):
        server, track17 = self.other_provider("seventeentrack")
        self.method.write({"delivery_type": "fixed", "logistics_connection_id": False})
        self.method.write(
            {"logistics_tracker_connection_id": track17.id, "logistics_tracker_code": "100002"}
        )
        picking = self.make_order().picking_ids
        self.ship(picking)
        picking.carrier_tracking_ref = "LX 1234 5678 9NL"
        self.sweep(self.server, server)
        self.assertEqual(
            server.followed, {"LX123456789NL": {"number": "LX123456789NL", "carrier": 100002}}
        )

    def test_only_who_follows_can_be_chosen(self):
        provider = self.env.ref("logistics_connector_carrier.provider_gls")
        gls = self.make_connection(provider)
        with self.assertRaises(ValidationError):
            self.method.logistics_tracker_connection_id = gls
        with self.assertRaises(UserError):
            gls.action_set_up_tracking()

    # -- again, and no more -------------------------------------------------------------------

    def test_it_is_asked_for_anew_a_day_before_it_ends(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.sweep()
        self.pass_days(12)
        self.assertEqual(self.sweep(), 0)
        self.pass_days(1)
        self.assertEqual(self.sweep(), 1)
        tracker = self.of(shipment)
        self.assertEqual(tracker.state, "following")
        self.assertGreater(tracker.until, fields.Datetime.now() + timedelta(days=13))
        self.assertLess(tracker.followed_at, fields.Datetime.now() - timedelta(days=12))

    def test_it_ends_with_the_delivery(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.sweep()
        shipment._record_own_event("DLV_DELIVERED", fields.Datetime.now())
        self.assertEqual((self.of(shipment).state, self.of(shipment).ended), ("ended", "over"))
        self.pass_days(20)
        self.assertEqual(self.sweep(), 0)

    def test_it_ends_after_ninety_days_without_news(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.sweep()
        self.pass_days(91)
        self.assertEqual(self.sweep(), 0)
        self.assertEqual(self.of(shipment).ended, "silent")

    def test_a_corrected_number_is_not_renewed(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        self.sweep()
        shipment = picking.shipment_ids
        shipment.reference_ids.filtered(lambda one: one.type == "tracking").write(
            {"valid_to": fields.Date.today() - timedelta(days=1)}
        )
        self.pass_days(13)
        self.assertEqual(self.sweep(), 0)
        self.assertEqual(self.of(shipment).ended, "withdrawn")

    # -- refusals -----------------------------------------------------------------------------

    def test_a_number_that_is_not_known_yet_is_asked_for_later(self):
        """A carrier knows a number some hours after its label only (carriers.md, 19)."""
        shipment = self.make_shipment("1Z999AA10000000003")
        self.server.unknown.add("1Z999AA10000000003")
        self.sweep()
        tracker = self.of(shipment)
        self.assertEqual((tracker.state, tracker.refusals), ("refused", 1))
        self.assertTrue(tracker.next_at)
        self.assertFalse(self.exceptions("numbers_not_followed"))
        self.server.unknown.clear()
        self.pass_days(1)
        self.sweep()
        self.assertEqual((self.of(shipment).state, self.of(shipment).problem), ("following", False))

    def test_a_number_that_is_refused_for_days_becomes_one_case(self):
        numbers = ["1Z999AA10000000003", "1Z999AA10000000004"]
        shipments = [self.make_shipment(number) for number in numbers]
        self.server.unknown |= set(numbers)
        for _try in range(5):
            self.sweep()
            self.pass_days(4)
        case = self.exceptions("numbers_not_followed")
        self.assertEqual(len(case), 1, "one for the connection")
        self.assertIn("2 numbers", case.detail)
        self.assertEqual(self.sweep(), 0, "it is not asked for for ever")
        # A person asks again, as a manager of Logistics.
        self.server.unknown.clear()
        clerk, manager = (self.make_user(f"who_{one}", GROUP + one) for one in ("user", "manager"))
        trackers = self.of(shipments[0]) | self.of(shipments[1])
        with self.assertRaises(UserError):
            trackers.with_user(clerk).action_ask_again()
        trackers.with_user(manager).action_ask_again()
        self.sweep()
        self.assertEqual(set(trackers.mapped("state")), {"following"})
        self.assertFalse(self.exceptions("numbers_not_followed"))

    def test_a_message_that_never_left_is_no_yes(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.env["logistics.tracker"].sudo()._sweep()
        self.settle(self.messages(), "dead", "they were down for three days")
        tracker = self.of(shipment)
        self.assertEqual(tracker.state, "refused")
        self.assertIn("three days", tracker.problem)
        self.assertTrue(tracker.next_at)

    def test_an_answer_that_is_told_twice_changes_nothing(self):
        shipment = self.make_shipment("1Z999AA10000000003")
        self.server.unknown.add("1Z999AA10000000003")
        self.sweep()
        answer = self.env["logistics.answer"].search(
            [("message_id", "=", self.of(shipment).message_id.id)]
        )
        self.connection._take_answer(answer)
        self.assertEqual(self.of(shipment).refusals, 1)

    # -- address and secret -------------------------------------------------------------------

    def test_a_new_address_or_secret_is_given_at_once(self):
        self.make_shipment("1Z999AA10000000003")
        self.sweep()
        first = self.server.followed["1Z999AA10000000003"]["url"]
        self.connection.action_new_address()
        self.assertEqual(self.sweep(), 1)
        self.assertNotEqual(self.server.followed["1Z999AA10000000003"]["url"], first)
        self.env["logistics.credential"].create(
            {"connection_id": self.connection.id, "secret": "a-newer-secret-of-ours"}
        )
        self.assertEqual(self.sweep(), 1)
        said = self.server.followed["1Z999AA10000000003"]["credential"]
        self.assertEqual(said, "a-newer-secret-of-ours")

    def test_nothing_is_asked_while_the_address_is_not_known(self):
        self.connection.sudo().callback_encrypted = False
        self.make_shipment("1Z999AA10000000003")
        self.assertIn("new address", self.connection.tracking_lack)
        self.assertEqual(self.sweep(), 0)
        self.assertFalse(self.messages())
        with self.assertRaises(UserError):
            self.connection._flow("track")._make_engine()

    def test_nothing_is_asked_without_a_secret_to_show(self):
        self.connection.credential_ids.filtered(lambda one: one.direction == "in").unlink()
        self.make_shipment("1Z999AA10000000003")
        self.assertIn("secret", self.connection.tracking_lack)
        self.assertEqual(self.sweep(), 0)

    def test_the_live_system_gets_an_address_that_begins_with_https(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "http://shop.example")
        self.assertFalse(self.connection._tracking_lack(), "the test system may")
        self.connection.environment = "production"
        self.assertIn("https", self.connection._tracking_lack())

    def test_a_suspended_connection_asks_for_nothing(self):
        self.make_shipment("1Z999AA10000000003")
        self.connection.action_suspend()
        self.assertEqual(self.sweep(), 0)

    # -- rights -------------------------------------------------------------------------------

    def test_people_see_their_companies_numbers_only(self):
        self.make_shipment("1Z999AA10000000003")
        company = self.env["res.company"].create({"name": "Other Ltd"})
        clerk = self.make_user("here", GROUP + "user")
        stranger = self.make_user("there", GROUP + "user", company=company)
        rows = self.env["logistics.tracker"]
        self.assertTrue(rows.with_user(clerk).search([]))
        self.assertFalse(rows.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            rows.with_user(clerk).search([], limit=1).write({"state": "ended"})
        self.assertFalse(
            self.connection.with_user(clerk).read(["name"])[0].get("callback_encrypted")
        )

    def test_a_copy_of_the_connection_has_no_address(self):
        self.assertFalse(self.connection.copy().sudo().callback_encrypted)
