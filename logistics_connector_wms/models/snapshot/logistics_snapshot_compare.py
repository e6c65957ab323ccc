from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...core.reconcile import MAPPING, Tolerance, judge, spend

STATES = ("damaged", "quarantine", "held")


class LogisticsSnapshot(models.Model):
    """Two sides, line by line."""

    _inherit = "logistics.snapshot"

    def _compare(self):
        """Compare with our balance as of the moment, in this transaction. As superuser."""
        self.ensure_one()
        self.env.cr.execute(
            "SELECT state FROM logistics_snapshot WHERE id = %s FOR UPDATE", (self.id,)
        )
        self.invalidate_recordset()
        if self.state not in ("to_compare", "compared"):
            return
        self = self.with_company(self.company_id)
        self.warehouse_id = self.env["stock.warehouse"]._logistics_find(
            self.connection_id, self.warehouse_code or ""
        )
        if not self.warehouse_id:
            self._cannot(
                self.env._(
                    "It does not say of which warehouse it speaks, or by a code that nobody knows "
                    "(“%s”).",
                    self.warehouse_code or "",
                )
            )
            return
        theirs, unknown = self._their_side()
        ours = self._our_side(theirs)
        rows = self._judged(theirs, ours)
        rows += [self._row(None, 0, "available", words, MAPPING, why) for words, why in unknown]
        self._write_results(rows)
        self.env["logistics.exception"]._resolve_keys(
            [f"snapshot:{self.id}"], self.env._("It was compared.")
        )
        self._tell()

    def _cannot(self, problem):
        self.write({"state": "problem", "problem": problem[:500]})
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "stock_differs",
                    "key": f"snapshot:{self.id}",
                    "name": self.env._(
                        "Snapshot %(name)s cannot be compared: %(why)s",
                        name=self.name,
                        why=problem,
                    )[:200],
                    "company_id": self.company_id.id,
                    "connection_id": self.connection_id.id,
                    "message_id": self.message_id.id,
                    "provider": self.connection_id.provider_id.code,
                    "reference": self.name,
                }
            ]
        )

    # -- the sides ----------------------------------------------------------------------------

    def _their_side(self):
        """What they have, in our words.

        :return: (dict, (product id, lot id or 0, condition) → Decimal; list of (words, why) that
            nobody understands)
        """
        self.env.cr.execute(
            "SELECT COALESCE(product_code, ''), COALESCE(barcode, ''), COALESCE(unit, ''), "
            "COALESCE(lot_name, ''), on_hand, damaged, quarantine, held "
            "FROM logistics_snapshot_line WHERE snapshot_id = %s",
            (self.id,),
        )
        rows = self.env.cr.fetchall()
        meant = self.env["logistics.item.code"]._understand(
            self.connection_id, {row[:3] for row in rows}
        )
        products = self.env["product.product"].browse(
            {goods.product_id for goods in meant.values() if goods.product_id}
        )
        factors = self._factors(meant)
        lots = self._lots(products, {row[3] for row in rows if row[3]})
        kept, tracked = set(), set()
        for product in products:
            template = product.product_tmpl_id
            if template.is_storable:
                kept.add(product.id)
            if template.tracking != "none":
                tracked.add(product.id)
        apart = {condition for _place, condition, _path in self.warehouse_id._logistics_places()}
        side, unknown = defaultdict(Decimal), []
        for *words, lot_name, on_hand, damaged, quarantine, held in rows:
            goods = meant[tuple(words)]
            said = words[0] or words[1]
            if not goods.trouble and goods.product_id not in kept:
                unknown.append((said, "not_kept"))
                continue
            if goods.trouble:
                unknown.append((said, goods.trouble))
                continue
            lot_id = 0
            if lot_name and goods.product_id in tracked:
                lot_id = lots.get((goods.product_id, lot_name), 0)
                if not lot_id:
                    unknown.append((f"{said} ({lot_name})", "unknown_lot"))
                    continue
            factor = factors[goods]
            left = Decimal(str(on_hand))
            for condition, quantity in zip(STATES, (damaged, quarantine, held), strict=True):
                if condition in apart:
                    quantity = Decimal(str(quantity or 0))
                    side[goods.product_id, lot_id, condition] += quantity * factor
                    left -= quantity
            side[goods.product_id, lot_id, "available"] += left * factor
        return side, unknown

    def _factors(self, meant):
        factors, known = {}, [goods for goods in set(meant.values()) if not goods.trouble]
        products = self.env["product.product"].browse([goods.product_id for goods in known])
        for goods, product in zip(known, products, strict=True):
            # By the template: what is related is computed for each product by itself.
            own = product.product_tmpl_id.uom_id
            if goods.uom_id == own.id:
                factors[goods] = Decimal(1)
                continue
            uom = self.env["uom.uom"].browse(goods.uom_id)
            factors[goods] = Decimal(repr(uom._compute_quantity(1, own, round=False)))
        return factors

    def _lots(self, products, names):
        if not names:
            return {}
        found = self.env["stock.lot"].search(
            [
                ("product_id", "in", products.ids),
                ("name", "in", list(names)),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        return {(lot.product_id.id, lot.name): lot.id for lot in found}

    def _our_side(self, theirs):
        """Our balance; without lots where they tell none of the product."""
        with_lots = {product_id for product_id, lot_id, _condition in theirs if lot_id}
        told = {product_id for product_id, _lot_id, _condition in theirs}
        ours = defaultdict(Decimal)
        for (product_id, lot_id, condition), quantity in self.warehouse_id._logistics_stock(
            self.as_of
        ).items():
            if product_id not in told and not self.is_complete:
                continue
            # What they do not list at all is shown by lots, where we have them.
            by_lot = product_id in with_lots or product_id not in told
            ours[product_id, lot_id if by_lot else 0, condition] += quantity
        return ours

    # -- the verdict --------------------------------------------------------------------------

    def _judged(self, theirs, ours):
        connection = self.connection_id
        tolerance = Tolerance(
            Decimal(repr(connection.snapshot_quantity)),
            Decimal(repr(connection.snapshot_percent)),
            Decimal(repr(connection.snapshot_value)),
            connection.snapshot_patience,
        )
        misses = bool(
            self.env["logistics.message.gap"].search_count(
                [("connection_id", "=", connection.id), ("since", "<=", self.as_of)], limit=1
            )
        )
        zero = Decimal(0)
        keys = [key for key in {**theirs, **ours} if theirs.get(key, zero) or ours.get(key, zero)]
        products = self.env["product.product"].browse({key[0] for key in keys})
        prices = {product.id: Decimal(repr(product.standard_price)) for product in products}
        flights = self._in_flight()
        rows = []

        def order(key):
            # What is on its way is goods for sale, and explains as many lines as it can.
            size = abs(theirs.get(key, zero) - ours.get(key, zero))
            return key[0], key[2] != "available", size, key

        for key in sorted(keys, key=order):
            product_id, lot_id, condition = key
            price = prices[product_id]
            one, other = theirs.get(key, zero), ours.get(key, zero)
            verdict = judge(one, other, price, flights.get(product_id, ()), tolerance, misses)
            if verdict.explained:
                flights[product_id] = spend(flights[product_id], verdict.explained)
            row = self._row(product_id, lot_id, condition, "", verdict.kind, "")
            row.update(
                theirs=one,
                ours=other,
                difference=verdict.difference,
                explained=verdict.explained,
                worth=abs(verdict.difference) * price,
                all=max(abs(one), abs(other)) * price,
            )
            rows.append(row)
        return rows

    def _row(self, product_id, lot_id, condition, said_as, kind, why):
        zero = Decimal(0)
        return {
            "product_id": product_id or None,
            "lot_id": lot_id or None,
            "condition": condition,
            "said_as": said_as or None,
            "kind": kind,
            "why": why or None,
            **dict.fromkeys(("theirs", "ours", "difference", "explained", "worth", "all"), zero),
        }
