from decimal import Decimal

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..core import booking as core
from ..core.choice import Offer, Share, parts_of


class LogisticsRateComparison(models.TransientModel):
    """What all delivery methods would cost for one order or delivery. Nobody writes it but the
    server: its prices become an order's."""

    _name = "logistics.rate.comparison"
    _description = "Rates Side by Side"

    order_id = fields.Many2one("sale.order", ondelete="cascade")
    picking_id = fields.Many2one("stock.picking", "Delivery", ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    promised_on = fields.Date("Promised for")
    order_weight = fields.Float()
    line_ids = fields.One2many("logistics.rate.comparison.line", "comparison_id", "Offers")

    @api.model
    def _make(self, subject):
        """Ask, and keep what was said.

        :param subject: a record of a ``logistics.rate.subject``
        """
        offers = self.env["logistics.rates"]._offers(subject)[subject]
        currency = subject._rate_currency()
        # What Odoo gives away is no measure for what carriers take.
        least = min((one.cost for one in offers if one.cost), default=None)
        lines = self.env["logistics.rate.comparison.line"]
        field = "order_id" if subject._name == "sale.order" else "picking_id"
        return (
            self.sudo()
            .create(
                {
                    field: subject.id,
                    "company_id": subject.company_id.id,
                    "currency_id": currency.id,
                    "promised_on": subject._rate_promised(),
                    "order_weight": self.env.context.get("order_weight"),
                    "line_ids": [
                        fields.Command.create(lines._values(number, offer, least))
                        for number, offer in enumerate(offers)
                    ],
                }
            )
            .sudo(False)
        )

    def _subject(self):
        self.ensure_one()
        comparison = self.sudo()
        subject = comparison.order_id or comparison.picking_id
        return subject.sudo(False).with_context(order_weight=comparison.order_weight)

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rates of %s", self._subject().display_name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_choose_by_rule(self):
        """Take what the rules take of these offers."""
        subject = self._subject()
        offers = [line._offer() for line in self.line_ids]
        offer, words = self.env["logistics.choice.rule"]._choose(subject, offers)
        if offer is None:
            raise UserError(self.env._("No rule has chosen: %s.", words))
        subject._take_offer(offer, words)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": offer.name,
                "message": words,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class LogisticsRateComparisonLine(models.TransientModel):
    """One service, or why it has no price."""

    _name = "logistics.rate.comparison.line"
    _description = "Offer of a Carrier"
    _order = "sequence, id"

    comparison_id = fields.Many2one(
        "logistics.rate.comparison", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    carrier_id = fields.Many2one("delivery.carrier", "Delivery method", ondelete="cascade")
    name = fields.Char("Carrier")
    service = fields.Char()
    service_code = fields.Char()
    currency_id = fields.Many2one(related="comparison_id.currency_id")
    cost = fields.Monetary()
    price = fields.Monetary("Customer pays")
    difference = fields.Monetary("Above the cheapest")
    is_priced = fields.Boolean()
    has_price = fields.Boolean("Customer's price is known")
    is_cheapest = fields.Boolean()
    problem = fields.Char("Why not")
    total = fields.Char("Carrier's total")
    total_currency = fields.Char("Carrier's currency")
    charges = fields.Json()
    details = fields.Text("Made up of", compute="_compute_details")
    charge_table = fields.Html("Break-down", compute="_compute_charge_table", sanitize=False)
    days = fields.Integer("Working days")
    arrives_on = fields.Date("Arrives")
    is_reckoned = fields.Boolean("Day is reckoned")
    promise = fields.Char("Delivery", compute="_compute_promise")
    share_level = fields.Char()
    share_count = fields.Integer()
    share_on_time = fields.Integer()
    on_time = fields.Char("On time", compute="_compute_on_time")
    on_time_basis = fields.Char("On time is counted from", compute="_compute_on_time")

    @api.model
    def _values(self, number, offer, least):
        """An offer as a row.

        :param least: the cost of the cheapest, or None
        """
        is_priced = offer.cost is not None
        return {
            "sequence": number,
            "carrier_id": offer.method or False,
            "name": offer.name,
            "service": offer.service,
            "service_code": offer.code,
            "is_priced": is_priced,
            "has_price": offer.price is not None,
            "cost": float(offer.cost or 0),
            "price": float(offer.price or 0),
            "difference": float(offer.cost - least) if offer.cost and least else 0,
            "is_cheapest": is_priced and offer.cost == least,
            "problem": offer.problem,
            "total": offer.total,
            "total_currency": offer.currency,
            "charges": [
                {
                    "code": one.code,
                    "name": one.name,
                    "amount": one.amount,
                    "currency": one.currency,
                    "kind": one.kind,
                }
                for one in offer.charges
            ],
            "days": -1 if offer.days is None else offer.days,
            "arrives_on": offer.arrives,
            "is_reckoned": offer.is_reckoned,
            "share_level": offer.share.level,
            "share_count": offer.share.count,
            "share_on_time": offer.share.on_time,
        }

    def _offer(self):
        """The row as it came; the inverse of :meth:`_values`."""
        self.ensure_one()
        return Offer(
            method=self.carrier_id.id or 0,
            name=self.name or "",
            service=self.service or "",
            code=self.service_code or "",
            cost=Decimal(str(self.cost)) if self.is_priced else None,
            price=Decimal(str(self.price)) if self.has_price else None,
            total=self.total or "",
            currency=self.total_currency or "",
            charges=self._charges(),
            days=None if self.days < 0 else self.days,
            arrives=self.arrives_on or None,
            is_reckoned=self.is_reckoned,
            share=Share(self.share_level or "", self.share_count, self.share_on_time),
            problem=self.problem or "",
        )

    def _charges(self):
        return tuple(core.Charge(**one) for one in self.charges or ())

    # -- for people ---------------------------------------------------------------------------

    @api.depends("charges", "problem", "carrier_id", "is_priced")
    def _compute_details(self):
        labels = self._kind_labels()
        for line in self:
            parts = parts_of(line._charges())
            texts = [f"{labels[kind]} {amount:.2f}" for kind, amount in parts.items()]
            if line.total_currency and line.total_currency != line.currency_id.name and texts:
                texts[-1] += f" {line.total_currency}"
            details = line.problem or " + ".join(texts)
            if line.is_priced and not line.carrier_id:
                unsold = self.env._("No delivery method sells it:")
                details = f"{unsold} {details}".strip()
            line.details = details

    def _kind_labels(self):
        return {
            "base": self.env._("base"),
            "fuel": self.env._("fuel"),
            "accessorial": self.env._("surcharges"),
            "other": self.env._("other"),
            "tax": self.env._("tax"),
        }

    @api.depends("charges")
    def _compute_charge_table(self):
        labels = self._kind_labels()
        row = Markup(
            "<tr><td>{kind}</td><td>{code}</td><td>{name}</td>"
            "<td class='text-end'>{amount} {currency}</td></tr>"
        )
        for line in self:
            rows = [
                row.format(
                    kind=labels.get(one.kind, one.kind),
                    code=one.code,
                    name=one.name,
                    amount=one.amount,
                    currency=one.currency,
                )
                for one in line._charges()
            ]
            table = Markup("<table class='table table-sm w-auto'>{}</table>")
            line.charge_table = table.format(Markup("").join(rows)) if rows else False

    @api.depends("arrives_on", "days", "is_reckoned")
    def _compute_promise(self):
        for line in self:
            day = line.arrives_on and format_date(
                self.env, line.arrives_on, date_format="EEE d MMM"
            )
            if day and line.is_reckoned:
                line.promise = self.env._("about %(day)s (%(days)s days)", day=day, days=line.days)
            elif day and line.days >= 0:
                line.promise = self.env._("%(day)s (%(days)s days)", day=day, days=line.days)
            else:
                line.promise = day

    @api.depends("share_level", "share_count", "share_on_time", "carrier_id")
    def _compute_on_time(self):
        bases = {
            "lane": self.env._("deliveries of the last 180 days between these places"),
            "countries": self.env._("deliveries of the last 180 days between these countries"),
            "service": self.env._("all deliveries of the last 180 days with this service"),
        }
        for line in self:
            share = Share(line.share_level or "", line.share_count, line.share_on_time)
            if share.is_known:
                line.on_time = self.env._(
                    "%(percent)s%% of %(count)s", percent=int(share.percent), count=share.count
                )
            elif line.carrier_id:
                line.on_time = self.env._("too few (%s)", share.count)
            else:
                line.on_time = False
            line.on_time_basis = bases.get(share.level, False)

    def action_take(self):
        """Send with this one."""
        self.ensure_one()
        offer = self._offer()
        if not offer.can_be_chosen:
            raise UserError(self.details or self.env._("This offer cannot be chosen."))
        self.comparison_id._subject()._take_offer(offer)
        return {"type": "ir.actions.act_window_close"}
