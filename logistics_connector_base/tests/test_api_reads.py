"""What a page costs, and that its indexes are used."""

from odoo.tests import tagged
from odoo.tools import SQL

from ..api import callers, changes, reads
from ..core.api.paging import Place
from .api import ApiCommon


@tagged("post_install", "-at_install")
class TestApiReads(ApiCommon):
    def reader(self, **values):
        _key, secret = self.make_key(**values)
        caller = callers.find(self.env.cr, f"Bearer {secret}")
        return reads.Reader(self.env.cr, caller)

    def test_few_statements_a_page(self):
        self.tell_all()
        for reader in (self.reader(), self.reader(connections=self.north)):
            for count, method, arguments in (
                (5, reader.shipments, (Place(), 200)),
                (5, reader.search_shipments, (Place(), 200, [(("tracking",), "1ZNORTH")])),
                (5, reader.shipment, (self.of_north.public_id,)),
                (1, reader.events, (Place(), 200)),
                (2, reader.shipment_events, (self.of_north.public_id, Place(), 200)),
                (2, reader.orders, (Place(), 200)),
                (1, reader.receipts, (Place(), 200)),
            ):
                self.env.flush_all()
                if method == reader.orders:
                    count = 1  # none here: nothing more to ask
                with self.assertQueryCount(count):
                    method(*arguments)

    def plan(self, reader, method, *arguments, **values):
        """How PostgreSQL would read what a method reads first."""
        seen = []

        def explain(query, **more):
            seen.append((query, {**reader.scope, **more}))
            return [{"id": None, "scanned": 0}] if "scanned" in query else []

        self.patch(reads.Reader, "_rows", lambda _self, query, **more: explain(query, **more))
        method(*arguments, **values)
        # A statement of the module's own.
        # pylint: disable-next=sql-injection
        self.env.cr.execute("EXPLAIN " + seen[0][0], seen[0][1])
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def test_pages_are_read_by_indexes(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO logistics_shipment (name, company_id, mode, state, public_id, write_date)
            SELECT 'BULK/' || n, %s, 'parcel', 'draft', md5(n::text), now()
            FROM generate_series(1, 8000) n
            """,
            (self.company.id,),
        )
        self.env.cr.execute(
            "DELETE FROM logistics_change; INSERT INTO logistics_change "
            "SELECT id, 'shipment', id, company_id FROM logistics_shipment"
        )
        self.env.cr.execute(
            """
            INSERT INTO logistics_event (fingerprint, company_id, connection_id, shipment_id,
                provider, issuer, code_id, classifier, standing, change_position)
            SELECT 'bulk' || s.id, %s, %s, s.id, 'x', 'x', %s, 'actual', 'active', s.id
            FROM logistics_shipment s WHERE s.name LIKE 'BULK/%%'
            """,
            (
                self.company.id,
                self.north.id,
                self.env["logistics.event.code"].search([], limit=1).id,
            ),
        )
        for table in ("logistics_change", "logistics_event", "logistics_shipment"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.cr.execute("SELECT max(id) - 500 FROM logistics_shipment")
        (middle,) = self.env.cr.fetchone()
        for values in ({}, {"connections": self.south}):
            reader = self.reader(**values)
            plan = self.plan(reader, reader.shipments, Place(middle, 1), 50)
            self.assertIn("logistics_change_pkey", plan)
            self.assertNotIn("Seq Scan on logistics_", plan)
            plan = self.plan(reader, reader.events, Place(middle, 1), 50)
            self.assertIn("logistics_event_change", plan)
            self.assertNotIn("Seq Scan on logistics_event ", plan)
            plan = self.plan(reader, reader.shipment, "0" * 32)
            self.assertIn("logistics_shipment_public_id_uniq", plan)
            self.assertNotIn("Seq Scan on logistics_event", plan)

    # -- what is noted as a change --------------------------------------------------------------

    def changed(self, act):
        """The records that an act notes, as pairs of kind and id."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM logistics_change")
        act()
        self.work_states()
        self.env.cr.execute("SELECT kind, record_id FROM logistics_change")
        return set(self.env.cr.fetchall())

    def test_what_is_a_change(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        values = {"partner_id": partner.id, "company_id": self.company.id}
        goods = self.env["product.product"].create({"name": "Lamp", "type": "consu"})
        values["order_line"] = [(0, 0, {"product_id": goods.id, "product_uom_qty": 1})]
        order = self.env["sale.order"].create(values)
        shipment, me = self.of_north, {("shipment", self.of_north.id)}
        both = me | {("order", order.id)}
        reference = {"shipment_id": shipment.id, "type": "bol", "value": "B1"}
        for name, act, expected in (
            ("a field", lambda: shipment.write({"service": "Fast"}), me),
            ("a fold without news", lambda: shipment._refold(), set()),
            ("a reference", lambda: self.env["logistics.shipment.reference"].create(reference), me),
            ("its value", lambda: shipment.reference_ids[-1].write({"value": "B2"}), me),
            ("without it", lambda: shipment.reference_ids[-1].unlink(), me),
            ("a parcel", lambda: shipment.package_ids.write({"sscc": "003"}), me),
            ("a quotation", lambda: order.write({"client_order_ref": "P1"}), set()),
            ("a sale", order.action_confirm, {("order", order.id)}),
            ("a link", lambda: shipment.write({"sale_order_ids": [(6, 0, order.ids)]}), both),
            ("an order's reference", lambda: order.write({"client_order_ref": "P2"}), both - me),
            ("an order's note", lambda: order.write({"note": "x"}), set()),
            # North sees both from now on, also when nothing else changed.
            ("a first scan", lambda: self.tell(self.north, "1ZNORTH"), both),
        ):  # fmt: skip
            self.assertEqual(self.changed(act) & both, expected, name)

    def test_a_fact_that_changes_nothing_is_still_the_connections_first(self):
        self.tell(self.south, "1ZNORTH", 15)
        events = self.env["logistics.event"].sudo().search([("shipment_id", "=", self.of_north.id)])
        self.env.cr.execute("SELECT * FROM logistics_event WHERE id = %s", (events.id,))
        row = self.env.cr.dictfetchone()
        del row["id"], row["change_position"]
        row |= {"fingerprint": "another", "connection_id": self.north.id}
        columns = SQL(", ").join(map(SQL.identifier, row))

        def insert():
            self.env.cr.execute(
                SQL("INSERT INTO logistics_event (%s) VALUES %s", columns, tuple(row.values()))
            )
            row["fingerprint"] += "!"

        self.assertEqual(self.changed(insert), {("shipment", self.of_north.id)})
        self.assertEqual(self.changed(insert), set(), "the second one changes nothing for anybody")

    def test_another_standing_brings_an_event_again(self):
        self.tell_all()
        event = self.env["logistics.event"].sudo().search([], limit=1, order="id desc")
        self.env.cr.execute("ALTER TABLE logistics_event DISABLE TRIGGER logistics_change")
        self.env.cr.execute("UPDATE logistics_event SET change_position = 1")
        self.env.cr.execute("ALTER TABLE logistics_event ENABLE TRIGGER logistics_change")
        event.write({"standing": "dismissed"})
        self.env.flush_all()
        self.env.cr.execute("SELECT id FROM logistics_event WHERE change_position > 1")
        self.assertEqual(self.env.cr.fetchall(), [(event.id,)])

    def test_old_lines_are_forgotten(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM logistics_change")
        self.env.cr.execute(
            "INSERT INTO logistics_change (position, kind, record_id, company_id) VALUES "
            "(1, 'shipment', %(a)s, 1), (2, 'shipment', %(a)s, 1), (3, 'shipment', %(b)s, 1),"
            " (4, 'shipment', 0, 1), (2, 'order', %(a)s, 1)",
            {"a": self.of_north.id, "b": self.of_south.id},
        )
        self.env["logistics.api.change"]._gc_changes()
        self.env.cr.execute("SELECT position, record_id FROM logistics_change ORDER BY 1")
        self.assertEqual(
            [row for row in self.env.cr.fetchall() if row[0] != 2 or row[1] == self.of_north.id],
            [(2, self.of_north.id), (3, self.of_south.id)],
        )

    def test_positions_go_on_behind_those_of_another_server(self):
        """A dump of a server that had counted far, restored where counting began anew."""
        cr = self.env.cr
        self.assertFalse(changes.adjust(cr))
        far = 10**15
        cr.execute("INSERT INTO logistics_change VALUES (%s, 'shipment', 1, 1)", (far,))
        self.assertTrue(changes.adjust(cr))
        cr.execute("SELECT logistics_position()")
        self.assertGreaterEqual(cr.fetchone()[0], far)
        self.assertFalse(changes.adjust(cr), "once is enough")

    def test_shipments_that_are_there_already_get_an_id_each(self):
        """As with an upgrade: the column is new, and none of the rows has a value."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE logistics_shipment ALTER public_id DROP NOT NULL")
        cr.execute("UPDATE logistics_shipment SET public_id = NULL")
        self.env["logistics.shipment"]._init_column("public_id")
        cr.execute(
            "SELECT count(*), count(DISTINCT public_id), min(length(public_id)) "
            "FROM logistics_shipment"
        )
        total, distinct, length = cr.fetchone()
        self.assertGreater(total, 1)
        self.assertEqual((distinct, length), (total, 32))
