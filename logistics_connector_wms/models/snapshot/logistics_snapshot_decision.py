from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

KEEPER, MANAGER = "stock.group_stock_user", "stock.group_stock_manager"
UNEXPLAINED = ("lost", "variance")


class LogisticsSnapshotResult(models.Model):
    """What a person decides about a difference."""

    _inherit = "logistics.snapshot.result"

    def _check_may(self, group):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._("Only who works with stock may decide about it.")
                if group == KEEPER
                else self.env._("Only who manages the inventory may change stock by it.")
            )

    def action_ignore(self, reason, until):
        """Leave differences alone for a time, while they stay as they are.

        :param str reason: why
        :param until: the last day, a date
        """
        self._check_may(KEEPER)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it is ignored."))
        until = fields.Date.to_date(until)
        if not until or until < fields.Date.context_today(self):
            raise UserError(
                self.env._("Say until when it is ignored: a day that is still to come.")
            )
        if any(one.kind == "match" for one in self):
            raise UserError(self.env._("There is no difference to be ignored."))
        self.sudo().write(
            {
                "is_ignored": True,
                "ignored_until": until,
                "reason": reason.strip()[:200],
                "decided_by_id": self.env.user.id,
            }
        )
        for snapshot in self.sudo().snapshot_id:
            snapshot._tell()
        return True

    def action_ask_count(self, reason):
        """Ask the warehouse to count what differs; the count to look at."""
        self._check_may(KEEPER)
        warehouse = self.warehouse_id
        if len(warehouse) != 1:
            raise UserError(self.env._("Choose differences of one warehouse."))
        goods = [(one.product_id, one.lot_id, one.condition) for one in self]
        return self.env["logistics.count"]._ask(warehouse, goods, reason).get_formview_action()

    def action_apply(self, reason):
        """They are right: book the difference as of the moment, each once, in one's own name.

        :param str reason: why, for the moves
        """
        self._check_may(MANAGER)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the stock is changed."))
        moves = self.env["stock.move"]
        for snapshot in self.sudo().snapshot_id:
            results = self.sudo().filtered(lambda one, own=snapshot: one.snapshot_id == own)
            moves |= snapshot._apply(results, reason.strip()[:200])
            snapshot._tell()
        return moves.ids

    def _decision(self):
        """Until when it is left alone, why, and who said so."""
        return self.ignored_until, self.reason, self.decided_by_id.id or None


class LogisticsSnapshot(models.Model):
    _inherit = "logistics.snapshot"

    def _apply(self, results, reason):
        """Book differences that stand as they stood when they were found."""
        self.env.cr.execute(
            "SELECT id FROM logistics_snapshot_result WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            (results.ids,),
        )
        results.invalidate_recordset()
        snapshot = self.with_company(self.company_id)
        ours = snapshot._our_side(snapshot._their_side()[0])
        moves = self.env["stock.move"]
        for one in results:
            if one.move_id:
                raise UserError(self.env._("“%s” was booked already.", one.display_name))
            if one.kind not in UNEXPLAINED:
                raise UserError(
                    self.env._(
                        "“%s” is explained, or nobody knows what it is: there is nothing to book.",
                        one.display_name,
                    )
                )
            key = (one.product_id.id, one.lot_id.id or 0, one.condition)
            if abs(float(ours.get(key, Decimal(0))) - one.ours) > 1e-6:
                raise UserError(
                    self.env._(
                        "“%s” has changed since it was compared: something was booked meanwhile. "
                        "Compare again.",
                        one.display_name,
                    )
                )
            if one.product_id.tracking != "none" and not one.lot_id:
                raise UserError(
                    self.env._(
                        "“%s” is kept by lots, and the snapshot names none: ask for a count by "
                        "lots.",
                        one.display_name,
                    )
                )
            moves |= snapshot._book_difference(one, reason)
        return moves

    def _book_difference(self, result, reason):
        name = self.env._("%(snapshot)s: %(reason)s", snapshot=self.display_name, reason=reason)
        move = self.warehouse_id._logistics_book(
            result.product_id, result.lot_id, result.condition, result.difference, self.as_of, name
        )
        result.write({"move_id": move.id, "reason": reason, "decided_by_id": self.env.user.id})
        return move

    def action_compare_again(self):
        """Compare anew, with what has been booked or mapped since."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(KEEPER)):
            raise AccessError(self.env._("Only who works with stock may do this."))
        snapshots = self.sudo().filtered(lambda one: one.state in ("compared", "problem"))
        if any(snapshots.mapped("is_forgotten")):  # without lines is a building that is empty
            raise UserError(self.env._("What it said was deleted with time; ask for a new one."))
        snapshots.write({"state": "to_compare", "tries": 0, "next_try_at": False})
        self.env["logistics.snapshot.desk"]._wake_after_commit()
        return True
