"""Users who are narrowed to warehouses, connections, sales teams or countries see nothing else: in
lists, groups, exports, counts, messages, exceptions, documents and by RPC."""

import base64
from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tests import HttpCase, JsonRpcException, tagged

from .common import InboxCommon
from .polling import TRACK_URL, TRACKING

GROUP = "logistics_connector_base.group_logistics_"


@tagged("post_install", "-at_install")
class TestScope(InboxCommon):
    """Two of everything: whoever is narrowed to one must never meet the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouse = cls.env["stock.warehouse"]
        cls.near = warehouse.search([("company_id", "=", cls.company.id)], limit=1)
        cls.far = warehouse.create({"name": "Far away", "code": "FAR"})
        teams = cls.env["crm.team"]
        cls.team, cls.other_team = teams.create([{"name": "Export"}, {"name": "Home"}])
        cls.belgium, cls.france = cls.env.ref("base.be"), cls.env.ref("base.fr")
        partners = cls.env["res.partner"].create(
            [
                {"name": "Anke", "country_id": cls.belgium.id},
                {"name": "Benoît", "country_id": cls.france.id},
            ]
        )
        orders = cls.env["sale.order"].create(
            [
                {"partner_id": partners[0].id, "team_id": cls.team.id},
                {"partner_id": partners[1].id, "team_id": cls.other_team.id},
            ]
        )
        cls.mine, cls.theirs = (
            cls.make_shipment(
                number,
                warehouse_id=place.id,
                partner_id=partner.id,
                sale_order_ids=[(6, 0, order.ids)],
            )
            for number, place, partner, order in zip(
                ("1ZMINE", "1ZTHEIRS"), (cls.near, cls.far), partners, orders, strict=True
            )
        )
        cls.orders = orders
        cls.connection, cls.other_connection = (
            cls.make_connection(name=name) for name in ("one", "two")
        )
        cls.lisa = cls.make_user(
            "scope-lisa",
            GROUP + "manager",
            GROUP + "personal",
            "sales_team.group_sale_manager",
            "base.group_allow_export",
        )
        cls.env["logistics.code.coverage"].create(
            [
                {
                    "company_id": cls.company.id,
                    "connection_id": connection.id,
                    "provider": "acme3pl",
                    "raw_code": "ZZ9",
                }
                for connection in (cls.connection, cls.other_connection)
            ]
        )

    def setUp(self):
        super().setUp()
        document = self.document(b"%PDF-1.4 pod")
        for number, connection in (
            ("1ZMINE", self.connection),
            ("1ZTHEIRS", self.other_connection),
        ):
            self.receive(
                connection,
                self.message(
                    self.scan("MOV_DEPARTED", number=number, documents=[document]),
                    self.scan("EXC_DAMAGE", "2026-03-11T10:00:00+01:00", number),
                    self.scan("ZZ9", "2026-03-12T10:00:00+01:00", number),
                ),
            )
        # What belongs to no shipment, and what cannot be read.
        for connection in (self.connection, self.other_connection):
            self.receive(connection, self.message(self.scan("MOV_DEPARTED", number="1ZNOBODY")))
            self.receive(connection, "{")
        self.env["logistics.shipment.charge"].create(
            [
                {"shipment_id": shipment.id, "name": "Freight", "kind": "booked", "amount": amount}
                for shipment, amount in ((self.mine, 10), (self.theirs, 999))
            ]
        )

    def narrow(self, **values):
        """Narrow Lisa to these; the environment as she has it."""
        values = {name: [(6, 0, records.ids)] for name, records in values.items()}
        self.env["logistics.scope"].create(
            {"name": "Hers", "user_ids": [(6, 0, self.lisa.ids)], **values}
        )
        self.env.invalidate_all()
        return self.env(user=self.lisa)

    def assert_only_mine(self, env):
        """Nothing of the other shipment, by whatever way."""
        hers, theirs = self.mine.with_env(env), self.theirs.with_env(env)
        shipments = env["logistics.shipment"]
        self.assertEqual(shipments.search([]) & (hers | theirs), hers)
        self.assertFalse(shipments.search([("any_number", "=", "1ZTHEIRS")]))
        self.assertFalse(shipments.name_search("1ZTHEIRS"))
        # Grouped, counted, exported.
        rows = shipments.formatted_read_group(
            [("id", "in", (hers | theirs).ids)], ["warehouse_id"], ["__count"]
        )
        self.assertEqual([row["__count"] for row in rows], [1])
        exported = shipments.search([("id", "in", (hers | theirs).ids)]).export_data(["name"])
        self.assertEqual(exported["datas"], [[hers.name]])
        with self.assertRaises(AccessError):
            theirs.read(["name"])
        with self.assertRaises(AccessError):
            theirs.export_data(["name"])
        with self.assertRaises(AccessError):
            theirs.write({"service": "mine now"})
        # What hangs on them, asked for by the other one's own ids.
        for model in (
            "logistics.event",
            "logistics.exception",
            "logistics.effect",
            "logistics.shipment.package",
            "logistics.shipment.reference",
            "logistics.shipment.charge",
        ):
            everything = self.env[model].sudo().search([("shipment_id", "=", self.theirs.id)])
            self.assertTrue(everything, model)
            records = everything.with_env(env)
            self.assertFalse(env[model].search([("id", "in", everything.ids)]), model)
            with self.assertRaises(AccessError, msg=model):
                records.read(["id", "shipment_id"])
            self.assertTrue(env[model].search([("shipment_id", "=", hers.id)]), model)
        total = env["logistics.shipment.charge"]._read_group([], [], ["amount:sum"])[0][0]
        self.assertEqual(total, 10)
        self.assertEqual(hers.exception_count, 1)
        # Messages: told of it.
        told = self.env["logistics.event"].search([("shipment_id", "=", self.theirs.id)]).message_id
        self.assertFalse(env["logistics.message"].search([("id", "in", told.ids)]))
        with self.assertRaises(AccessError):
            told.with_env(env).read(["receipt"])
        with self.assertRaises(AccessError):
            told.with_env(env).read(["body_text"])
        own = self.env["logistics.event"].search([("shipment_id", "=", self.mine.id)]).message_id
        self.assertEqual(env["logistics.message"].search([("id", "in", own.ids)]).ids, own.ids)
        self.assertIn("1ZMINE", own.with_env(env).body_text)
        # Documents.
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "logistics.shipment"), ("res_id", "=", self.theirs.id)]
        )
        self.assertTrue(files)
        self.assertFalse(env["ir.attachment"].search([("id", "in", files.ids)]))
        with self.assertRaises(AccessError):
            files.with_env(env).read(["datas"])
        mine = self.mine.with_env(env).document_ids
        self.assertEqual(base64.b64decode(mine[:1].datas), b"%PDF-1.4 pod")
        # Smart buttons of what she sees otherwise.
        counts = self.orders.with_env(env).mapped("shipment_count")
        self.assertEqual(counts, [1, 0])
        action = self.orders[1].with_env(env).action_view_shipments()
        self.assertFalse(shipments.search(action["domain"]))
        with self.assertRaises(AccessError):
            self.theirs.with_env(env).action_trace()

    def assert_screens_open(self, env):
        """Whatever a screen may show of what she sees can be read, other partners' tellings too."""
        scan = self.scan("DLV_OUT", "2026-03-14T10:00:00+01:00", "1ZMINE")
        self.receive(self.other_connection, self.message(scan))
        for model in (
            "logistics.shipment",
            "logistics.event",
            "logistics.exception",
            "logistics.message",
            "logistics.connection",
            "logistics.flow",
            "logistics.poll",
        ):
            records = env[model].search([])
            for name, field in env[model].fields_get().items():
                line = field.get("relation")
                if line and field["type"] == "one2many" and not env[line].has_access("read"):
                    continue
                self.env.invalidate_all()
                records.read([name])
        self.env.invalidate_all()
        trace = self.mine.with_env(env).action_trace()
        story = env["logistics.trace"].browse(trace["res_id"]).story
        self.assertNotIn("1ZTHEIRS", story)
        self.assertTrue(
            env["logistics.message"].search(
                self.mine.with_env(env).action_view_messages()["domain"]
            )
        )

    def assert_nothing_unattached(self, env):
        loose = self.env["logistics.event"].search([("shipment_id", "=", False)])
        self.assertTrue(loose)
        self.assertFalse(env["logistics.event"].search([("id", "in", loose.ids)]))
        dead = self.env["logistics.message"].search([("state", "=", "dead")])
        self.assertTrue(dead)
        self.assertFalse(env["logistics.message"].search([("id", "in", dead.ids)]))
        cases = self.env["logistics.exception"].search([("shipment_id", "=", False)])
        self.assertTrue(cases)
        self.assertFalse(env["logistics.exception"].search([("id", "in", cases.ids)]))
        self.assertFalse(env["logistics.code.coverage"].search([]))
        self.assertEqual(self.connection.with_env(env).dead_count, 0)

    def test_by_warehouse(self):
        env = self.narrow(warehouse_ids=self.near)
        self.assert_only_mine(env)
        self.assert_nothing_unattached(env)
        self.assertEqual(self.other_connection.with_env(env).message_count, 0)
        self.assert_screens_open(env)

    def test_by_sales_team(self):
        env = self.narrow(sales_team_ids=self.team)
        self.assert_only_mine(env)
        self.assert_nothing_unattached(env)
        self.assert_screens_open(env)

    def test_by_country(self):
        env = self.narrow(country_ids=self.belgium)
        self.assert_only_mine(env)
        self.assert_nothing_unattached(env)
        self.assert_screens_open(env)

    def test_by_connection(self):
        env = self.narrow(connection_ids=self.connection)
        self.assert_only_mine(env)
        # Of that partner she sees what belongs to nobody, too.
        loose = env["logistics.event"].search([("shipment_id", "=", False)])
        self.assertEqual(loose.sudo().connection_id, self.connection)
        dead = env["logistics.message"].search([("state", "=", "dead")])
        self.assertEqual(dead.sudo().connection_id, self.connection)
        cases = env["logistics.exception"].search([("shipment_id", "=", False)])
        self.assertEqual(cases.sudo().connection_id, self.connection)
        self.assertEqual(env["logistics.connection"].search([]), self.connection)
        with self.assertRaises(AccessError):
            self.other_connection.with_env(env).read(["name"])
        rows = env["logistics.code.coverage"].search([])
        self.assertEqual(rows.sudo().connection_id, self.connection)
        self.assertEqual(self.connection.with_env(env).dead_count, 1)
        self.assert_screens_open(env)

    def test_several_dimensions_narrow_together(self):
        env = self.narrow(warehouse_ids=self.near, country_ids=self.france)
        self.assertFalse(env["logistics.shipment"].search([]))
        self.theirs.warehouse_id = self.near
        self.assertEqual(env["logistics.shipment"].search([]).ids, self.theirs.ids)

    def test_several_scopes_add_up(self):
        env = self.narrow(warehouse_ids=self.near)
        self.narrow(country_ids=self.france)
        found = env["logistics.shipment"].search([])
        self.assertEqual(found & (self.mine | self.theirs), self.mine | self.theirs)

    def test_who_has_none_sees_the_companies_and_loses_it_at_once(self):
        env = self.env(user=self.lisa)
        both = (self.mine | self.theirs).with_env(env)
        self.assertEqual(env["logistics.shipment"].search([("id", "in", both.ids)]), both)
        env = self.narrow(warehouse_ids=self.near)
        self.assertEqual(
            env["logistics.shipment"].search([("id", "in", both.ids)]).ids, both[0].ids
        )
        scope = self.env["logistics.scope"].search([("name", "=", "Hers")])
        # An archived scope narrows to nothing: it does not let loose.
        scope.active = False
        self.assertFalse(env["logistics.shipment"].search([("id", "in", both.ids)]))
        scope.unlink()
        self.assertEqual(env["logistics.shipment"].search([("id", "in", both.ids)]), both)
        # From the user's own form as well.
        self.narrow(warehouse_ids=self.far)
        self.lisa.logistics_scope_ids = False
        self.assertEqual(env["logistics.shipment"].search([("id", "in", both.ids)]), both)

    def test_who_is_moved_takes_all_along(self):
        env = self.narrow(warehouse_ids=self.near)
        self.mine.warehouse_id = self.far
        self.env.flush_all()
        self.assertFalse(env["logistics.event"].search([("shipment_id", "=", self.mine.id)]))
        self.assertFalse(env["logistics.exception"].search([("shipment_id", "=", self.mine.id)]))

    def test_a_message_about_both_shows_its_events_and_not_its_text(self):
        message = self.receive(
            self.connection,
            self.message(
                self.scan("MOV_ARRIVED", "2026-03-13T10:00:00+01:00", "1ZMINE"),
                self.scan("MOV_ARRIVED", "2026-03-13T10:00:00+01:00", "1ZTHEIRS"),
            ),
        )
        env = self.narrow(warehouse_ids=self.near)
        hers = message.with_env(env)
        self.assertEqual(hers.event_ids.shipment_id, self.mine)
        self.assertEqual(hers.shipment_count, 1)
        self.assertNotIn("1ZTHEIRS", hers.body_text)
        self.assertFalse(hers.body_file)
        self.assertIn("1ZTHEIRS", message.with_user(self.env.ref("base.user_admin")).body_text)

    def test_a_message_that_only_repeats_is_hers_too(self):
        scan = self.scan("MOV_DEPARTED", number="1ZMINE")
        again = self.receive(self.other_connection, self.message(scan))
        env = self.narrow(warehouse_ids=self.near)
        self.assertTrue(env["logistics.message"].search([("id", "=", again.id)]))
        self.assertTrue(again.with_env(env).has_access("read"))

    def test_messages_that_went_out(self):
        outgoing = self.env["logistics.message"].sudo()
        keys = {"direction": "out", "channel": "call", "state": "delivered"}
        keys |= {"company_id": self.company.id, "provider": "canonical", "digest": "0"}
        keys |= {"connection_id": self.connection.id, "received_at": "2026-03-10 10:00:00"}
        sent = outgoing.create(
            [
                {
                    **keys,
                    "receipt": f"scope-{shipment.id}",
                    "correlation_id": "one story",
                    "res_model": "logistics.shipment",
                    "res_id": shipment.id,
                }
                for shipment in (self.mine, self.theirs)
            ]
        )
        env = self.narrow(warehouse_ids=self.near)
        found = env["logistics.message"].search([("correlation_id", "=", "one story")])
        self.assertEqual(found.ids, sent[0].ids)
        self.assertTrue(sent[0].with_env(env).has_access("read"))
        self.assertFalse(sent[1].with_env(env).has_access("read"))

    def _previews(self, env, *names):
        """What previews of some conditions say, 20 days after the scans."""
        found = {}
        for name in names:
            detector = self.env["logistics.detector"].with_context(active_test=False)
            detector = detector.search([("condition", "=", f"logistics.condition.{name}")])
            with patch.object(fields.Datetime, "now", lambda *args: datetime(2026, 3, 31)):
                found[name] = detector.with_env(env).preview_draft()
        return found

    def test_a_preview_counts_what_the_reader_sees(self):
        names = ("stale", "connection_silent", "latency_high")
        everything = self._previews(self.env(user=self.lisa), *names)
        samples = {row["id"] for row in everything["stale"]["samples"]}
        self.assertLessEqual({self.mine.id, self.theirs.id}, samples)
        self.assertEqual(everything["connection_silent"]["still"], 2)
        env = self.narrow(warehouse_ids=self.near)
        hers = self._previews(env, *names)
        self.assertEqual([row["id"] for row in hers["stale"]["samples"]], self.mine.ids)
        self.assertEqual(hers["stale"]["still"], 1)
        for name in names[1:]:
            self.assertIn("may not see", hers[name]["error"], "its figures are of all shipments")
        self.assertFalse(self.env["logistics.detector"].with_env(env).search([])[0].preview_days)

    def test_a_preview_counts_the_reader_s_connections(self):
        env = self.narrow(connection_ids=self.connection)
        hers = self._previews(env, "connection_silent", "stale")
        self.assertEqual([row["id"] for row in hers["stale"]["samples"]], self.mine.ids)
        ids = [row["id"] for row in hers["connection_silent"]["samples"]]
        self.assertEqual(ids, self.connection.ids)
        # A scope of another sort shows her the other connection, and not what came over it.
        self.narrow(country_ids=self.france)
        self.assertEqual(len(env["logistics.connection"].search([])), 2)
        self.assertEqual(self._previews(env, "connection_silent")["connection_silent"]["still"], 1)

    def test_what_blocks_an_order_names_no_other_s_shipment(self):
        for order in self.orders:
            order.order_line = [(0, 0, {"product_id": self._goods().id, "product_uom_qty": 1})]
            order.action_confirm()
        (self.mine | self.theirs).write({"on_hold": True})
        self.env.flush_all()
        self.env["logistics.business.desk"]._take_and_write(100)
        env = self.narrow(warehouse_ids=self.near)
        hers, theirs = (order.with_env(env) for order in self.orders)
        self.assertIn(self.mine.name, hers.logistics_blocked_reason)
        self.assertTrue(theirs.logistics_blocked_reason)
        self.assertNotIn(self.theirs.name, theirs.logistics_blocked_reason)
        self.assertNotIn(self.theirs.name, str(theirs.logistics_reasons))
        self.assertIn(self.theirs.name, self.orders[1].logistics_blocked_reason)
        # Not by asking for it either.
        orders, both = env["sale.order"], Domain("id", "in", self.orders.ids)
        for word, found in ((self.theirs.name, orders), (self.mine.name, hers)):
            asked = both & Domain("logistics_blocked_reason", "ilike", word)
            self.assertEqual(orders.search(asked), found)
        self.assertNotIn(
            self.theirs.name,
            str(orders._read_group(both, ["logistics_blocked_reason"], ["__count"])),
        )

    def _goods(self):
        return self.env["product.product"].create({"name": "Lamp", "is_storable": True})

    def test_nothing_is_moved_out_of_ones_own_scope(self):
        env = self.narrow(warehouse_ids=self.near)
        hers = self.mine.with_env(env)
        case = env["logistics.exception"].search([("shipment_id", "=", hers.id)], limit=1)
        package = hers.package_ids[:1]
        for record, change in (
            (hers, {"warehouse_id": self.far.id}),
            (case, {"shipment_id": self.theirs.id}),
            (package, {"shipment_id": self.theirs.id}),
            (hers.reference_ids[:1], {"shipment_id": self.theirs.id}),
        ):
            with self.subTest(record), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.write(change)
        for model, values in (
            ("logistics.shipment.package", {"tracking_number": "1ZNEW"}),
            ("logistics.shipment.charge", {"name": "x", "kind": "booked", "amount": 1}),
            (
                "logistics.exception",
                {
                    "name": "x",
                    "key": "x",
                    "type_id": case.type_id.id,
                    "severity": "minor",
                    "company_id": self.company.id,
                },
            ),
        ):
            with self.subTest(model), self.assertRaises(AccessError), self.env.cr.savepoint():
                env[model].create({**values, "shipment_id": self.theirs.id})
        hers.write({"service": "Express"})
        case.write({"user_id": self.lisa.id})
        package.write({"tracking_number": "1ZMINE2"})

    def test_no_case_is_given_to_whom_it_is_hidden_from(self):
        self.narrow(warehouse_ids=self.near)
        boss = self.env(user=self.make_user("scope-boss", GROUP + "manager"))
        case = boss["logistics.exception"].search([("shipment_id", "=", self.theirs.id)], limit=1)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            case.user_id = self.lisa
        wizard = boss["logistics.exception.assign"].create(
            {"exception_ids": [(6, 0, case.ids)], "user_id": self.lisa.id}
        )
        said = wizard.action_assign()["params"]
        self.assertIn("sees a part of the shipments only", said["message"])
        self.assertFalse(case.user_id)

    def test_followers_are_told_of_what_they_see_only(self):
        followed = self.mine | self.theirs
        followed.message_subscribe(self.lisa.partner_id.ids)
        cases = self.env["logistics.exception"].search([("shipment_id", "in", followed.ids)])
        cases.message_subscribe(self.lisa.partner_id.ids)
        self.narrow(warehouse_ids=self.near)
        for record in (*followed, *cases):
            is_hers = self.mine in (record, getattr(record, "shipment_id", False))
            message = record.message_post(body="News", subtype_xmlid="mail.mt_comment")
            told = message.notified_partner_ids
            self.assertEqual(self.lisa.partner_id in told, is_hers, record)
            # Nor who is named.
            message = record.message_post(body="See", partner_ids=self.lisa.partner_id.ids)
            self.assertEqual(self.lisa.partner_id in message.notified_partner_ids, is_hers)

    def test_leaders_and_administrators_are_told_of_what_they_see_only(self):
        team = self.env["logistics.team"].create({"name": "Desk", "user_id": self.lisa.id})
        self.lisa.group_ids += self.env.ref(GROUP + "admin")
        case = self.env["logistics.exception"].search(
            [("shipment_id", "=", self.theirs.id)], limit=1
        )
        case.team_id = team
        self.assertEqual(case._leader(), self.lisa)
        self.narrow(warehouse_ids=self.near)
        self.assertFalse(case._leader())
        case.activity_ids.unlink()
        case._call_administrators()
        self.assertNotIn(self.lisa, case.activity_ids.user_id)

    def test_polls_count_the_shipments_that_one_sees(self):
        polls = self.env["logistics.poll"]
        self.patch(type(polls), "_declared", lambda poll: TRACKING)
        poll = polls.create(
            {"name": "Parcels", "connection_id": self.connection.id, "url": TRACK_URL}
        )
        rows = self.env["logistics.poll.shipment"]
        rows.sudo().search([]).unlink()
        for hours, shipment in enumerate((self.theirs, self.mine)):
            rows.sudo().create(
                {
                    "poll_id": poll.id,
                    "shipment_id": shipment.id,
                    "company_id": self.company.id,
                    "begun_at": datetime(2026, 3, 19),
                    "next_at": datetime(2026, 3, 20, hours),
                }
            )
        self.env.flush_all()
        seen = poll.with_user(self.lisa)
        self.assertEqual((seen.shipment_count, seen.next_at.hour), (2, 0))
        env = self.narrow(warehouse_ids=self.near)
        seen = poll.with_env(env)
        self.assertEqual((seen.shipment_count, seen.next_at.hour), (1, 1))

    def test_usual_gaps_are_counted_over_all_shipments(self):
        gap = {"kind": "lane", "key": "x", "hours": 3, "samples": 99}
        self.env["logistics.usual.gap"].create({**gap, "company_id": self.company.id})
        self.assertTrue(self.env(user=self.lisa)["logistics.usual.gap"].search([]))
        env = self.narrow(warehouse_ids=self.near)
        self.assertFalse(env["logistics.usual.gap"].search([]))

    def test_a_scope_is_narrowed_to_something(self):
        with self.assertRaises(ValidationError):
            self.env["logistics.scope"].create({"name": "Everything"})
        scope = self.env["logistics.scope"].create(
            {"name": "Team", "sales_team_ids": [(6, 0, self.team.ids)]}
        )
        with self.assertRaises(ValidationError):
            scope.sales_team_ids = False

    def test_managers_look_and_administrators_decide(self):
        env = self.env(user=self.lisa)
        scope = (
            env["logistics.scope"]
            .sudo()
            .create({"name": "Team", "sales_team_ids": [(6, 0, self.team.ids)]})
        )
        self.assertEqual(scope.with_env(env).name, "Team")
        with self.assertRaises(AccessError):
            scope.with_env(env).name = "Mine"
        user = self.make_user("scope-user", GROUP + "user")
        with self.assertRaises(AccessError):
            scope.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            user.with_user(user).logistics_scope_ids = False
        admin = self.make_user("scope-admin", GROUP + "admin")
        scope.with_user(admin).user_ids = user
        self.assertEqual(user._logistics_scopes(), scope)

    def test_the_service_is_not_narrowed(self):
        env = self.env(user=self.service)
        found = env["logistics.shipment"].search([("id", "in", (self.mine | self.theirs).ids)])
        self.assertEqual(len(found), 2)

    # -- connections of shipments -------------------------------------------------------------

    def test_connections_of_a_shipment_follow_its_events(self):
        self.assertEqual(self.mine.connection_ids, self.connection)
        self.receive(
            self.other_connection,
            self.message(self.scan("DLV_OUT", "2026-03-14T10:00:00+01:00", "1ZMINE")),
        )
        self.assertEqual(self.mine.connection_ids, self.connection | self.other_connection)
        taken = self.mine.event_ids.filtered(
            lambda event: event.connection_id == self.other_connection
        )
        taken._detach()
        self.assertEqual(self.mine.connection_ids, self.connection)
        taken._attach(self.theirs)
        self.assertEqual(self.theirs.connection_ids, self.other_connection)

    def test_every_model_of_logistics_knows_its_part(self):
        """A new model that hangs on shipments or partners gets a rule, or a reason why not."""
        links = {"shipment_id", "event_id", "message_id", "exception_id", "connection_id"}
        for name, model in self.env.items():
            if not name.startswith("logistics.") or model._abstract or model._transient:
                continue
            own = {
                field
                for field in links & set(model._fields)
                if model._fields[field].type == "many2one"
                and model._fields[field].comodel_name.startswith("logistics.")
            }
            if not own or name in WITHOUT_RULE:
                continue
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            narrowed = rules.filtered(lambda rule: "_logistics_domain" in (rule.domain_force or ""))
            self.assertTrue(narrowed, f"{name} has no rule for data scopes")


WITHOUT_RULE = {
    "logistics.answer": "nobody but the system reads it",
    "logistics.parked.reference": "the service alone reads it",
    "logistics.message.key": "administrators alone read it: identities, no content",
    "logistics.event.mapping": "what codes mean is no secret within the company",
    "logistics.assignment.rule": "how cases are given out, not cases",
    "logistics.sla.policy": "how long cases may take, not cases",
    "logistics.detector.threshold": "what is looked for, not what is found",
    "logistics.contract": "what is agreed, not what is told",
    "logistics.contract.sample": "what is agreed, not what is told",
}


@tagged("post_install", "-at_install")
class TestScopeOverRpc(HttpCase, InboxCommon):
    """The same, asked as a browser or another program asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        near = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        far = near.create({"name": "Far away", "code": "FAR"})
        cls.mine = cls.make_shipment("1ZMINE", warehouse_id=near.id)
        cls.theirs = cls.make_shipment("1ZTHEIRS", warehouse_id=far.id)
        cls.lisa = cls.make_user("rpc-lisa", GROUP + "user", "base.group_allow_export")
        cls.env["logistics.scope"].create(
            {
                "name": "Hers",
                "user_ids": [(6, 0, cls.lisa.ids)],
                "warehouse_ids": [(6, 0, near.ids)],
            }
        )

    def call(self, method, *args, model="logistics.shipment", **kwargs):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self.make_jsonrpc_request(f"/web/dataset/call_kw/{model}/{method}", params)

    def test_no_way_leads_to_the_other_one(self):
        self.authenticate("rpc-lisa", "rpc-lisa")
        both = [("id", "in", [self.mine.id, self.theirs.id])]
        found = self.call("web_search_read", both, {"name": {}, "package_ids": {"fields": {}}})
        self.assertEqual([row["id"] for row in found["records"]], self.mine.ids)
        self.assertEqual(self.call("search_count", both), 1)
        groups = self.call("web_read_group", both, ["state"], ["__count"])
        self.assertEqual([group["__count"] for group in groups["groups"]], [1])
        for method, *args in (
            ("read", self.theirs.ids, ["name"]),
            ("web_read", self.theirs.ids, {"name": {}}),
            ("export_data", self.theirs.ids, ["name"]),
            ("action_trace", self.theirs.ids),
            ("action_view_messages", self.theirs.ids),
            ("write", self.theirs.ids, {"service": "x"}),
        ):
            with self.assertLogs("odoo.http", "WARNING"), self.assertRaises(JsonRpcException):
                self.call(method, *args)
        # What she may not say of herself.
        with self.assertLogs("odoo.http", "WARNING"), self.assertRaises(JsonRpcException):
            self.call("write", self.lisa.ids, {"logistics_scope_ids": [(5,)]}, model="res.users")
        with self.assertLogs("odoo.http", "WARNING"), self.assertRaises(JsonRpcException):
            self.call("_logistics_domain", self.lisa.ids, "logistics.shipment", model="res.users")
