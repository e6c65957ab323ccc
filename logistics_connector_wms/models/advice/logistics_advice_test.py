from odoo import api, models
from odoo.exceptions import UserError

from ...core.advice import Advice, Snapshot
from .logistics_advice_filing import _digest

BOOKED, PARTLY, PERSON, WAITS, NOTED = "booked", "partly", "person", "waits", "noted"
# Why a line is not booked, for the partner: without our settings, names and screens.
WHY = {
    "unknown_product": "This product is unknown here.",
    "ambiguous_product": "This means several products here.",
    "unknown_unit": "This unit is unknown for the product.",
    "fraction": "This is no whole number of pieces.",
    "negative": "The quantity is negative.",
    "serials_differ": "The serial numbers are not as many as the pieces, or one is twice.",
    "lot_missing": "The product is kept by lots, and none is named.",
    "unknown_lot": "A lot or serial number is unknown here.",
    "other_lot": "The lot is not the one that was reserved.",
    "over": "It is more than is open of the order.",
    "not_ordered": "The order does not ask for it.",
    "wrong_product": "The line that it names is of another product.",
    "no_line": "The order has no such line.",
    "substitute": "It was sent in the place of another product.",
    "cancelled": "The order is cancelled.",
    "no_place": "No place was agreed for goods in this condition.",
    "no_package": "It names a package that the message does not describe.",
    "unknown_reason": "This reason was not agreed.",
    "whole": "Another line of the same advice is in trouble.",
}
UNKNOWN = ("unknown_product", "ambiguous_product")
NO_ORDER = "The order is unknown here: it waits until it is there."
NO_WAREHOUSE = "It does not say of which warehouse it speaks, or by a code that nobody knows."
COUNTED = "What was counted is compared; nothing is booked."
MOST_LINES = 1000


class LogisticsAdvice(models.Model):
    """What would be booked: planned by the code that books, up to where goods would move. Goods are
    never moved in a test: what hangs on a validated transfer (labels, text messages) may reach out
    of the transaction."""

    _inherit = "logistics.advice"

    def _plan_test(self):
        """What would become of one advice that was filed on the stage.

        :return: result, and why where there is one reason for all of it
        """
        self.ensure_one()
        company = self.company_id
        advice = self.with_company(company).with_context(allowed_company_ids=company.ids)
        return getattr(advice, f"_plan_test_{self.kind}")()

    def _plan_test_ship(self):
        return self._plan_test_order(self.connection_id.advice_over)

    def _plan_test_receipt(self):
        return self._plan_test_order(self.connection_id.advice_receipt_over)

    def _plan_test_order(self, over):
        root = self._find_order()
        if not root:
            return WAITS, NO_ORDER
        planned = self._plan_order(over, root, root._logistics_chain())
        bookable = planned[2] if planned else ()
        return self._planned_result(bookable)

    def _plan_test_adjustment(self):
        bookable = self._plan_adjustment()
        return (PERSON, NO_WAREHOUSE) if bookable is None else self._planned_result(bookable)

    def _plan_test_release(self):
        return (NOTED, "") if self._find_released() else (WAITS, NO_ORDER)

    def _plan_test_progress(self):
        return NOTED, ""

    def _plan_test_count(self):
        self._readable_lines()
        is_troubled = any(line.state == "trouble" for line in self.line_ids)
        return (
            PERSON if is_troubled else NOTED
        ), "What was counted is compared; nothing is booked."

    def _planned_result(self, bookable):
        for line in bookable:
            line._book_as_done()
        states = set(self.line_ids.mapped("state"))
        if "trouble" not in states:
            return BOOKED, ""
        return (PARTLY if "booked" in states else PERSON), ""


class LogisticsPartnerTest(models.AbstractModel):
    _inherit = "logistics.partner.test"

    @api.model
    def _look_at_statements(self, message, parsed, told):
        result = super()._look_at_statements(message, parsed, told)
        statements = parsed.statements if parsed else ()
        advices = [one for one in statements if isinstance(one, Advice)]
        snapshots = [one for one in statements if isinstance(one, Snapshot)]
        if not (advices or snapshots):
            return result
        unknown = {"orders": [], "products": []}
        told["advices"] = [self._advice_words(message, one, unknown) for one in advices]
        told["advices"] += [self._snapshot_words(message, one, unknown) for one in snapshots]
        told["unknown"] = {name: sorted(set(values)) for name, values in unknown.items()}
        if any(one["result"] in (WAITS, PARTLY, PERSON) for one in told["advices"]):
            told["verdict"] = "waits"
        return result

    @api.model
    def _advice_words(self, message, said, unknown):
        words = {
            "pointer": said.pointer,
            "kind": said.kind,
            "id": said.id,
            "order": said.order,
            "result": NOTED,
            "why": "",
            "lines": [],
        }
        advice = self._filed(message, said)
        if not advice:
            return words
        if advice.message_id != message:
            is_same = advice.digest == _digest(said)
            words["result"] = NOTED if is_same else PERSON
            words["why"] = (
                "It was told before: nothing is booked twice."
                if is_same
                else "Another content came under this number, and this is no greater revision."
            )
            return words
        if advice.state == "superseded":
            words["why"] = "A greater revision came before."
            return words
        if advice.state == "trouble":
            words.update(result=PERSON, why="It takes the place of what was booked already.")
            return words
        try:
            with self.env.cr.savepoint():
                words["result"], words["why"] = advice._plan_test()
                advice.env.flush_all()
        except UserError:  # its text speaks of our records
            words.update(result=PERSON, why="It cannot be booked as it is.")
        if words["why"] == NO_ORDER:
            unknown["orders"].append(said.order)
            self._understand_lines(message, said.lines, unknown)
        words["lines"] = self._line_words(advice, said, unknown)
        return words

    @api.model
    def _filed(self, message, said):
        return (
            self.env["logistics.advice"]
            .sudo()
            .search(
                [
                    ("connection_id", "=", message.connection_id.id),
                    ("kind", "=", said.kind),
                    ("name", "=", said.id[:200]),
                    ("revision", "=", said.revision),
                ],
                limit=1,
            )
        )

    @api.model
    def _line_words(self, advice, said, unknown):
        found = []
        for line in advice.line_ids.sorted("sequence")[:MOST_LINES]:
            told = said.lines[line.sequence - 1] if line.sequence <= len(said.lines) else None
            name = line.product_code or line.barcode or ""
            if line.trouble_code in UNKNOWN:
                unknown["products"].append(name)
            found.append(
                {
                    "pointer": told.pointer if told else said.pointer,
                    "product": name,
                    "quantity": line.quantity,
                    "result": {"booked": BOOKED, "trouble": PERSON}.get(line.state, WAITS),
                    "why": WHY.get(line.trouble_code, "") if line.state == "trouble" else "",
                    "code": line.trouble_code or "",
                }
            )
        return found

    @api.model
    def _snapshot_words(self, message, said, unknown):
        self._understand_lines(message, said.lines, unknown)
        return {
            "pointer": getattr(said, "pointer", ""),
            "kind": "snapshot",
            "id": said.id,
            "order": "",
            "result": NOTED,
            "why": "Stock is compared; a snapshot books nothing.",
            "lines": [],
        }

    @api.model
    def _understand_lines(self, message, lines, unknown):
        """Of goods that are not planned: the words that nobody understands."""
        words = {(line.product or "", line.barcode or "", line.unit or "") for line in lines}
        codes = self.env["logistics.item.code"].sudo()
        for (product, barcode, _unit), goods in codes._understand(
            message.connection_id, words
        ).items():
            if goods.trouble in UNKNOWN:
                unknown["products"].append(product or barcode)
