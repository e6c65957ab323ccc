import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.tools import SQL

from ...core import master as core
from ...core import release as releases

_logger = logging.getLogger(__name__)

KEPT = timedelta(days=90)  # a customer, after the last release was done
TABLES = {core.ITEM: "product_product", core.LOT: "stock_lot", core.CUSTOMER: "res_partner"}
# The places where goods of these warehouses lie or are moved to and from.
STOCK = SQL("stock_quant q JOIN stock_location l ON l.id = q.location_id")
MOVES = SQL(
    "stock_move m JOIN stock_location s ON s.id = m.location_id "
    "JOIN stock_location d ON d.id = m.location_dest_id"
)
OPEN = SQL("m.state NOT IN ('draft', 'done', 'cancel')")


class LogisticsMasterRecord(models.Model):
    """What may have to be told: found by dates of change in SQL, decided by digests."""

    _inherit = "logistics.master.record"

    @api.model
    def _candidates(self, connection, kind, since, after, limit):
        """Ids of records at which to look, in ascending order. As superuser.

        What is new is found without dates; of what is known, what was changed since then.

        :param since: naive UTC; None: all of what is known
        :param after: the last id of the batch before
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT x.id FROM %(table)s x
                LEFT JOIN logistics_master_record r
                    ON r.connection_id = %(connection)s AND r.kind = %(kind)s AND r.number = x.id
                WHERE x.id > %(after)s
                  AND CASE WHEN r.id IS NULL THEN %(new)s
                      ELSE r.is_stale OR r.trouble IS NOT NULL OR %(changed)s END
                ORDER BY x.id LIMIT %(limit)s
                """,
                table=SQL.identifier(TABLES[kind]),
                connection=connection.id,
                kind=kind,
                after=after,
                new=self._is_new(connection, kind),
                changed=self._is_changed(connection, kind, since) if since else SQL("TRUE"),
                limit=limit,
            )
        )
        return [row[0] for row in rows]

    # -- what is new --------------------------------------------------------------------------

    def _is_new(self, connection, kind):
        """Which records that were never told have to be, of those not archived."""
        warehouses = connection.warehouse_ids.ids
        if kind == core.CUSTOMER:
            return SQL("x.active AND x.id IN (%s)", self._customers(connection))
        if kind == core.LOT:
            if not connection.master_lots:
                return SQL("FALSE")
            return SQL(
                """x.id IN (
                    SELECT q.lot_id FROM %(stock)s
                    WHERE l.warehouse_id = ANY(%(here)s) AND q.quantity > 0 AND q.lot_id > 0
                    UNION SELECT ml.lot_id FROM %(moves)s JOIN stock_move_line ml
                        ON ml.move_id = m.id AND ml.lot_id > 0
                    WHERE %(open)s AND (s.warehouse_id = ANY(%(here)s)
                                        OR d.warehouse_id = ANY(%(here)s)))""",
                **{"stock": STOCK, "moves": MOVES, "open": OPEN, "here": warehouses},
            )
        return SQL(
            """x.active AND EXISTS (
                SELECT FROM product_template t WHERE t.id = x.product_tmpl_id AND t.type = 'consu'
                AND (t.company_id IS NULL OR t.company_id = ANY(%(companies)s))
                AND (%(policy)s OR x.id IN (
                    SELECT q.product_id FROM %(stock)s
                    WHERE l.warehouse_id = ANY(%(here)s) AND q.quantity > 0
                    UNION SELECT m.product_id FROM %(moves)s
                    WHERE %(open)s AND (s.warehouse_id = ANY(%(here)s)
                                        OR d.warehouse_id = ANY(%(here)s)))))""",
            companies=connection._served_companies().ids,
            policy=self._item_policy(connection),
            **{"stock": STOCK, "moves": MOVES, "open": OPEN, "here": warehouses},
        )

    def _item_policy(self, connection):
        if connection.master_items == "all":
            return SQL("t.is_storable")
        if connection.master_items == "category":
            top = connection.master_category_id.id
            categories = self.env["product.category"].search([("id", "child_of", top)])
            return SQL("(t.is_storable AND t.categ_id = ANY(%s))", categories.ids)
        return SQL("FALSE")

    def _customers(self, connection):
        """A query of the ids of those who have to be known."""
        if connection.master_customers == "none":
            return SQL("SELECT 0")
        if connection.master_customers == "all":
            return SQL(
                "SELECT c.id FROM res_partner c JOIN res_partner head "
                "ON head.id = COALESCE(c.commercial_partner_id, c.id) "
                "WHERE GREATEST(c.customer_rank, head.customer_rank) > 0 "
                "AND (c.company_id IS NULL OR c.company_id = ANY(%s))",
                connection._served_companies().ids,
            )
        return SQL(
            """SELECT COALESCE(sh.partner_id, k.partner_id) FROM logistics_release lr
            JOIN stock_picking k ON k.id = lr.picking_id
            LEFT JOIN logistics_shipment sh ON sh.id = lr.shipment_id
            WHERE lr.connection_id = %s AND lr.kind = 'delivery'
              AND (lr.state <> ALL(%s) OR lr.write_date >= %s)""",
            connection.id,
            list(releases.OVER),
            fields.Datetime.now() - KEPT,
        )

    @api.model
    def _wanted_customers(self, connection, ids):
        """Those of them who have to be known."""
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM res_partner WHERE id = ANY(%s) AND id IN (%s)",
            list(ids),
            self._customers(connection),
        )
        return [row[0] for row in self.env.execute_query(query)]

    # -- what was changed ---------------------------------------------------------------------

    def _is_changed(self, connection, kind, since):
        """Which of the known records may have changed since. What shows no date (a barcode that
        was taken off, a category's name) is found by the daily round over all of them."""
        if kind == core.CUSTOMER:
            return SQL("x.write_date >= %s", since)
        product = SQL(
            """p.write_date >= %(since)s OR t.write_date >= %(since)s
            OR t.uom_id IN (SELECT id FROM uom_uom WHERE write_date >= %(since)s)""",
            since=since,
        )
        of_product = SQL(
            """SELECT p.id FROM product_product p
            JOIN product_template t ON t.id = p.product_tmpl_id WHERE %s""",
            product,
        )
        if kind == core.LOT:
            return SQL("(x.write_date >= %s OR x.product_id IN (%s))", since, of_product)
        return SQL(
            """x.id IN (
                %(of_product)s
                UNION SELECT pu.product_id FROM product_uom pu JOIN uom_uom u ON u.id = pu.uom_id
                WHERE pu.write_date >= %(since)s OR u.write_date >= %(since)s
                UNION SELECT p.id FROM product_template_uom_uom_rel rel
                JOIN uom_uom u ON u.id = rel.uom_uom_id AND u.write_date >= %(since)s
                JOIN product_product p ON p.product_tmpl_id = rel.product_template_id
                UNION SELECT p.id FROM product_supplierinfo si
                JOIN product_product p ON p.product_tmpl_id = si.product_tmpl_id
                WHERE si.write_date >= %(since)s
                UNION SELECT c.product_id FROM logistics_item_code c
                WHERE c.connection_id = %(connection)s AND c.write_date >= %(since)s)""",
            of_product=of_product,
            since=since,
            connection=connection.id,
        )

    # -- looking ------------------------------------------------------------------------------

    @api.model
    def _look_at(self, connection, kind, ids):
        """Note what has to be told of these. As superuser. One record that cannot be read keeps
        nobody from the others."""
        try:
            with self.env.cr.savepoint():
                self._note_contents(connection, kind, ids)
        except Exception as error:
            if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                raise
            _logger.exception("%s %s cannot be looked at", kind, ids)
            if len(ids) > 1:
                for number in ids:
                    self._look_at(connection, kind, [number])

    def _note_contents(self, connection, kind, ids):
        contents = self._contents(connection, kind, ids)
        troubles = self._troubles(connection, contents) if kind == core.ITEM else {}
        known = self._rows(connection, kind, list(contents)).grouped("number")
        created = []
        for number, (code, content) in contents.items():
            values = {
                "code": code or False,
                "wanted": self._digest_of(kind, content) or False,
                "trouble": troubles.get(number, False),
            }
            row = known.get(number)
            if row:
                row._note(values)
            elif content is not None:
                created.append(self._new_row(connection, kind, number) | values)
        self.create(created)

    def _note(self, values):
        """Write what is another one; what was never told, and is not to be, is forgotten."""
        self.ensure_one()
        if not values["wanted"] and not self.version:
            self.unlink()
            return
        values = {**values, "is_stale": False}
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)

    def _rows(self, connection, kind, ids):
        return self.search(
            [
                ("connection_id", "=", connection.id),
                ("kind", "=", kind),
                ("number", "in", ids),
            ]
        )

    def _new_row(self, connection, kind, number):
        values = {"connection_id": connection.id, "kind": kind, "number": number}
        if kind == core.ITEM:
            return values | {"product_id": number}
        if kind == core.CUSTOMER:
            return values | {"partner_id": number}
        product = self.env["stock.lot"].browse(number).product_id
        return values | {"lot_id": number, "product_id": product.id}

    @api.model
    def _note_deleted(self, connection, kind):
        """What was deleted in Odoo is gone, too."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id FROM logistics_master_record r
                WHERE r.connection_id = %s AND r.kind = %s AND r.wanted IS NOT NULL
                  AND NOT EXISTS (SELECT FROM %s x WHERE x.id = r.number)""",
                connection.id,
                kind,
                SQL.identifier(TABLES[kind]),
            )
        )
        gone = self.browse(row[0] for row in rows)
        gone.invalidate_recordset()
        told = gone.filtered("version")
        told.write({"wanted": False, "is_stale": False})
        (gone - told).unlink()
