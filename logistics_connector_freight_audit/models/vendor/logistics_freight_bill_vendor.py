from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...core.bill import plain
from ..bill.logistics_freight_bill_decide import AUDITOR


class LogisticsFreightBill(models.Model):
    """The draft vendor bill: what was billed by class, what is disputed apart. An accountant looks
    at it and posts it; nothing posts itself (law 8)."""

    _inherit = "logistics.freight.bill"

    move_id = fields.Many2one(
        "account.move",
        "Vendor bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    rate_difference = fields.Monetary(
        compute="_compute_rate_difference",
        currency_field="company_currency_id",
        help="What the bill comes to at its own rate, less what it does at the rate in Odoo.",
    )

    @api.depends("exchange_rate", "amount_total", "currency_id", "date")
    def _compute_rate_difference(self):
        for bill in self:
            ours = bill.company_id.currency_id
            if not bill.exchange_rate or bill.currency_id == ours:
                bill.rate_difference = 0.0
                continue
            here = bill.currency_id._convert(bill.amount_total, ours, bill.company_id, bill.date)
            # A rate is told either way round: the one that comes near is meant.
            told = min(
                (bill.amount_total * bill.exchange_rate, bill.amount_total / bill.exchange_rate),
                key=lambda amount, here=here: abs(amount - here),
            )
            bill.rate_difference = ours.round(told - here)

    def action_create_vendor_bill(self):
        """Make the draft vendor bill of what was decided."""
        self.check_access("read")
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors bring bills into the books."))
        for bill in self:
            bill._check_may_book()
            # Whoever audits need not be an accountant: what is made is a draft, after these checks.
            move = self.env["account.move"].sudo().with_company(bill.company_id)
            move = move.create(bill._move_values())
            bill.sudo().write({"move_id": move.id, "state": "billed"})
            move.message_post(body=bill._why_so())
        return self.action_view_vendor_bill()

    def action_view_vendor_bill(self):
        moves = self.move_id
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Vendor bills"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", moves.ids)],
        }
        if len(moves) == 1:
            action.update(views=[(False, "form")], res_id=moves.id)
        return action

    def _check_may_book(self):
        self.lock_for_update()
        if self.state != "decided":
            raise UserError(self.env._("Decide first on all that bill %s charges.", self.name))
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "Say first whose vendor bills those of %s become: Freight → Configuration → "
                    "Carriers' billing terms.",
                    self.carrier_id.name or self.issuer,
                )
            )
        known = self._entered_already()
        if known:
            raise UserError(
                self.env._(
                    "Bill %(bill)s of %(vendor)s is in the books already: %(move)s.",
                    bill=self.name,
                    vendor=self.partner_id.name,
                    move=known.display_name,
                )
            )

    def _entered_already(self):
        """A vendor bill of this number that somebody entered by hand or by another way."""
        moves = self.env["account.move"].sudo()
        found = moves.search(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("ref", "!=", False),
            ]
        )
        return found.filtered(lambda move: plain(move.ref) == self.number_key)[:1]

    # -- what stands in it --------------------------------------------------------------------

    def _move_values(self):
        amounts = self._amounts_by_kind()
        total = sum(amounts.values())
        is_refund = self.currency_id.compare_amounts(total, 0) < 0
        sign = -1 if is_refund else 1
        names = dict(self.env["logistics.freight.product"]._fields["kind"].selection)
        lines = []
        for kind, amount, values in self._move_parts(amounts):
            if self.currency_id.is_zero(amount):
                continue
            if "product_id" not in values:
                product = self.env["logistics.freight.product"]._for(self.company_id, kind)
                values["product_id"] = product.id
            lines.append(
                Command.create(
                    {
                        "name": f"{self.display_name}: {names[kind]}",
                        "quantity": 1,
                        "price_unit": sign * amount,
                        **values,
                    }
                )
            )
        if not lines:
            raise UserError(self.env._("Bill %s charges nothing.", self.name))
        return {
            "move_type": "in_refund" if is_refund else "in_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "ref": self.name,
            "invoice_date": self.date,
            "invoice_date_due": self.date_due,
            "currency_id": self.currency_id.id,
            "invoice_line_ids": lines,
        }

    def _move_parts(self, amounts):
        """What becomes a line each: class, amount, and values of the line that are its own.

        :param dict amounts: class → amount without tax
        """
        distributions = self._analytic_by_kind()
        return [
            (kind, amount, {"analytic_distribution": distributions.get(kind)})
            for kind, amount in sorted(amounts.items())
        ]

    def _amounts_by_kind(self):
        """Class → amount, without tax. What is disputed is no cost until the carrier has answered:
        it is taken from the class that the findings are about, and stands by itself."""
        amounts = defaultdict(float)
        kinds = self._kinds_in_books()
        for line in self.shipment_line_ids:
            mine = line._billed_by_kind(kinds)
            for kind, amount in line._disputed_by_kind(mine).items():
                mine[kind] -= amount
                amounts["disputed"] += amount
            for kind, amount in mine.items():
                amounts[kind] += amount
        return {kind: self.currency_id.round(amount) for kind, amount in amounts.items()}

    def _kinds_in_books(self):
        """Id of a charge → the class in which it stands in the books, where that is not its own."""
        return {}

    def _analytic_by_kind(self, lines=None):
        """Class → analytic distribution, by what each shipment's order has, weighted by amount.

        :param lines: the billed shipments to look at; None: all
        """
        weights = defaultdict(lambda: defaultdict(float))
        totals = defaultdict(float)
        for line in self.shipment_line_ids if lines is None else lines:
            distribution = line._analytic_distribution()
            for charge in line.charge_ids:
                if charge.is_informational:
                    continue
                kind = charge.kind or "base"
                totals[kind] += abs(charge.net)
                for key, percent in distribution.items():
                    weights[kind][key] += abs(charge.net) * percent
        return {
            kind: {key: round(amount / totals[kind], 2) for key, amount in keys.items()}
            for kind, keys in weights.items()
            if totals[kind]
        }

    def _why_so(self):
        """The note on the vendor bill, for whoever posts it."""
        text = self.env._(
            "Made of freight bill %(bill)s: %(count)s shipments, to be paid now without tax: "
            "%(pay)s %(currency)s, disputed: %(disputed)s %(currency)s.",
            bill=self.display_name,
            count=self.line_count,
            pay=f"{self.pay_amount:.2f}",
            disputed=f"{self.disputed_amount:.2f}",
            currency=self.currency_id.name,
        )
        told, computed = self.amount_tax, self.move_id.amount_tax
        if self.currency_id.compare_amounts(told, abs(computed)):
            text += " " + self.env._(
                "The carrier tells %(told)s of tax, the taxes of the products make %(computed)s: "
                "look at the taxes before you post it.",
                told=f"{told:.2f}",
                computed=f"{computed:.2f}",
            )
        return text

    def _left_the_books(self):
        """The vendor bill was deleted or cancelled: it can be made again."""
        self.filtered(lambda bill: bill.state == "billed").write(
            {"state": "decided", "move_id": False}
        )


class LogisticsFreightBillShipment(models.Model):
    _inherit = "logistics.freight.bill.shipment"

    def _billed_by_kind(self, kinds):
        """Class → what is billed of it without tax, as the bill's currency has it.

        :param dict kinds: id of a charge → its class in the books, where that is not its own
        """
        billed = defaultdict(float)
        for charge in self.charge_ids:
            if not charge.is_informational and charge.currency_id == self.bill_id.currency_id:
                billed[kinds.get(charge.id) or charge.kind or "base"] += charge.net
        return billed

    def _disputed_by_kind(self, billed):
        """Class → how much of it is disputed: first of the classes that the findings are about.

        :param dict billed: class → what is billed
        """
        left, found = self.disputed_amount, defaultdict(float)
        charges = {charge.id: charge for charge in self.charge_ids}
        wanted = []
        for finding in self.findings or ():
            kinds = {charges[one].kind for one in finding["charges"] if one in charges}
            wanted += [(kind or "base", finding["amount"] / len(kinds)) for kind in sorted(kinds)]
        rest = sorted(billed, key=lambda kind: -billed[kind])
        wanted += [(kind, billed[kind]) for kind in rest]
        for kind, amount in wanted:
            part = min(left, amount, billed[kind] - found[kind])
            if part > 0:
                found[kind] += part
                left -= part
        return found

    def _analytic_distribution(self):
        """What the orders of the shipment have, evenly over their lines: key → percent."""
        orders = (self.shared_shipment_ids or self.shipment_id).sudo().sale_order_ids
        lines = orders.order_line.filtered("analytic_distribution")
        found = defaultdict(float)
        for line in lines:
            for key, percent in line.analytic_distribution.items():
                found[key] += percent / len(lines)
        return found
