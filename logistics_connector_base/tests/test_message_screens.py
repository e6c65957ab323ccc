"""What the screens of messages say, for the least of those who open them."""

from odoo.tests import tagged

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"


@tagged("post_install", "-at_install")
class TestMessageScreens(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("screens_user", GROUP + "user")
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z999")

    def test_from_a_message_to_its_shipments_and_back(self):
        message = self.receive(self.connection, self.message(self.scan("MOV_ARRIVED")))
        mine = message.with_user(self.user)
        self.assertEqual((mine.shipment_ids, mine.shipment_count), (self.shipment, 1))
        self.assertEqual(mine.action_view_shipments()["res_id"], self.shipment.id)
        shipment = self.shipment.with_user(self.user)
        self.assertEqual(shipment.message_source_count, 1)
        action = shipment.action_view_messages()
        found = self.env["logistics.message"].with_user(self.user).search(action["domain"])
        self.assertEqual(found, message)
        action = self.connection.with_user(self.user).action_view_messages()
        self.assertEqual(found.search(action["domain"]), message)

    def test_shipments_of_other_companies_are_not_shown(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.connection.company_ids = other
        self.make_shipment("1Z777", company=other)
        message = self.receive(
            self.connection, self.message(self.scan("MOV_ARRIVED", number="1Z777"))
        )
        self.assertEqual(message.shipment_count, 1)
        self.assertFalse(message.with_user(self.user).shipment_ids)

    def test_the_story_tells_tries_copies_and_the_end(self):
        body = self.message(self.scan("MOV_ARRIVED"))
        message = self.receive(self.connection, body)
        self.receive(self.connection, body)
        story = message.with_user(self.user).story
        for text in ("Received", "1 copies came", "Worked: 1 events"):
            self.assertIn(text, story)
        failed = self.receive(self.connection, b"<no json/>")
        self.assertIn("Given up", failed.with_user(self.user).story)
        self.assertIn("Try 1 failed", failed.with_user(self.user).story)

    def test_a_parked_message_names_what_it_waits_for(self):
        message = self.receive(
            self.connection, self.message(self.scan("MOV_ARRIVED", number="1Z404"))
        )
        self.assertEqual(message.with_user(self.user).waits_for, "1Z404")
        self.assertIn("1Z404", message.with_user(self.user).why)
        self.make_shipment("1Z404")
        self.work_inbox()
        self.assertFalse(message.waits_for)

    def test_messages_with_one_correlation_id_find_each_other(self):
        first = self.receive(self.connection, self.message(self.scan("MOV_ARRIVED")))
        second = self.receive(self.connection, self.message(self.scan("DLV_OUT")))
        self.assertFalse(first.correlated_count)
        second.correlation_id = first.correlation_id
        self.env.invalidate_all()
        mine = first.with_user(self.user)
        self.assertEqual(mine.correlated_count, 1)
        self.assertEqual(mine.search(mine.action_view_correlated()["domain"]), second)

    def test_a_message_is_found_by_each_of_its_ids(self):
        connection = self.make_connection(name="no ids", message_id_header=False)
        scan = self.message(self.scan("MOV_ARRIVED"), message_id="order 66")
        message = self.receive(self.connection, scan)
        bare = self.receive(connection, b"<no json/>")
        messages = self.env["logistics.message"].with_user(self.user)
        for text in (message.receipt, message.correlation_id, "order 66", " order 66 "):
            self.assertEqual(messages.search([("any_id", "=", text)]), message, text)
        self.assertEqual(messages.search([("any_id", "=", bare.digest)]), bare)
        self.assertFalse(messages.search([("any_id", "=", "order")]), "as a whole")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.receive(self.make_connection(name="theirs", company=other), b"<other/>")
        self.assertFalse(messages.search([("any_id", "=", theirs.receipt)]))

    def test_counts_of_a_connection(self):
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED")))
        last = self.receive(self.connection, b"<no json/>")
        empty = self.make_connection(name="empty")
        found = (self.connection | empty).with_user(self.user)
        self.assertEqual(found.mapped("message_count"), [2, 0])
        self.assertEqual(found.mapped("message_count_text"), ["2", "0"])
        self.assertEqual(found.mapped("dead_count"), [1, 0])
        self.assertEqual(found.mapped("exception_count"), [1, 0])
        self.assertEqual(found[0].last_message_at, last.received_at)
        self.assertFalse(self.env["logistics.connection"].new({}).message_count)

    def test_a_shipment_is_found_by_any_number_or_name(self):
        partner = self.env["res.partner"].create({"name": "Quartz Ltd"})
        wanted = self.make_shipment("1ZQ77", partner_id=partner.id, origin="SO-QQ-1")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_shipment("1ZQ77", company=other)
        shipments = self.env["logistics.shipment"].with_user(self.user)
        for text in (wanted.name, "zq77", "quartz", "so-qq"):
            self.assertEqual(shipments.search([("any_number", "ilike", text)]), wanted, text)
        self.assertEqual(shipments.name_search("ZQ77"), [(wanted.id, wanted.name)])
        self.assertEqual(
            shipments.name_search(wanted.name, operator="="), [(wanted.id, wanted.name)]
        )
        self.assertNotIn(wanted, shipments.search([("any_number", "not ilike", "quartz")]))
        self.assertIn(self.shipment, shipments.search([("any_number", "not ilike", "quartz")]))

    def test_a_default_page_never_reads_the_history(self):
        """Every entry of the menu that lists messages begins with a filter that an index serves."""
        menu = self.env.ref("logistics_connector_base.menu_logistics_message")
        for child in menu.child_id:
            if child.action.res_model != "logistics.message":
                continue
            context = child.action.context
            self.assertIn("search_default_", context, child.name)
