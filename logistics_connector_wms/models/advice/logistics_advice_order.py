from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...core import allocation
from ...core.allocation import Rules, Said, Wanted

# What Odoo would ask a person at a screen: it has happened, whatever the answer.
VALIDATION = {"skip_backorder": True, "skip_sms": True, "skip_expired": True}
CLOSED = ("done", "cancel")


class LogisticsAdvice(models.Model):
    """Booking what left or came in on the transfer that was released, and on its back-orders."""

    _inherit = "logistics.advice"

    def _book_ship(self):
        self._book_order(self.connection_id.advice_over)

    def _book_receipt(self):
        self._book_order(self.connection_id.advice_receipt_over)

    def _book_order(self, over):
        root = self._find_order()
        if not root:
            problem = self.env._("No transfer %s is known here.", self.order_ref or "-")
            return self._wait(problem, "advice_unknown_order")
        chain = root._logistics_chain()
        self._lock(chain)
        planned = self._plan_order(over, root, chain)
        if planned is None:
            return self._finish()
        plan, by_id, bookable = planned
        moves = self._book_plan(plan, bookable, chain)
        self._finish(moves)
        self._close_rest(root)
        self._tell_sales(root, plan, by_id, bookable)
        return None

    def _plan_order(self, over, root, chain):
        """What can be booked on an order, and what is in trouble; nothing is booked by this.

        :return: plan, lines by id, and those of them that can be booked; None where a cancelled
            order leaves nothing to do
        """
        self.write({"picking_id": root.id, "warehouse_id": self._warehouse_of(root).id})
        lines = self._beyond_booked(self._readable_lines())
        is_cancelled = all(picking.state == "cancel" for picking in chain)
        wanted = self._wanted(chain.move_ids if is_cancelled else _alive(chain.move_ids))
        said = self._said(lines, wanted)
        if is_cancelled:
            # Goods that left all the same are booked when a person believes it.
            wanted, said = [], [one for one in said if one.is_accepted]
            self._doubt_cancelled({one.key for one in said})
            if not said:
                return None
        rules = Rules(
            over,
            Decimal(repr(self.connection_id.advice_over_percent)),
            self.connection_id.advice_substitute == "accept",
        )
        plan = allocation.allocate(wanted, said, rules)
        by_id = {line.id: line for line in lines}
        self._note_expected(by_id, plan, wanted)
        gone = chain.move_ids - _alive(chain.move_ids)
        gone = {*gone.ids, *gone.mapped("logistics_line")}
        for trouble in plan.troubles:
            line, code = by_id[trouble.said], trouble.code
            # The rest of an order that was cancelled, and left all the same.
            if code == allocation.NO_LINE and line.line_number in gone:
                code = "cancelled"
            line._put_in_trouble(code, excess=trouble.excess)
        bookable = self._bookable(plan, by_id, chain)
        if self.connection_id.advice_is_whole and self._in_trouble():
            for line in bookable:
                line._put_in_trouble("whole")
            bookable = []
        return plan, by_id, bookable

    def _in_trouble(self):
        return any(line.state == "trouble" for line in self.line_ids)

    # -- what it is about ---------------------------------------------------------------------

    def _find_order(self):
        """The transfer that was released under the number that the advice names."""
        if not self.order_ref:
            return self.env["stock.picking"]
        warehouses = self.connection_id.warehouse_ids
        codes = ("incoming", "internal") if self.kind == "receipt" else ("outgoing", "internal")
        ours = [
            ("company_id", "in", self.connection_id._served_companies().ids),
            ("picking_type_code", "in", codes),
            "|",
            ("picking_type_id.warehouse_id", "in", warehouses.ids),
            ("location_dest_id.warehouse_id", "in", warehouses.ids),
        ]
        pickings = self.env["stock.picking"]
        found = pickings.search([("name", "=", self.order_ref), *ours], limit=1)
        if found or self.kind != "receipt":
            return found
        # Some warehouses know what comes back by the order that it left with.
        back = pickings.search(
            [("return_id.name", "=", self.order_ref), ("backorder_id", "=", False), *ours]
        )
        back = back.filtered(lambda one: one.state != "cancel")
        return back if len(back) == 1 else pickings

    def _beyond_booked(self, lines):
        """Of lines that say how much has come so far, what is more than was booked of them: an
        older total that comes late says nothing new.

        :param dict lines: line → quantity in the product's unit
        :return: the same, without what is booked
        """
        if not self.is_total:
            return lines
        self.flush_model()
        same = self.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("kind", "=", self.kind),
                ("name", "=", self.name),
            ]
        )
        booked = {}
        done = same.line_ids.move_line_ids.filtered(lambda one: one.state == "done")
        for told in done:
            key = self._sort_of_goods(told.logistics_advice_line_id)
            quantity = told.product_uom_id._compute_quantity(
                told.quantity, told.product_id.uom_id, round=False
            )
            booked[key] = booked.get(key, Decimal(0)) + Decimal(repr(quantity))
        beyond = {}
        for line, quantity in lines.items():
            known = min(booked.get(self._sort_of_goods(line), Decimal(0)), quantity)
            booked[self._sort_of_goods(line)] = (
                booked.get(self._sort_of_goods(line), Decimal(0)) - known
            )
            if quantity > known:
                beyond[line] = quantity - known
            else:
                line._book_as_done()
        return beyond

    def _sort_of_goods(self, line):
        return (line.product_id.id, line.line_number, line.condition or "", line.disposition or "")

    def _warehouse_of(self, picking):
        """The partner's building in which the goods were worked."""
        ours = self.connection_id.warehouse_ids
        by_type = picking.picking_type_id.warehouse_id
        return by_type if by_type in ours else picking.location_dest_id.warehouse_id

    def _lock(self, chain):
        """Nobody else books on these until the end; what was read before is read again."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM stock_picking WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                chain.ids,
            )
        )

    def _doubt_cancelled(self, believed):
        """A cancelled order asks for nothing: its lines are in trouble, but those of these ids."""
        for line in self.line_ids.filtered(lambda line: line.state in ("open", "trouble")):
            if line.id not in believed:
                line._put_in_trouble("cancelled")

    def _wanted(self, moves):
        """What the order asked for, and what of it is open: moves as :class:`Wanted`."""
        found = []
        for move in moves.sorted("id"):
            is_done = move.state == "done"
            asked = Decimal(repr(move.product_qty))
            open_ = asked - self._done_of(move) if is_done else asked
            found.append(
                Wanted(
                    move.id,
                    move.product_id.id,
                    min(open_, allocation.ZERO) if is_done else open_,
                    frozenset({move.id, move.logistics_line or move.id}),
                    asked,
                    is_done,
                )
            )
        return found

    def _done_of(self, move):
        unit = move.product_id.uom_id
        done = move.product_uom._compute_quantity(move.quantity, unit, round=False)
        return Decimal(repr(done)).quantize(Decimal("0.000001")).normalize()

    def _said(self, lines, wanted):
        said = []
        words = [(line.substitutes, "", "") for line in lines if line.substitutes]
        meant = self.env["logistics.item.code"]._understand(self.connection_id, words)
        for line, quantity in lines.items():
            replaced = meant[line.substitutes, "", ""] if line.substitutes else None
            if replaced and replaced.trouble:
                line._put_in_trouble(replaced.trouble)
                continue
            said.append(
                Said(
                    line.id,
                    line.product_id.id,
                    quantity,
                    line.line_number or None,
                    replaced.product_id if replaced else 0,
                    line.is_accepted,
                )
            )
        is_partial = self.exceptions_only or self.connection_id.advice_exceptions_only
        # Without the line that it is about, nobody knows what is left out.
        if self.kind == "ship" and is_partial and not self._in_trouble() and not self.booked_at:
            said = self._with_unlisted(said, wanted)
        return said

    def _note_expected(self, by_id, plan, wanted):
        """With each line what was open of it: the other one of the two sides."""
        for line in self.line_ids.filtered("product_id"):
            by_id.setdefault(line.id, line)
            open_ = sum(
                max(one.quantity, allocation.ZERO)
                for one in wanted
                if one.product == line.product_id.id
                and (not line.line_number or line.line_number in one.lines)
            )
            line.ordered = float(open_)

    # -- the rest -----------------------------------------------------------------------------

    def _close_rest(self, root):
        """What of the order is open when the warehouse says that nothing follows."""
        chain = root._logistics_chain()
        rest = chain.filtered(lambda picking: picking.state not in CLOSED)
        waits = bool(rest) and not self._is_over(root)
        chain.logistics_rest_waits = waits
        if waits or not rest or rest == root:
            return
        if self.kind == "ship" and self.connection_id.advice_short == "cancel":
            rest.action_cancel()
            self._note_sales(
                root, self.env._("The warehouse could not ship all of it; the rest is cancelled.")
            )
        elif self.kind == "ship":
            rest._release_to_warehouse()

    def _is_over(self, root):
        """Whether nothing more comes of the order, by all that was said of it."""
        advices = self.search(
            [
                ("picking_id", "=", root.id),
                ("kind", "=", self.kind),
                ("state", "in", ("applied", "partial", "trouble")),
            ]
        )
        if any(advice.state != "applied" for advice in advices):
            return False  # a person decides about some of it first
        final = advices.filtered(lambda advice: advice._ends_order())
        if not final:
            return False
        last = max(final.mapped("number"))
        # The end may overtake what comes before it.
        return len(set(advices.mapped("number")) - {0}) >= last

    def _ends_order(self):
        if self.says_final:
            return self.is_final
        return self.connection_id.advice_short != "wait"

    # -- sales --------------------------------------------------------------------------------

    def _tell_sales(self, root, plan, by_id, booked):
        """What changes the price is told to who sold it."""
        if self.kind != "ship":
            return
        lines = [by_id[key] for key in {*plan.over, *plan.replaced} if by_id[key] in booked]
        for line in sorted(lines, key=lambda one: one.id):
            text = self.env._(
                "The warehouse shipped %(quantity)s × %(product)s, which is not what was ordered "
                "(%(advice)s).",
                quantity=f"{line.quantity:g}",
                product=line.display_name,
                advice=self.name,
            )
            self._note_sales(root, text)

    def _note_sales(self, root, text):
        for order in root._logistics_chain().move_ids.sale_line_id.order_id:
            order.activity_schedule(
                "mail.mail_activity_data_warning",
                note=text,
                user_id=order.user_id.id or self.env.uid,
            )

    def _validate(self, pickings):
        """Odoo's own validation, as if somebody pressed the button."""
        for picking in pickings:
            result = picking.with_context(**VALIDATION).button_validate()
            if picking.state != "done":
                wanted = result.get("name") if isinstance(result, dict) else ""
                raise UserError(
                    self.env._(
                        "Odoo did not validate %(picking)s: %(why)s",
                        picking=picking.name,
                        why=wanted or self.env._("it asks for a decision"),
                    )
                )


def _alive(moves):
    return moves.filtered(lambda move: move.state != "cancel")
