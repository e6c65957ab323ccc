import json
from decimal import Decimal

from odoo import models

from ...core import allocation
from ...core.allocation import Said


class LogisticsAdvice(models.Model):
    """Of an advice that names exceptions only: what it leaves out has left in full."""

    _inherit = "logistics.advice"

    def _with_unlisted(self, said, wanted):
        """Of an advice that names exceptions only, the rest as lines of its own: what is booked is
        seen."""
        told = self._told_quantities()
        if told is not None:
            # What is open and was not released, as it had no stock, has not left.
            done = {
                one.key: self._done_of(self.env["stock.move"].browse(one.key)) for one in wanted
            }
            wanted = allocation.released(wanted, told, done)
        added = allocation.in_full(wanted, said, first_key=0)[len(said) :]
        for one in added:
            product = self.env["product.product"].browse(one.product)
            line = self.env["logistics.advice.line"].create(
                {
                    "advice_id": self.id,
                    "connection_id": self.connection_id.id,
                    "company_id": self.company_id.id,
                    "sequence": 10000 + one.key,
                    "product_code": product.default_code or f"#{product.id}",
                    "product_id": product.id,
                    "uom_id": product.uom_id.id,
                    "quantity": float(one.quantity),
                    "line_number": one.line,
                    "condition": "available",
                    "reason": self.env._("Not listed: left in full"),
                }
            )
            said.append(Said(line.id, one.product, one.quantity, one.line))
        return said

    def _told_quantities(self):
        """What the release asked for of which the warehouse speaks.

        :return: dict, number of the line → Decimal in the product's unit; None where no release can
            be read
        """
        domain = [
            ("connection_id", "=", self.connection_id.id),
            ("direction", "=", "out"),
            ("res_model", "=", "stock.picking"),
            ("res_id", "=", self.picking_id.id),
            ("state", "not in", ("cancelled", "rejected", "dismissed")),
            "|",
            ("state", "not in", ("pending", "scheduled")),
            ("tries", ">", 0),
        ]
        messages = self.env["logistics.message"].sudo().search(domain, order="id desc")
        bodies = messages._read_bodies()
        for message in self._worked_by_them(messages):
            try:
                lines = json.loads(bodies.get(message.id) or b"null")["lines"]
            except (ValueError, TypeError, KeyError):
                continue  # a cancellation, or what is kept no longer
            told = {}
            for line in lines:
                move = self.env["stock.move"].browse(line["line"]).exists()
                asked = move.product_uom._compute_quantity(
                    line["quantity"], move.product_id.uom_id, round=False
                )
                told[line["line"]] = Decimal(repr(asked)).quantize(Decimal("0.000001")).normalize()
            return told
        return None

    def _worked_by_them(self, messages):
        """Those of the messages about a release (newest first) that the warehouse may have worked
        when these goods left, the likeliest first.

        One that it did not take is none. One that was told after they had left, and that it has not
        taken yet, is less likely than one before that it took.
        """
        versions = self.env["logistics.release.version"].search(
            [("release_id.picking_id", "=", self.picking_id.id)]
        )
        by_message = {version.message_id.id: version for version in versions}
        likely, later = [], []
        for message in messages:
            version = by_message.get((message.moved_from_id or message).id)
            if version and version.answer in ("rejected", "too_late"):
                continue
            is_taken = not version or version.answer
            is_early = not self.occurred_at or (version and version.told_at <= self.occurred_at)
            (likely if is_taken or is_early else later).append(message)
        return [*likely, *later]
