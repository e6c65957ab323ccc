"""Users who are narrowed to warehouses, connections, sales teams or countries see nothing else: in
lists, groups, exports, counts, messages, exceptions, documents and by RPC."""

import base64

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged

from .common import InboxCommon

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

    def test_what_a_detector_would_find_counts_all_shipments(self):
        detector = self.env["logistics.detector"].search([], limit=1)
        self.assertNotIn("error", detector.with_env(self.env(user=self.lisa)).preview_draft())
        env = self.narrow(warehouse_ids=self.near)
        self.assertIn("error", detector.with_env(env).preview_draft())
        self.assertFalse(detector.with_env(env).preview_days)

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
