from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..core import rates as core

# More in one go is a report for the night.
MOST = 5000


class LogisticsRateWhatif(models.TransientModel):
    """The shipments of a period under another agreement: what they should cost now, and what they
    would cost by it."""

    _name = "logistics.rate.whatif"
    _description = "What If: Shipments under Another Rate Agreement"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    agreement_id = fields.Many2one(
        "logistics.rate.agreement",
        "By the agreement",
        required=True,
        domain="[('company_id', '=', company_id)]",
        help="A draft may be tried, too, and one of another carrier.",
    )
    as_service = fields.Char("As the service", help="Empty: each shipment's own.")
    shipment_ids = fields.Many2many("logistics.shipment", string="Chosen shipments", readonly=True)
    issuer = fields.Char("Shipments of", help="The carrier's code. Empty: every carrier.")
    since = fields.Date(
        "Shipped from",
        default=lambda self: fields.Date.subtract(fields.Date.context_today(self), months=1),
    )
    until = fields.Date("Shipped until", default=fields.Date.context_today)
    line_ids = fields.One2many("logistics.rate.whatif.line", "wizard_id", "Shipments")
    currency_id = fields.Many2one(related="company_id.currency_id")
    compared_count = fields.Integer("Compared", compute="_compute_totals")
    left_count = fields.Integer(
        "Left out", compute="_compute_totals", help="Something of them is not known: see why."
    )
    now_total = fields.Monetary("Now", compute="_compute_totals")
    other_total = fields.Monetary("By the other", compute="_compute_totals")
    difference_total = fields.Monetary("Difference", compute="_compute_totals")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "logistics.shipment":
            values["shipment_ids"] = [Command.set(context.get("active_ids") or [])]
            chosen = self.env["logistics.shipment"].browse(context.get("active_ids") or [])
            if len(chosen.company_id) == 1:
                values["company_id"] = chosen.company_id.id
        elif agreement := self.env["logistics.rate.agreement"].browse(
            context.get("default_agreement_id")
        ):
            values["company_id"] = agreement.company_id.id
            values["issuer"] = agreement.issuer
        return values

    @api.depends("line_ids")
    def _compute_totals(self):
        for wizard in self:
            both = wizard.line_ids.filtered("is_compared")
            wizard.compared_count = len(both)
            wizard.left_count = len(wizard.line_ids) - len(both)
            wizard.now_total = sum(both.mapped("now_amount"))
            wizard.other_total = sum(both.mapped("other_amount"))
            wizard.difference_total = wizard.other_total - wizard.now_total

    def action_compare(self):
        """Reckon all of them, and show the difference."""
        self.ensure_one()
        agreement = self.agreement_id
        agreement.check_access("read")
        if agreement.company_id != self.company_id:
            raise UserError(self.env._("Compare by an agreement of the same company."))
        shipments = self._shipments()
        other = agreement.sudo()._core()
        now = self._now(shipments)
        facts = agreement._facts_of(shipments)
        self.line_ids.unlink()
        self.line_ids = [
            Command.create(self._line(one, now[one], facts[one.id], other)) for one in shipments
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What if?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _shipments(self):
        if self.shipment_ids:
            self.shipment_ids.check_access("read")
            shipments = self.shipment_ids
            if shipments.company_id - self.company_id:
                raise UserError(self.env._("Compare the shipments of one company at a time."))
        else:
            domain = [
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "cancelled"),
                ("ship_date", ">=", self.since),
                ("ship_date", "<=", self.until),
            ]
            if self.issuer:
                domain.append(("issuer", "=", self.issuer))
            shipments = self.env["logistics.shipment"].search(domain, limit=MOST + 1)
        if len(shipments) > MOST:
            raise UserError(self.env._("More than %s shipments: choose a shorter period.", MOST))
        return shipments

    def _now(self, shipments):
        """Shipment → Expected of the agreement in force, or None."""
        model = self.env["logistics.rate.agreement"]
        facts = model._facts_of(shipments)
        found = {}
        for issuer in set(shipments.mapped("issuer")):
            mine = shipments.filtered(lambda one, issuer=issuer: one.issuer == issuer)
            told = model._expected_for(
                self.company_id, issuer or "", [facts[one.id] for one in mine]
            )
            found.update(zip(mine, told, strict=True))
        return found

    def _line(self, shipment, now, facts, other):
        model = self.env["logistics.rate.agreement"]
        values = {"shipment_id": shipment.id, "source": "agreement"}
        notes = []
        if now and now.is_priced:
            values["now_amount"] = self._in_own(now, shipment.ship_date)
        elif shipment.sudo().expected_total:
            values |= {"now_amount": shipment.sudo().expected_total, "source": "booked"}
        else:
            values["source"] = False
            notes.append(self.env._("Neither agreed nor booked."))
        then = None
        if facts is None:
            notes.append(self.env._("The day of shipping is not known."))
        else:
            service = self.as_service or facts.service
            then = core.expected(other, core.replaced(facts, service=service))
            if then.missing:
                notes.append(model._missing_text(then).replace("\n", " "))
        if then and then.is_priced:
            values["other_amount"] = self._in_own(then, shipment.ship_date)
        values["is_compared"] = bool(values["source"] and then and then.is_priced)
        if values["is_compared"]:
            values["difference"] = values["other_amount"] - values["now_amount"]
        return values | {"note": " ".join(notes)}

    def _in_own(self, found, day):
        currency = self.env["logistics.rate.agreement"]._currency_of(found)
        return currency._convert(
            float(found.total), self.company_id.currency_id, self.company_id, day
        )


class LogisticsRateWhatifLine(models.TransientModel):
    _name = "logistics.rate.whatif.line"
    _description = "Shipment under Another Rate Agreement"
    _order = "difference, id"

    wizard_id = fields.Many2one("logistics.rate.whatif", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    shipment_id = fields.Many2one("logistics.shipment", readonly=True)
    source = fields.Selection(
        [("agreement", "Agreement in force"), ("booked", "As it was booked")],
        "Now is",
        readonly=True,
    )
    now_amount = fields.Monetary("Now", readonly=True)
    other_amount = fields.Monetary("By the other", readonly=True)
    difference = fields.Monetary(readonly=True)
    is_compared = fields.Boolean("Compared", readonly=True)
    note = fields.Char("Not known", readonly=True)
