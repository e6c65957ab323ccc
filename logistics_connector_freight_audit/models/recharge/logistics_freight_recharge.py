from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..charge.logistics_freight_charge_type import KINDS


class LogisticsFreightRecharge(models.Model):
    """Which charges of carriers a customer pays: such as a second delivery, or duties that were
    paid for it. What no rule names is borne by us."""

    _name = "logistics.freight.recharge"
    _description = "Rule for Charging Customers"
    _order = "company_id, partner_id, type_id, kind, id"
    _rec_name = "product_id"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: all charges of the class.",
    )
    kind = fields.Selection(
        [one for one in KINDS if one[0] not in ("info", "base", "fuel")],
        "Class",
        help="Empty: the one charge that is named.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index="btree_not_null",
        check_company=True,
        help="Empty: all customers. A customer's own rule goes before.",
    )
    is_free = fields.Boolean(
        "Not charged", help="We bear it, though another rule would charge the customer."
    )
    product_id = fields.Many2one(
        "product.product",
        "Charged as",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True), "
        "('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        check_company=True,
        help="A service. Its account and customer taxes are used.",
    )
    markup = fields.Float(
        "Markup %", digits=(16, 2), help="On top of what the carrier bills, without tax."
    )

    @api.constrains("type_id", "kind", "product_id", "is_free", "markup")
    def _check_whole(self):
        for rule in self:
            if bool(rule.type_id) == bool(rule.kind):
                raise ValidationError(self.env._("Name either a charge or a class of charges."))
            if not rule.is_free and not rule.product_id:
                raise ValidationError(self.env._("Say by which product the customer is charged."))
            if rule.markup <= -100:
                raise ValidationError(self.env._("Nothing would be left of the charge."))

    @api.constrains("type_id", "kind", "partner_id", "company_id", "active")
    def _check_unique(self):
        for rule in self.filtered("active"):
            twin = self.search_count(
                [
                    ("id", "!=", rule.id),
                    ("company_id", "=", rule.company_id.id),
                    ("type_id", "=", rule.type_id.id),
                    ("kind", "=", rule.kind),
                    ("partner_id", "=", rule.partner_id.id),
                ],
                limit=1,
            )
            if twin:
                raise ValidationError(self.env._("There is a rule for this already."))

    @api.model
    def _rules(self, company):
        """What :meth:`_of` looks in: (type id, class, partner id) → rule."""
        rules = self.sudo().search([("company_id", "=", company.id)])
        return {(r.type_id.id, r.kind, r.partner_id.commercial_partner_id.id): r for r in rules}

    @api.model
    def _of(self, rules, charge, partner):
        """The rule for a charge of a customer, the closest first; none where we bear it."""
        customer = partner.commercial_partner_id.id
        for key in (
            (charge.type_id.id, False, customer),
            (False, charge.kind, customer),
            (charge.type_id.id, False, False),
            (False, charge.kind, False),
        ):
            if key in rules and (key[0] or key[1]):
                return self.browse() if rules[key].is_free else rules[key]
        return self.browse()
