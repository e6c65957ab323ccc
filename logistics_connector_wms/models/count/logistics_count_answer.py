from decimal import Decimal

from odoo import models
from odoo.exceptions import AccessError, UserError

KEEPER, MANAGER = "stock.group_stock_user", "stock.group_stock_manager"


class LogisticsAdvice(models.Model):
    _inherit = "logistics.advice"

    def _book_count(self):
        """What was counted is filed beside what we had; nothing is booked by it."""
        counts = self.env["logistics.count"]
        count = counts.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("name", "in", [self.order_ref or "", self.name]),
            ],
            limit=1,
        )
        if self.order_ref and not count:
            problem = self.env._("Nobody asked for a count “%s”.", self.order_ref)
            return self._put_in_trouble(problem)
        warehouse = count.warehouse_id or self.env["stock.warehouse"]._logistics_find(
            self.connection_id, self.warehouse_code or ""
        )
        if not warehouse:
            return self._put_in_trouble(
                self.env._("It does not say in which warehouse it was counted.")
            )
        self.warehouse_id = warehouse
        if not count:  # counted by itself
            count = counts.create(
                {
                    "name": self.name,
                    "connection_id": self.connection_id.id,
                    "warehouse_id": warehouse.id,
                }
            )
        count._take_counted(self)
        self._finish()
        return None


class LogisticsCount(models.Model):
    """What the warehouse found, and what a person makes of it."""

    _inherit = "logistics.count"

    def _take_counted(self, advice):
        """File what was found, beside the books as of the moment of the count."""
        readable = advice._readable_lines()
        ours = self.warehouse_id._logistics_stock(advice.occurred_at)
        found = {}
        for told, quantity in readable.items():
            lot = self.env["stock.lot"]
            if told.lot_name and told.product_id.tracking != "none":
                lot = advice._find_lots(told.product_id, [told.lot_name]).get(told.lot_name, lot)
                if not lot and quantity:
                    told._put_in_trouble("unknown_lot")
                    continue
            key = (told.product_id.id, lot.id or 0, told.condition or "available")
            found[key] = found.get(key, Decimal(0)) + quantity
            told._book_as_done()
        known = {
            (line.product_id.id, line.lot_id.id or 0, line.condition): line
            for line in self.line_ids
        }
        for (product_id, lot_id, condition), quantity in sorted(found.items()):
            had = self._had(ours, product_id, lot_id, condition)
            line = known.get((product_id, lot_id, condition))
            if not line:
                line = self.line_ids.create(
                    {
                        "count_id": self.id,
                        "product_id": product_id,
                        "lot_id": lot_id or False,
                        "condition": condition,
                    }
                )
            line._compare(quantity, had)
        self.write({"counted_at": advice.occurred_at, "advice_id": advice.id})
        self.state = "counted"
        self._settle()

    def action_compare_again(self):
        """Compare anew with the books as of the count: what was told late may have been booked
        since. What a person has decided stays."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(KEEPER)):
            raise AccessError(self.env._("Only who works with stock may do this."))
        for count in self.sudo().filtered(lambda one: one.state == "counted"):
            ours = count.warehouse_id._logistics_stock(count.counted_at)
            for line in count.line_ids.filtered(lambda one: one.state in ("same", "differs")):
                of = (line.product_id.id, line.lot_id.id or 0, line.condition)
                line._compare(Decimal(str(line.counted)), count._had(ours, *of))
            count._settle()
        return True

    def _had(self, ours, product_id, lot_id, condition):
        if lot_id:
            return ours.get((product_id, lot_id, condition), Decimal(0))
        return sum(
            (
                quantity
                for (product, _lot, state), quantity in ours.items()
                if (product, state) == (product_id, condition)
            ),
            Decimal(0),
        )

    def _settle(self):
        for count in self:
            open_ = ("asked", "differs")
            if count.state == "counted" and not any(line.state in open_ for line in count.line_ids):
                count.state = "done"


class LogisticsCountLine(models.Model):
    _inherit = "logistics.count.line"

    def _compare(self, counted, had):
        """
        :param counted, had: Decimal, in the product's unit
        """
        difference = counted - had
        self.write(
            {
                "counted": float(counted),
                "ours": float(had),
                "difference": float(difference),
                "state": "differs" if difference else "same",
            }
        )

    def action_book(self):
        """They found the truth: the stock is changed as of the moment of the count, once."""
        self._check_may_decide()
        for line in self.sudo():
            count = line.count_id.with_company(line.company_id)
            now = count._had(
                count.warehouse_id._logistics_stock(count.counted_at),
                line.product_id.id,
                line.lot_id.id or 0,
                line.condition,
            )
            if abs(float(now) - line.ours) > 1e-6:
                raise UserError(
                    self.env._(
                        "“%s” has changed since it was counted: something was booked meanwhile "
                        "for that time. Compare again.",
                        line.display_name,
                    )
                )
            if line.product_id.tracking != "none" and not line.lot_id:
                raise UserError(
                    self.env._("“%s” is kept by lots, and the count names none.", line.display_name)
                )
            line.move_id = count.warehouse_id._logistics_book(
                line.product_id,
                line.lot_id,
                line.condition,
                line.difference,
                count.counted_at,
                self.env._("Count %s", count.name),
            )
            line.write({"state": "booked", "decided_by_id": self.env.user.id})
        self.sudo().count_id._settle()
        return True

    def action_leave(self):
        """It is known, or wrong: nothing is booked."""
        self._check_may_decide()
        self.sudo().write({"state": "left", "decided_by_id": self.env.user.id})
        self.sudo().count_id._settle()
        return True

    def _check_may_decide(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only who manages the inventory may decide about a count.")
            )
        self.env.cr.execute(
            "SELECT id FROM logistics_count_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            (self.ids,),
        )
        self.invalidate_recordset()
        for line in self:
            if line.state != "differs":
                raise UserError(
                    self.env._("There is nothing to decide about “%s”.", line.display_name)
                )
