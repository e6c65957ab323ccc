from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

APPROVER = "logistics_connector_freight_audit.group_freight_approver"
# Nobody writes these but the buttons.
OWN = ("state", "editor_ids", "approved_by_id", "approved_at")
# Of an approved agreement these may still be said, the second by approvers.
NOTES = ("note",)
ENDS = ("valid_until", "active")
PRICED = (
    "carrier_id",
    "company_id",
    "currency_id",
    "services",
    "valid_from",
    "rated_by",
    "weight_unit",
    "length_unit",
    "divisor",
    "dim_from",
    "side_step",
    "side_rounding",
    "weight_step",
    "minimum_package",
    "minimum_shipment",
    "fuel_type_ids",
    "fuel_days",
    "fuel_discount",
    "fuel_rounded_by",
)


class LogisticsRateAgreement(models.Model):
    """What was agreed with a carrier about its prices, from a day on: one version. Of the approved
    ones the newest that has begun holds; what was shipped before keeps its own."""

    _name = "logistics.rate.agreement"
    _description = "Rate Agreement"
    _inherit = ["mail.thread"]
    _order = "carrier_id, valid_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    carrier_id = fields.Many2one(
        "logistics.freight.carrier",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
    )
    issuer = fields.Char(related="carrier_id.issuer", store=True, index=True)
    services = fields.Char(
        tracking=True,
        help="As shipments name them, with commas. Empty: all that no other agreement names.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
    )
    valid_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    valid_until = fields.Date("Until", tracking=True, help="Empty: until the next version begins.")
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        help="The audit reckons with approved agreements only.",
    )
    editor_ids = fields.Many2many(
        "res.users", string="Written by", readonly=True, copy=False, context={"active_test": False}
    )
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_at = fields.Datetime("Approved on", readonly=True, copy=False)
    note = fields.Text("Clauses", help="What else was agreed, for people.")

    rated_by = fields.Selection(
        [("package", "Each package by itself"), ("shipment", "All packages together")],
        "Priced",
        required=True,
        default="package",
        tracking=True,
    )
    weight_unit = fields.Selection(
        [("kg", "kg"), ("lb", "lb")], required=True, default="kg", tracking=True
    )
    length_unit = fields.Selection(
        [("cm", "cm"), ("in", "in")], required=True, default="cm", tracking=True
    )
    weight_step = fields.Float(
        "Weights rounded up to", digits=(8, 3), default=1, tracking=True, help="0: not at all."
    )
    divisor = fields.Float(
        "Volume divisor",
        digits=(12, 1),
        tracking=True,
        help="Length × width × height by this is the weight by volume, such as 5000 (cm³ for 1 kg) "
        "or 139 (in³ for 1 lb). It counts where it is more than the scales say. 0: it never does.",
    )
    dim_from = fields.Float(
        "From a volume of", digits=(12, 1), tracking=True, help="Smaller packages are weighed only."
    )
    side_step = fields.Float(
        "Sides rounded to", digits=(8, 2), default=1, tracking=True, help="0: not at all."
    )
    side_rounding = fields.Selection(
        [("half_up", "To the nearest"), ("up", "Up")],
        "Sides are rounded",
        required=True,
        default="half_up",
        tracking=True,
    )
    minimum_package = fields.Monetary(
        "At least for a package", tracking=True, help="After discount, without fuel."
    )
    minimum_shipment = fields.Monetary(
        "At least for a shipment", tracking=True, help="After discount, without fuel."
    )
    fuel_type_ids = fields.Many2many(
        "logistics.freight.charge.type",
        string="Fuel is added to",
        tracking=True,
        help="The charges of which it is a percentage. Empty: no fuel surcharge was agreed.",
    )
    fuel_days = fields.Integer(
        "A percentage holds for",
        default=7,
        tracking=True,
        help="Days from its first one: 7 for a table of weeks, so that a week that is not there is "
        "pointed out and never guessed. 0: until the next one begins.",
    )
    fuel_discount = fields.Float("Off the fuel surcharge %", digits=(6, 2), tracking=True)
    fuel_rounded_by = fields.Selection(
        [("package", "Each package"), ("shipment", "The shipment")],
        "Fuel is rounded for",
        required=True,
        default="package",
        tracking=True,
    )
    zone_ids = fields.One2many("logistics.rate.agreement.zone", "agreement_id", "Zones", copy=True)
    area_ids = fields.One2many("logistics.rate.agreement.area", "agreement_id", "Areas", copy=True)
    price_ids = fields.One2many(
        "logistics.rate.agreement.price", "agreement_id", "Prices", copy=True
    )
    discount_ids = fields.One2many(
        "logistics.rate.agreement.discount", "agreement_id", "Discounts", copy=True
    )
    accessorial_ids = fields.One2many(
        "logistics.rate.agreement.accessorial", "agreement_id", "Accessorials", copy=True
    )
    fuel_ids = fields.One2many("logistics.rate.agreement.fuel", "agreement_id", copy=True)
    guarantee_ids = fields.One2many(
        "logistics.rate.agreement.guarantee", "agreement_id", "Guarantees", copy=True
    )
    problem = fields.Char("To look at", compute="_compute_problem")

    _least = models.Constraint(
        "CHECK(weight_step >= 0 AND divisor >= 0 AND dim_from >= 0 AND side_step >= 0 "
        "AND minimum_package >= 0 AND minimum_shipment >= 0 AND fuel_days >= 0 "
        "AND fuel_discount BETWEEN 0 AND 100)",
        "What is agreed is nothing below zero, and no discount is above 100 %.",
    )
    _dates = models.Constraint(
        "CHECK(valid_until IS NULL OR valid_until >= valid_from)", "It ends before it begins."
    )

    @api.depends("zone_ids.zone", "price_ids.zone", "fuel_type_ids", "fuel_ids.since", "fuel_days")
    def _compute_problem(self):
        for one in self:
            words = []
            placed = set(one.zone_ids.mapped("zone"))
            priced = set(one.price_ids.mapped("zone"))
            if not one.price_ids:
                words.append(self.env._("No prices yet."))
            elif False not in priced and (bare := placed - priced):
                text = self.env._("No prices for the zones: %s.")
                words.append(text % ", ".join(sorted(filter(None, bare))))
            if placed and (unused := priced - placed - {False}):
                text = self.env._("Prices for zones that are nowhere: %s.")
                words.append(text % ", ".join(sorted(unused)))
            if one.fuel_type_ids and not one.fuel_ids:
                words.append(self.env._("No percentages of fuel yet."))
            one.problem = " ".join(words) or False

    # -- writing ------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_own(vals)
        agreements = super().create(vals_list)
        agreements._written()
        return agreements

    def write(self, vals):
        self._refuse_own(vals)
        approved = self.filtered(lambda one: one.state == "approved")
        if approved and not self.env.su:
            if set(vals) & {*PRICED, "name"}:
                approved._refuse()
            if set(vals) & set(ENDS) and not self.env.user.has_group(APPROVER):
                raise AccessError(self.env._("Only approvers end an approved agreement."))
        result = super().write(vals)
        if set(vals) & set(PRICED):
            self._written()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if "approved" in self.mapped("state"):
            raise UserError(
                self.env._("An approved agreement stays: bills were audited by it. Archive it.")
            )

    def copy_data(self, default=None):
        """The next version: all that was agreed, from the day after its first on."""
        default = dict(default or {})
        rows = super().copy_data(default)
        today = fields.Date.context_today(self)
        for one, row in zip(self, rows, strict=True):
            if "valid_from" not in default:
                row["valid_from"] = max(today, fields.Date.add(one.valid_from, days=1))
            if "valid_until" not in default:
                row["valid_until"] = False
        return rows

    def _refuse_own(self, vals):
        if set(vals) & set(OWN) and not self.env.su:
            raise AccessError(self.env._("An agreement is approved by its button."))

    def _refuse(self):
        raise UserError(
            self.env._(
                "“%s” is approved. Make a next version, or have an approver take it back to draft.",
                self[:1].name,
            )
        )

    def _written(self):
        """Whoever writes prices is remembered: another one approves them."""
        user = Command.link(self.env.uid)
        for one in self.sudo():
            if self.env.uid not in one.editor_ids.ids:
                one.editor_ids = [user]

    # -- buttons ------------------------------------------------------------------------------

    def action_approve(self):
        self.check_access("write")
        if not self.env.user.has_group(APPROVER):
            raise AccessError(self.env._("Only approvers approve agreements."))
        for one in self:
            if one.state != "draft":
                raise UserError(self.env._("“%s” is approved already.", one.name))
            if one.company_id.sudo().freight_four_eyes and self.env.user in one.sudo().editor_ids:
                raise UserError(
                    self.env._(
                        "You have written parts of “%s” yourself: somebody else approves it.",
                        one.name,
                    )
                )
            if one.problem:
                raise UserError(
                    self.env._("“%(name)s”: %(problem)s", name=one.name, problem=one.problem)
                )
            one._check_alone()
        self.sudo().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
            }
        )

    def _check_alone(self):
        """Two versions for one service may not begin on one day: nobody could say which holds."""
        mine = self._services()
        for other in self.sudo().search(
            [
                ("id", "!=", self.id),
                ("state", "=", "approved"),
                ("carrier_id", "=", self.carrier_id.id),
                ("company_id", "=", self.company_id.id),
                ("valid_from", "=", self.valid_from),
            ]
        ):
            theirs = other._services()
            if mine & theirs or (not mine and not theirs):
                raise UserError(
                    self.env._("“%s” begins on the same day for the same service.", other.name)
                )

    def action_draft(self):
        """Back to draft, to be mended. It is approved anew by somebody else."""
        self.check_access("write")
        if not self.env.user.has_group(APPROVER):
            raise AccessError(self.env._("Only approvers take an agreement back to draft."))
        self.sudo().write({"state": "draft", "approved_by_id": False, "approved_at": False})

    def action_next_version(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.copy().id,
            "view_mode": "form",
        }

    def action_try(self):
        return self._open_wizard("logistics.rate.try", self.env._("Try a shipment"))

    def action_whatif(self):
        return self._open_wizard("logistics.rate.whatif", self.env._("What if?"))

    def _open_wizard(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def action_prices(self):
        """The prices in a list of their own, where a file can be imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_rate_agreement_price"
        )
        return {
            **action,
            "domain": [("agreement_id", "=", self.id)],
            "context": {"default_agreement_id": self.id},
        }

    def _services(self):
        told = (self.services or "").split(",")
        return {one.strip().casefold() for one in told if one.strip()}
