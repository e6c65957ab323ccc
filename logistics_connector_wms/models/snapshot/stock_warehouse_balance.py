from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..advice.stock_warehouse_advice import LOCATIONS

# Today's stock less what was done after the moment, by the partner's own time where it told one: a
# late confirmation is counted as of when the goods moved.
BALANCE = """
WITH place AS (
    SELECT l.id, COALESCE((SELECT c.condition FROM (VALUES %(conditions)s) AS c(id, condition, path)
                           WHERE l.parent_path LIKE c.path || '%%%%' LIMIT 1), 'available')
           AS condition
    FROM stock_location l
    WHERE l.parent_path LIKE %(view)s AND l.usage = 'internal'
), moved AS (
    SELECT ml.product_id, ml.lot_id, ml.location_id, ml.location_dest_id,
           ml.quantity_product_uom AS quantity
    FROM stock_move m JOIN stock_move_line ml ON ml.move_id = m.id
    WHERE m.state = 'done' AND (m.date > %(at)s OR m.logistics_done_at > %(at)s)
          AND COALESCE(m.logistics_done_at, m.date) > %(at)s
), side AS (
    SELECT q.product_id, q.lot_id, p.condition, q.quantity
    FROM stock_quant q JOIN place p ON p.id = q.location_id
    UNION ALL
    SELECT m.product_id, m.lot_id, p.condition, -m.quantity
    FROM moved m JOIN place p ON p.id = m.location_dest_id
    UNION ALL
    SELECT m.product_id, m.lot_id, p.condition, m.quantity
    FROM moved m JOIN place p ON p.id = m.location_id
)
SELECT s.product_id, COALESCE(s.lot_id, 0), s.condition, SUM(s.quantity)
FROM side s JOIN product_product pp ON pp.id = s.product_id
JOIN product_template t ON t.id = pp.product_tmpl_id
WHERE t.is_storable
GROUP BY 1, 2, 3
"""


class StockWarehouse(models.Model):
    """What lay in a warehouse as of a moment, and how a difference to that is booked."""

    _inherit = "stock.warehouse"

    def _logistics_stock(self, at):
        """The stock as of a moment, by the partner's own times, in one statement. As superuser.

        :param datetime at: naive UTC
        :return: dict, (product id, lot id or 0, condition) → Decimal in the product's unit. Goods
            in a state without a place of its own are among the available ones.
        """
        self.ensure_one()
        places = self._logistics_places() or [(0, "available", "-")]
        values = {"view": f"{self.view_location_id.parent_path}%", "at": at}
        for number, (place_id, name, path) in enumerate(places):
            values |= {f"id{number}": place_id, f"name{number}": name, f"path{number}": path}
        rows = ", ".join(f"(%(id{n})s::int, %(name{n})s, %(path{n})s)" for n in range(len(places)))
        words = {"conditions": rows, "view": "%(view)s", "at": "%(at)s"}
        self.env.flush_all()
        return {
            (product_id, lot_id, condition): Decimal(str(quantity))
            for product_id, lot_id, condition, quantity in self.env.execute_query(
                SQL(BALANCE % words, **values)
            )
        }

    def _logistics_places(self):
        """Places for goods in a state: list of (location id, condition, path)."""
        found = []
        for condition, name in LOCATIONS.items():
            place = self[name]
            if place:
                found.append((place.id, condition, place.parent_path))
        return found

    def _logistics_book(self, product, lot, condition, difference, at, name):
        """Book a difference as Odoo's own inventory adjustments do, as of a moment.

        :param float difference: in the product's unit; positive: there is more
        :param datetime at: naive UTC: it was so then, and counts from then on
        :param str name: why, for people who read the move
        :return: the move
        """
        way = (product.property_stock_inventory, self._logistics_location(condition))
        if difference < 0:
            way = way[::-1]
        return self._logistics_move(product, lot, way, abs(difference), at, name)

    def _logistics_move(self, product, lot, way, quantity, at, name):
        """Move goods by a move like those of Odoo's own inventory adjustments, as of a moment.

        :param way: (from, to), two ``stock.location``
        :param float quantity: in the product's unit, more than zero
        :param datetime at: naive UTC: it was so then, and counts from then on
        :param str name: why, for people who read the move
        :return: the move, done
        """
        company = self.company_id
        place = next(one for one in way if one.usage == "internal")
        quant = self.env["stock.quant"].new(
            {
                "product_id": product.id,
                "location_id": place.id,
                "lot_id": lot.id,
                "company_id": company.id,
            }
        )
        values = quant.with_context(inventory_name=name)._get_inventory_move_values(quantity, *way)
        values |= {"company_id": company.id, "logistics_done_at": at}
        for _command, _number, line in values["move_line_ids"]:
            line.update(lot_id=lot.id, company_id=company.id)
        move = self.env["stock.move"].with_context(inventory_name=name).create(values)
        move._action_done()
        return move
