from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ...core.choice import choose


class LogisticsChoiceRule(models.Model):
    """Which delivery method is taken without asking a person: of the rules that fit an order or a
    delivery, the first that finds one."""

    _name = "logistics.choice.rule"
    _description = "Carrier Choice Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char("Rule", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    policy = fields.Selection(
        [
            ("cheapest", "The cheapest"),
            ("fastest", "The fastest"),
            ("promised", "The cheapest that arrives by the promised day"),
            ("punctual", "The one most often on time"),
        ],
        "Takes",
        required=True,
        default="cheapest",
    )
    within_percent = fields.Float(
        "Within % of the cheapest",
        default=10,
        help="What may be paid above the cheapest for being on time.",
    )
    carrier_ids = fields.Many2many(
        "delivery.carrier",
        string="Among",
        check_company=True,
        help="Delivery methods to choose from. Empty: all that are booked over an account of a "
        "carrier; a method with a price of Odoo's own is chosen only where it is named here.",
    )
    weight_from = fields.Float("Weight from", digits="Stock Weight")
    weight_to = fields.Float("Weight below", digits="Stock Weight", help="0: no limit.")
    weight_uom_name = fields.Char("Weight unit", compute="_compute_weight_uom_name")
    value_from = fields.Monetary("Value from", help="Of the goods, without tax.")
    value_to = fields.Monetary("Value below", help="0: no limit.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    country_ids = fields.Many2many("res.country", string="To countries", help="Empty: any.")
    category_ids = fields.Many2many(
        "product.category",
        string="Product categories",
        help="With a product of one of these, or of a category below. Empty: any.",
    )

    _within_positive = models.Constraint(
        "CHECK (within_percent >= 0)", "The percentage cannot be negative."
    )

    def _compute_weight_uom_name(self):
        name = self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter()
        self.weight_uom_name = name

    @api.constrains("weight_from", "weight_to", "value_from", "value_to")
    def _check_ranges(self):
        for rule in self:
            for low, high in (
                (rule.weight_from, rule.weight_to),
                (rule.value_from, rule.value_to),
            ):
                if low < 0 or high < 0 or (high and high <= low):
                    raise ValidationError(
                        self.env._("“%s”: the upper limit is not above the lower one.", rule.name)
                    )

    # -- choosing -----------------------------------------------------------------------------

    @api.model
    def _choose(self, subject, offers):
        """The offer that the rules take for an order or a delivery.

        :param subject: a record of a ``logistics.rate.subject``
        :param offers: list of ``core.choice.Offer``
        :return: (offer or None, the reason in words)
        """
        rules = self.sudo().search([("company_id", "=", subject.company_id.id)])
        case = subject.sudo()._rate_case()
        methods = self.env["delivery.carrier"].browse({one.method for one in offers if one.method})
        booked = methods.filtered(lambda one: one.delivery_type == "logistics").ids or [0]
        why = []
        for rule in rules:
            if not rule._fits(case):
                continue
            choice = choose(
                offers,
                rule.policy,
                by=subject._rate_promised(),
                within=rule.within_percent,
                methods=rule.carrier_ids.ids or booked,
            )
            text = choice.in_words(
                self.env._,
                day=lambda day: format_date(self.env, day, date_format="EEEE, d MMMM"),
                money=lambda cost: subject._rate_currency().format(float(cost)),
            )
            why.append(f"“{rule.name}”: {text}")
            if choice.offer:
                return choice.offer, why[-1]
        return None, "; ".join(why) or self.env._("no rule fits")

    def _fits(self, case):
        """Whether this rule is for such goods.

        :param dict case: weight, value (in the company's currency), country, categories
        """
        self.ensure_one()
        value = case["value"]
        paths = "/".join(case["categories"].mapped("parent_path")).split("/")
        above = {int(number) for number in paths if number}
        return (
            self.weight_from <= case["weight"]
            and (not self.weight_to or case["weight"] < self.weight_to)
            and self.value_from <= value
            and (not self.value_to or value < self.value_to)
            and (not self.country_ids or case["country"] in self.country_ids)
            and (not self.category_ids or bool(above & set(self.category_ids.ids)))
        )
