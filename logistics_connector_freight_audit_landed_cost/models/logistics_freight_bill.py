from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.landed import converted

AUDITOR = "logistics_connector_freight_audit.group_freight_auditor"


class LogisticsFreightBill(models.Model):
    """What was billed for goods that came in is added to their value by landed costs: drafts, one
    for each set of receipts, so that no shipment pays for another's goods. Whoever values stock
    looks at them and validates them (law 8)."""

    _inherit = "logistics.freight.bill"

    landed_cost_ids = fields.One2many(
        "stock.landed.cost",
        "freight_bill_id",
        "Landed costs",
        readonly=True,
        groups="stock.group_stock_manager",
    )
    landed_cost_count = fields.Integer(
        "Number of landed costs", compute="_compute_landed_costs", compute_sudo=True
    )
    is_inbound = fields.Boolean(
        "For goods that came in", compute="_compute_landed_costs", compute_sudo=True
    )

    @api.depends("landed_cost_ids.state", "shipment_line_ids.shipment_id")
    def _compute_landed_costs(self):
        lines = self.env["logistics.freight.bill.shipment"]
        incoming = ("picking_ids.picking_type_code", "=", "incoming")
        for bill in self:
            costs = bill.landed_cost_ids.filtered(lambda cost: cost.state != "cancel")
            bill.landed_cost_count = len(costs)
            bill.is_inbound = lines.search_count(
                [
                    ("bill_id", "=", bill.id),
                    "|",
                    ("shipment_id", "any", [incoming]),
                    ("shared_shipment_ids", "any", [incoming]),
                ],
                limit=1,
            )

    # -- people -------------------------------------------------------------------------------

    def action_create_landed_costs(self):
        """Make the draft landed costs of what is not in one yet."""
        self.check_access("read")
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors bring bills into the books."))
        # Whoever audits need not value stock: what is made is a draft, after these checks.
        made, reasons = self.sudo()._make_landed_costs()
        if not made:
            raise UserError("\n".join(reasons))
        costs = made.with_env(self.env)
        if costs.has_access("read"):
            return self._landed_costs_action(costs)
        names = ", ".join(made.mapped("name"))
        message = self.env._("Drafts for whoever values stock: %s.", names)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if reasons else "success",
                "message": "\n".join([message, *reasons]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_landed_costs(self):
        return self._landed_costs_action(self.landed_cost_ids)

    def _landed_costs_action(self, costs):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit_landed_cost.action_freight_landed_cost"
        )
        if len(costs) == 1:
            return dict(action, views=[(False, "form")], res_id=costs.id)
        return dict(action, domain=[("id", "in", costs.ids)])

    # -- making -------------------------------------------------------------------------------

    def _make_landed_costs(self):
        """:return: the drafts made, and for each bill without one why, in the user's words"""
        made, reasons = self.env["stock.landed.cost"], []
        for bill in self:
            bill.lock_for_update()
            costs, reason = bill._add_to_goods()
            made |= costs
            if reason:
                reasons.append(reason)
        return made, reasons

    def _add_to_goods(self):
        costs = self.env["stock.landed.cost"]
        if self.state != "billed" or not self.move_id:
            return costs, self.env._(
                "Create the vendor bill of %s first: what it books as cost is added to the goods.",
                self.display_name,
            )
        parts, waiting = self._landed_parts()
        groups = self._still_to_add(parts)
        if groups:
            costs = self._create_landed_costs(groups)
            self._tell_landed_costs(costs, waiting)
            return costs, ""
        return costs, self._why_nothing_is_added(parts, waiting)

    def _why_nothing_is_added(self, parts, waiting):
        if waiting:
            return self.env._(
                "What is left of %(bill)s is for goods that are not received yet: %(receipts)s.",
                bill=self.display_name,
                receipts=", ".join(waiting.mapped("name")),
            )
        if any(amount for _receipts, amount in parts.values()):
            costs = self.landed_cost_ids.filtered(lambda cost: cost.state != "cancel")
            return self.env._(
                "All that bill %(bill)s charges for goods that came in is added to them already: "
                "%(costs)s.",
                bill=self.display_name,
                costs=", ".join(costs.mapped("name")),
            )
        lines, _inbound = self._inbound_lines()
        if not lines:
            return self.env._(
                "No shipment on bill %s brought goods that bear costs: none has a receipt of "
                "bought goods with FIFO or average cost.",
                self.display_name,
            )
        if not self._landed_products(lines):
            return self.env._(
                "None of the classes that bill %s charges for goods that came in is a landed cost: "
                "set a product for goods that come in under Freight → Configuration → Products.",
                self.display_name,
            )
        return self.env._(
            "Nothing is left of what bill %s charges for goods that came in: it is disputed, or "
            "taxes that are given back.",
            self.display_name,
        )

    def _create_landed_costs(self, groups):
        products = self.env["logistics.freight.product"]
        company = self.company_id
        sums = [
            (receipts, kind, sum(amount for _line, _shipment, amount in rows))
            for receipts, kinds in groups.items()
            for kind, rows in sorted(kinds.items())
        ]
        # At the rate at which the vendor bill stands in the books.
        rate = 1 / Decimal(str(self.move_id.invoice_currency_rate or 1.0))
        amounts = converted(
            [Decimal(str(self.currency_id.round(amount))) for _r, _k, amount in sums],
            rate,
            Decimal(str(company.currency_id.rounding)),
        )
        names = dict(products._fields["kind"]._description_selection(self.env))
        lines = defaultdict(list)
        for (receipts, kind, _amount), amount in zip(sums, amounts, strict=True):
            product, method = products._landed_product(company, kind)
            product = product or products._for(company, kind)
            lines[receipts].append(
                Command.create(
                    {
                        "product_id": product.id,
                        "name": names[kind],
                        "price_unit": float(amount),
                        "split_method": method,
                        "account_id": self._landed_account(kind, product).id,
                        "freight_landed_ids": self._landed_rows(kind, groups[receipts][kind]),
                    }
                )
            )
        costs = self.env["stock.landed.cost"].with_company(company)
        self._check_landed_journal(costs)
        return costs.create(
            [
                {
                    "company_id": company.id,
                    "picking_ids": [Command.set(receipts.ids)],
                    "vendor_bill_id": self.move_id.id,
                    "freight_bill_id": self.id,
                    "cost_lines": commands,
                }
                for receipts, commands in lines.items()
            ]
        )

    def _landed_rows(self, kind, rows):
        return [
            Command.create(
                {
                    "bill_id": self.id,
                    "line_id": line,
                    "shipment_id": shipment,
                    "company_id": self.company_id.id,
                    "currency_id": self.currency_id.id,
                    "kind": kind,
                    "amount": amount,
                }
            )
            for line, shipment, amount in rows
        ]

    def _landed_account(self, kind, product):
        """The account that the vendor bill has debited: it is relieved of what goods bear."""
        lines = self.move_id.invoice_line_ids
        usual = self.env["logistics.freight.product"]._of(self.company_id, kind).product_id
        found = (
            lines.filtered(lambda one: one.is_landed_costs_line and one.product_id == product)
            or lines.filtered(lambda one: one.product_id == product)
            or lines.filtered(lambda one: one.product_id == usual)
        )
        return found[:1].account_id or product._get_product_accounts()["expense"]

    def _check_landed_journal(self, costs):
        if not costs._default_account_journal_id():
            raise UserError(
                self.env._(
                    "Say first in which journal landed costs of %s are booked: Settings → "
                    "Inventory → Landed Costs.",
                    self.company_id.name,
                )
            )

    def _tell_landed_costs(self, costs, waiting):
        text = self.env._(
            "Draft landed costs of what is charged for goods that came in: %s.",
            ", ".join(costs.mapped("name")),
        )
        if waiting:
            text += " " + self.env._(
                "Not received yet, and not in them: %s.", ", ".join(waiting.mapped("name"))
            )
        self.message_post(body=text)

    def _left_the_books(self):
        """What is not in the books yet is no cost either: its drafts are cancelled."""
        drafts = self.sudo().landed_cost_ids.filtered(lambda cost: cost.state == "draft")
        drafts.button_cancel()
        return super()._left_the_books()

    def _is_worked(self):
        return super()._is_worked() or bool(
            self.sudo().landed_cost_ids.filtered(lambda cost: cost.state != "cancel")
        )
