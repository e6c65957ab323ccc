from collections import defaultdict, deque
from decimal import Decimal

from odoo import fields, models

from .logistics_advice_line import CONDITIONS

# Where goods that a customer sent back lie, by what was done with them.
PLACES = {
    "restock": "available",
    "quarantine": "quarantine",
    "refurbish": "held",
    "scrap": "available",
}


class LogisticsAdvice(models.Model):
    """From a plan to move lines: lots, places and packages, as the warehouse says them."""

    _inherit = "logistics.advice"

    def _bookable(self, plan, by_id, chain):
        """The lines that can be booked whole: their lots, places and packages are known.

        :return: list of lines; the others are in trouble
        """
        found = []
        for key in dict.fromkeys(part.said for part in plan.parts):
            line = by_id[key]
            code, words = self._obstacle(line, chain)
            if code:
                line._put_in_trouble(code, **words)
            else:
                found.append(line)
        # What says that nothing of it came is done with that.
        refused = {trouble.said for trouble in plan.troubles}
        for line in by_id.values():
            if not line.quantity and line.id not in refused and line.state in ("open", "trouble"):
                line._book_as_done()
        return found

    def _obstacle(self, line, chain):
        """Why a line cannot be booked: (code, words), ("", {}) where it can."""
        names = [name for name, _quantity in line._lots(Decimal(1)) if name]
        if self.kind == "ship" and names:
            known = self._find_lots(line.product_id, names)
            unknown = [name for name in names if name not in known]
            if unknown:
                return "unknown_lot", {"lot": unknown[0]}
            if self.connection_id.advice_lot == "refuse" and not line.is_accepted:
                moves = chain.move_ids.filtered(lambda move: move.product_id == line.product_id)
                reserved = moves.move_line_ids.lot_id.mapped("name")
                other = [name for name in names if reserved and name not in reserved]
                if other:
                    return "other_lot", {"lot": other[0]}
        condition = self._condition(line)
        is_apart = self.kind == "receipt" and condition != "available"
        if is_apart and not self.warehouse_id._logistics_location(condition):
            return "no_place", {"condition": dict(CONDITIONS)[condition]}
        keys = self.package_ids.mapped("key")
        if line.package_key and line.package_key not in keys:
            return "no_package", {}
        return "", {}

    def _condition(self, line):
        return PLACES.get(line.disposition) or line.condition or "available"

    def _find_lots(self, product, names):
        """Lots of a product by name."""
        lots = self.env["stock.lot"].search(
            [
                ("product_id", "=", product.id),
                ("name", "in", names),
                ("company_id", "in", [False, self.env.company.id]),
            ]
        )
        return {lot.name: lot for lot in lots}

    # -- move lines ---------------------------------------------------------------------------

    def _book_plan(self, plan, lines, chain):
        """Put what was said on the moves and validate their transfers.

        :return: the moves that were done
        """
        booked = {line.id for line in lines}
        lots = {line.id: deque(line._lots(self._whole(plan, line.id))) for line in lines}
        by_move, extras = {}, []
        for part in plan.parts:
            if part.said not in booked:
                continue
            taken = _take(lots[part.said], part.quantity)
            line = self.env["logistics.advice.line"].browse(part.said)
            if part.wanted is None:
                extras.append((line, taken, part))
            else:
                by_move.setdefault(part.wanted, []).append((line, taken))
        moves = self.env["stock.move"].browse(sorted(by_move))
        for line, taken, part in extras:
            move = self._extra_move(line, taken, part, chain, moves.picking_id)
            by_move[move.id] = [(line, taken)]
            moves |= move
        self._fill(moves, by_move)
        pickings = moves.picking_id
        # What stays open is not released anew before it is known whether more follows.
        (chain | pickings).logistics_rest_waits = True
        moves.write({"logistics_done_at": self.occurred_at, "logistics_advice_id": self.id})
        self._validate(pickings)
        self.booked_picking_ids |= pickings
        for line in lines:
            line._book_as_done()
        if self.kind == "ship":
            self._describe_shipments(pickings)
        else:
            self._scrap(lines)
        return moves

    def _whole(self, plan, key):
        return sum((part.quantity for part in plan.parts if part.said == key), Decimal(0))

    def _fill(self, moves, told):
        """Exactly what was told, in the place of what was reserved.

        :param told: move id → list of (line, [(lot name, Decimal)])
        """
        others = moves.filtered(lambda move: not self._keep(move, told[move.id]))
        others.move_line_ids.unlink()
        lines, values, seen = self.env["stock.move.line"], [], set()
        for move in others:
            if move.product_id in seen:  # what the move before took is not there any more
                lines.create(values)
                values, seen = [], set()
            seen.add(move.product_id)
            for line, taken in told[move.id]:
                for name, quantity in taken:
                    lot = self._lot(line, name)
                    for source in self._sources(move, lot, quantity):
                        values.append({**self._line_values(move, line, lot), **source})
        lines.create(values)
        moves.picked = True

    def _keep(self, move, told):
        """Leave a reservation that is what was told: most are.

        :return: whether it is
        """
        reserved = move.move_line_ids
        unit = move.product_id.uom_id
        if len(told) != 1 or any(one.product_uom_id != unit for one in reserved):
            return False
        ((line, taken),) = told
        wanted, found = defaultdict(Decimal), defaultdict(Decimal)
        for name, quantity in taken:
            wanted[name or ""] += quantity
        for one in reserved:
            found[one.lot_id.name or ""] += Decimal(repr(one.quantity))
        if not reserved or wanted != found:
            return False
        values = self._line_values(move, line, self.env["stock.lot"])
        kept = ("result_package_id", "logistics_advice_line_id", "picked")
        reserved.write({name: values[name] for name in kept})
        place = values["location_dest_id"]
        elsewhere = reserved.filtered(lambda one: one.location_dest_id.id != place)
        elsewhere.location_dest_id = place
        return True

    def _line_values(self, move, line, lot):
        place = move.location_dest_id
        condition = self._condition(line)
        if self.kind == "receipt" and condition != "available":
            place = self.warehouse_id._logistics_location(condition)
        return {
            "move_id": move.id,
            "picking_id": move.picking_id.id,
            "product_id": move.product_id.id,
            "product_uom_id": move.product_id.uom_id.id,
            "lot_id": lot.id,
            "location_dest_id": place.id,
            "result_package_id": self._package(line).id,
            "logistics_advice_line_id": line.id,
            "picked": True,
        }

    def _lot(self, line, name):
        if not name:
            return self.env["stock.lot"]
        lot = self._find_lots(line.product_id, [name]).get(name)
        if not lot:
            values = {"name": name, "product_id": line.product_id.id}
            if line.expires_on and "expiration_date" in self.env["stock.lot"]._fields:
                values["expiration_date"] = fields.Datetime.to_datetime(line.expires_on)
            lot = self.env["stock.lot"].create(values)
        return lot

    def _sources(self, move, lot, quantity):
        """From which places and packages so much is taken: where it lies, and where it does not,
        from the move's own place: the warehouse has shipped it all the same."""
        if move.location_id.should_bypass_reservation():
            return [{"location_id": move.location_id.id, "quantity": float(quantity)}]
        quants = self.env["stock.quant"]._gather(move.product_id, move.location_id, lot_id=lot)
        found, left = [], quantity
        for quant in quants.filtered(lambda one: not lot or one.lot_id == lot):
            free = Decimal(repr(quant.quantity - quant.reserved_quantity))
            taken = min(left, free)
            if taken > 0:
                found.append(
                    {
                        "location_id": quant.location_id.id,
                        "package_id": quant.package_id.id,
                        "owner_id": quant.owner_id.id,
                        "quantity": float(taken),
                    }
                )
                left -= taken
        if left > 0:
            found.append({"location_id": move.location_id.id, "quantity": float(left)})
        return found

    def _extra_move(self, line, taken, part, chain, pickings):
        """A move for goods that the order does not ask for, or no longer does."""
        quantity = float(sum(amount for _name, amount in taken))
        replaced = self.env["stock.move"].browse(part.replaces or [])
        picking = replaced.picking_id or pickings[:1]
        picking = picking or chain.filtered(lambda one: one.state not in ("done", "cancel"))[:1]
        if not picking:
            picking = chain[:1].copy(
                {"move_ids": [], "move_line_ids": [], "backorder_id": chain[-1:].id}
            )
        like = replaced or self._like(line, chain)
        sold = (
            like.sale_line_id if like.product_id == line.product_id else like.sale_line_id.browse()
        )
        move = self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "picking_type_id": picking.picking_type_id.id,
                "company_id": picking.company_id.id,
                "product_id": line.product_id.id,
                "product_uom": line.product_id.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": like.location_id.id,
                "location_dest_id": like.location_dest_id.id,
                "partner_id": like.partner_id.id,
                "warehouse_id": like.warehouse_id.id,
                # Else Odoo sells it once more, on a line of its own.
                "sale_line_id": sold.id,
            }
        )
        move._action_confirm(merge=False)
        if replaced:
            self._shrink(replaced, part.quantity)
        return move

    def _like(self, line, chain):
        """The move of an order that goods come nearest to which no open move asks for."""
        named = chain.move_ids.filtered(
            lambda move: line.line_number and line.line_number in (move.id, move.logistics_line)
        )
        same = chain.move_ids.filtered(lambda move: move.product_id == line.product_id)
        return ((named & same) or same or named or chain.move_ids)[:1]

    def _shrink(self, move, quantity):
        """Something else came in its place: so much less is asked for."""
        unit = move.product_id.uom_id
        less = unit._compute_quantity(float(quantity), move.product_uom, rounding_method="HALF-UP")
        left = max(move.product_uom_qty - less, 0)
        if move.product_uom.is_zero(left):
            move._action_cancel()
        else:
            move.product_uom_qty = left

    def _scrap(self, lines):
        """Goods that came back and were thrown away are booked out again, as Odoo does it."""
        for line in lines:
            if line.disposition != "scrap":
                continue
            for done in line.move_line_ids:
                scrap = self.env["stock.scrap"].create(
                    {
                        "product_id": done.product_id.id,
                        "product_uom_id": done.product_uom_id.id,
                        "scrap_qty": done.quantity,
                        "lot_id": done.lot_id.id,
                        "location_id": done.location_dest_id.id,
                        "picking_id": done.picking_id.id,
                        "company_id": self.company_id.id,
                    }
                )
                scrap.do_scrap()
                scrap.move_ids.write(
                    {"logistics_done_at": self.occurred_at, "logistics_advice_id": self.id}
                )


def _take(lots, quantity):
    """So much from the head of a line's lots, which get shorter by it.

    :param lots: deque of (name, quantity)
    :return: list of (name, quantity)
    """
    taken = []
    while quantity > 0 and lots:
        name, amount = lots.popleft()
        part = min(amount, quantity)
        taken.append((name, part))
        quantity -= part
        if amount > part:
            lots.appendleft((name, amount - part))
    return taken
