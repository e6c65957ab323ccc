from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.tools import float_compare

from .logistics_advice import OPEN_STATES

# How long what waits for something is left alone: by how long it has waited, at least and at most.
SHORTEST, LONGEST = 15, 1800  # seconds
WHOLE_UNIT = "uom.product_uom_unit"


class LogisticsAdvice(models.Model):
    """Booking: what the words of an advice mean, who works it, and what is said of it after that.
    As superuser, in the transaction that also writes what became of it (law 5)."""

    _inherit = "logistics.advice"

    def _book(self):
        """Book what is open of one advice. Whoever comes second finds it done.

        :return: whether goods were moved: others may have waited for that
        """
        self.ensure_one()
        self.env.cr.execute(
            "SELECT state FROM logistics_advice WHERE id = %s FOR UPDATE", (self.id,)
        )
        row = self.env.cr.fetchone()
        if not row or row[0] not in OPEN_STATES:
            return False
        self.invalidate_recordset()
        before = self.move_ids
        company = self.company_id
        advice = self.with_company(company).with_context(allowed_company_ids=company.ids)
        getattr(advice, f"_book_{self.kind}")()
        return bool(self.move_ids - before)

    # -- meaning ------------------------------------------------------------------------------

    def _readable_lines(self):
        """The lines to be booked whose words are understood; the others are put in trouble.

        :return: dict, line → quantity in the product's unit (Decimal)
        """
        lines = self.line_ids.filtered(lambda line: line.state in ("open", "trouble"))
        words = {
            line: (line.product_code or "", line.barcode or "", line.unit or "") for line in lines
        }
        meant = self.env["logistics.item.code"]._understand(self.connection_id, words.values())
        readable = {}
        for line in lines:
            goods = meant[words[line]]
            line.write({"product_id": goods.product_id or False, "uom_id": goods.uom_id or False})
            if goods.trouble:
                line._put_in_trouble(goods.trouble)
                continue
            quantity, code = line._in_our_unit()
            if code:
                line._put_in_trouble(code)
            else:
                readable[line] = quantity
        return readable

    # -- outcome ------------------------------------------------------------------------------

    def _wait(self, problem, trouble):
        """It cannot be booked yet: what it speaks of has not come. A person is told when it still
        has not at the second look: messages overtake each other all the time."""
        now = fields.Datetime.now()
        waited = (now - self.received_at).total_seconds()
        pause = min(max(waited / 2, SHORTEST), LONGEST)
        is_first = self.state != "waiting"
        self.write(
            {
                "state": "waiting",
                "problem": problem,
                "tries": 0,
                "next_try_at": now + timedelta(seconds=pause),
            }
        )
        if not is_first:
            self._report(trouble, problem)

    def _put_in_trouble(self, problem):
        """A person has to look at all of it."""
        self.write({"state": "trouble", "problem": problem[:500], "next_try_at": False})
        self._report("advice_trouble", problem)

    def _finish(self, moves=None):
        """Write what became of it, by its lines, and tell a person where some are in trouble."""
        if moves:
            moves.filtered(lambda move: not move.logistics_done_at).write(
                {"logistics_done_at": self.occurred_at, "logistics_advice_id": self.id}
            )
        troubled = self.line_ids.filtered(lambda line: line.state == "trouble")
        if not troubled:
            state = "applied"
        else:
            is_partly = any(line.state == "booked" for line in self.line_ids)
            state = "partial" if is_partly else "trouble"
        self.write(
            {
                "state": state,
                "problem": troubled[:1].trouble or False,
                "tries": 0,
                "next_try_at": False,
                "booked_at": fields.Datetime.now(),
            }
        )
        if troubled:
            self._report("advice_trouble", troubled[0].trouble)
        else:
            self._heal(self.env._("It was booked."))

    def _report(self, kind, problem):
        self.env["logistics.exception"].sudo()._report([self._trouble(kind, problem)])

    def _trouble(self, kind, problem):
        """What a person is told, as ``logistics.exception._report`` takes it."""
        return {
            "type": kind,
            "key": f"advice:{self.id}",
            "name": self.env._(
                "%(advice)s: %(problem)s", advice=self.display_name, problem=problem
            )[:200],
            "company_id": self.company_id.id,
            "warehouse_id": self.warehouse_id.id,
            "connection_id": self.connection_id.id,
            "message_id": self.message_id.id,
            "provider": self.connection_id.provider_id.code,
            "reference": self.order_ref or self.name,
            "detail": self._two_sides(),
            "shipment_id": self.picking_id.shipment_ids[:1].id,
        }

    def _heal(self, outcome):
        self.env["logistics.exception"].sudo()._resolve_keys([f"advice:{self.id}"], outcome)

    def _two_sides(self):
        """What the warehouse says beside what we expected, a row for each line that differs."""
        rows = []
        for line in self.line_ids.filtered(lambda line: line.state == "trouble"):
            unit = line.unit or line.uom_id.name or ""
            rows.append(
                self.env._(
                    "%(product)s: they say %(theirs)s %(unit)s, we expected %(ours)s %(own)s. "
                    "%(why)s",
                    product=line.display_name,
                    theirs=f"{line.quantity:g}",
                    unit=unit,
                    ours=f"{line.ordered:g}",
                    own=line.product_id.uom_id.name or "",
                    why=line.trouble or "",
                )
            )
        return "\n".join(rows) or self.problem or ""


class LogisticsAdviceLine(models.Model):
    _inherit = "logistics.advice.line"

    def _in_our_unit(self):
        """The quantity in the product's own unit.

        :return: (Decimal, "") or (None, code of the trouble)
        """
        self.ensure_one()
        product = self.product_id
        theirs = Decimal(repr(self.quantity))
        unit = product.uom_id
        factor = self.uom_id._compute_quantity(1, unit, round=False)
        quantity = theirs * Decimal(repr(factor)) if self.uom_id != unit else theirs
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rounded = round(quantity, digits)
        if float_compare(float(quantity), float(rounded), precision_digits=digits + 4):
            return None, "fraction"
        if not self.is_accepted and self._is_in_pieces() and rounded != int(rounded):
            return None, "fraction"
        serials = self._serial_list()
        if product.tracking == "serial":
            if rounded != int(rounded):
                return None, "fraction"
            named = serials or ([self.lot_name] if self.lot_name else [])
            if len(set(named)) != abs(int(rounded)) and (named or self._needs_lot()):
                return None, "serials_differ"
        if product.tracking == "lot" and not self.lot_name and rounded and self._needs_lot():
            return None, "lot_missing"
        return rounded, ""

    def _is_in_pieces(self):
        """Whether a product is counted, and not weighed or measured."""
        return self.product_id.uom_id._has_common_reference(self.env.ref(WHOLE_UNIT))

    def _needs_lot(self):
        return bool(self.quantity) and self.advice_id.kind != "release"

    def _lots(self, quantity):
        """Lots and serial numbers of the line: list of (name, quantity), ("", all) without any."""
        self.ensure_one()
        if self.product_id.tracking == "none":
            return [("", quantity)]
        serials = self._serial_list() or ([self.lot_name] if self.lot_name else [])
        if self.product_id.tracking == "serial":
            return [(name, Decimal(1)) for name in serials]
        return [(self.lot_name or "", quantity)]

    def _put_in_trouble(self, code, **words):
        self.write(
            {"state": "trouble", "trouble_code": code, "trouble": self._trouble_words(code, words)}
        )

    def _book_as_done(self):
        self.write({"state": "booked", "trouble": False, "trouble_code": False})

    def _trouble_words(self, code, words):
        """Why a line is not booked, as a person at the warehouse desk says it."""
        name = self.product_code or self.barcode or ""
        lot = words.get("lot", self.lot_name or "")
        excess = float(words.get("excess", 0))
        texts = {
            "unknown_product": self.env._(
                "Nobody knows “%s” here. Say what it means under Partners' item codes.", name
            ),
            "ambiguous_product": self.env._("“%s” means several products.", name),
            "unknown_unit": self.env._(
                "The unit “%(unit)s” is unknown for %(product)s.", unit=self.unit, product=name
            ),
            "fraction": self.env._("%s pieces is no whole number.", f"{self.quantity:g}"),
            "negative": self.env._("The quantity is negative."),
            "serials_differ": self.env._(
                "The serial numbers are not as many as the pieces, or one is twice."
            ),
            "lot_missing": self.env._("The product is kept by lots, and none is named."),
            "unknown_lot": self.env._("The lot “%s” is unknown here.", lot),
            "other_lot": self.env._(
                "The lot “%s” is not the one that was reserved.",
                lot,
            ),
            "over": self.env._("%s more than is open of the order.", f"{excess:g}"),
            "not_ordered": self.env._("The order does not ask for it."),
            "wrong_product": self.env._("The line that it names is of another product."),
            "no_line": self.env._("The order has no line %s.", self.line_number),
            "substitute": self.env._("It was sent in the place of another product."),
            "cancelled": self.env._("The order is cancelled."),
            "no_place": self.env._(
                "No place was chosen in %(warehouse)s for goods that are: %(condition)s.",
                warehouse=self.advice_id.warehouse_id.name or "",
                condition=words.get("condition", ""),
            ),
            "no_package": self.env._("It names a package that the message does not describe."),
            "unknown_reason": self.env._(
                "Nobody knows the reason “%s” here. Say what it means under Reasons of stock "
                "changes.",
                self.reason or "-",
            ),
            "whole": self.env._("Another line of the same message is in trouble."),
        }
        return texts[code]
