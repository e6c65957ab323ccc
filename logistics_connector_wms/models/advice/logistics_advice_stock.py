from odoo import models

from .logistics_advice_line import CONDITIONS


class LogisticsAdvice(models.Model):
    """Booking what changed in the warehouse without an order: adjustments and changes of state."""

    _inherit = "logistics.advice"

    def _book_adjustment(self):
        bookable = self._plan_adjustment()
        if bookable is None:
            return self._put_in_trouble(
                self.env._(
                    "It does not say of which warehouse it speaks, or by a code that nobody knows "
                    "(“%s”).",
                    self.warehouse_code or "",
                )
            )
        moves = self.env["stock.move"]
        for line, quantity in bookable.items():
            moves |= self._adjust(line, quantity)
            line._book_as_done()
        self._finish(moves)
        return None

    def _plan_adjustment(self):
        """What can be booked of a change, and what is in trouble; nothing is booked by this.

        :return: dict, line → quantity in the product's unit; None where it cannot be told of which
            warehouse it speaks
        """
        warehouse = self.env["stock.warehouse"]._logistics_find(
            self.connection_id, self.warehouse_code or ""
        )
        if not warehouse:
            return None
        self.warehouse_id = warehouse
        bookable = {}
        self._pass_what_is_told_elsewhere()
        for line, quantity in self._readable_lines().items():
            code, words = self._obstacle_to_adjust(line, quantity)
            if code:
                line._put_in_trouble(code, **words)
            elif quantity:
                bookable[line] = quantity
            else:
                line._book_as_done()
        if self.connection_id.advice_is_whole and self._in_trouble():
            for line in bookable:
                line._put_in_trouble("whole")
            bookable = {}
        return bookable

    def _obstacle_to_adjust(self, line, quantity):
        """Why a change cannot be booked: (code, words), ("", {}) where it can."""
        for condition in filter(None, (line.condition, line.moved_to)):
            if not self.warehouse_id._logistics_location(condition):
                return "no_place", {"condition": dict(CONDITIONS)[condition]}
        if line.moved_to and quantity < 0:
            return "negative", {}
        is_strict = self.connection_id.advice_reason == "refuse" and not line.moved_to
        if is_strict and not line.is_accepted and not self._reason_of(line):
            return "unknown_reason", {}
        names = [name for name, _quantity in line._lots(abs(quantity)) if name]
        # Goods that were found may be of a lot that nobody has heard of; others are known.
        if names and (quantity < 0 or line.moved_to):
            known = self._find_lots(line.product_id, names)
            unknown = [name for name in names if name not in known]
            if unknown:
                return "unknown_lot", {"lot": unknown[0]}
        return "", {}

    def _adjust(self, line, quantity):
        """Book one line by moves like those of Odoo's own inventory adjustments.

        :return: the moves
        """
        place = self.warehouse_id._logistics_location(line.condition or "available")
        if line.moved_to:
            other = self.warehouse_id._logistics_location(line.moved_to)
        else:
            other = self._loss_location(line)
        source, target = (other, place) if quantity > 0 and not line.moved_to else (place, other)
        name = self.env._("%(advice)s %(reason)s", advice=self.name, reason=line.reason or "")
        moves = self.env["stock.move"]
        for lot_name, amount in line._lots(abs(quantity)):
            moves |= self.warehouse_id._logistics_move(
                line.product_id,
                self._lot(line, lot_name),
                (source, target),
                float(amount),
                self.occurred_at,
                name.strip(),
            )
        moves.logistics_advice_id = self
        moves.move_line_ids.logistics_advice_line_id = line
        return moves

    def _loss_location(self, line):
        """Against what a change is booked: the place of its reason, else that of the product."""
        place = self._reason_of(line).location_id
        return place or line.product_id.property_stock_inventory

    def _reason_of(self, line):
        return self.env["logistics.adjustment.reason"]._find(self.connection_id, line.reason or "")

    def _pass_what_is_told_elsewhere(self):
        """Goods that were shipped or received are booked with the message that says so, and not
        once more because stock changed by it."""
        for line in self.line_ids.filtered(lambda line: line.state in ("open", "trouble")):
            if self._reason_of(line).is_told:
                line._book_as_done()

    def _book_release(self):
        """What a warehouse answers is a matter of the release; its event stands in the history."""
        root = self._find_released()
        if not root:
            problem = self.env._("No transfer %s is known here.", self.order_ref or "-")
            return self._wait(problem, "advice_unknown_order")
        self.write({"picking_id": root.id, "warehouse_id": self._warehouse_of(root).id})
        release = self.env["logistics.release"].search(
            [("picking_id", "=", root.id), ("connection_id", "=", self.connection_id.id)],
            order="id desc",
            limit=1,
        )
        if release:
            take = getattr(release, f"_take_{self.answer}")
            take(self.release_revision or None, self.text or "", self.occurred_at)
        self._finish()
        return None

    def _find_released(self):
        return self.env["stock.picking"].search(
            [
                ("name", "=", self.order_ref or ""),
                ("company_id", "in", self.connection_id._served_companies().ids),
                "|",
                ("picking_type_id.warehouse_id", "in", self.connection_id.warehouse_ids.ids),
                ("location_dest_id.warehouse_id", "in", self.connection_id.warehouse_ids.ids),
            ],
            limit=1,
        )

    def _book_progress(self):
        self._finish()

    def _book_count(self):
        self._put_in_trouble(self.env._("Nobody asked for a count %s.", self.name))
