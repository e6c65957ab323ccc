from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core import tariff as core
from .amounts import exact


class NotPriced(UserError):
    """``kind``: why not, of ``core.tariff.WORDS``."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class LogisticsTariff(models.Model):
    """A price list agreed with a carrier, for one service, from a day on. A newer one of the same
    account and service takes over on its first day; what was shipped before keeps its own."""

    _name = "logistics.tariff"
    _description = "Carrier Price List"
    _inherit = ["mail.thread"]
    _order = "connection_id, service_id, valid_from desc, id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char(required=True, tracking=True, help="Such as “Night courier 2026”.")
    active = fields.Boolean(default=True, tracking=True)
    connection_id = fields.Many2one(
        "logistics.connection",
        "Carrier's account",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('provider_id.kind', '=', 'carrier')]",
        tracking=True,
    )
    provider_id = fields.Many2one(related="connection_id.provider_id", string="Carrier")
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    service_id = fields.Many2one(
        "logistics.carrier.service",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('provider_id', '=', provider_id)]",
        tracking=True,
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
    valid_until = fields.Date(
        "Until",
        compute="_compute_valid_until",
        help="The day before the next price list of this account and service begins.",
    )
    is_now = fields.Boolean("In force", compute="_compute_valid_until")
    per = fields.Selection(
        [("parcel", "Each package by itself"), ("shipment", "All packages together")],
        "Priced",
        required=True,
        default="parcel",
        tracking=True,
    )
    step = fields.Float(
        "Kilograms are counted by",
        default=1.0,
        digits=(8, 3),
        tracking=True,
        help="For prices by the kilogram: 1 counts each kilogram that is begun, 0 counts exactly.",
    )
    divisor = fields.Float(
        "Volume divisor (cm³/kg)",
        digits=(12, 1),
        tracking=True,
        help="Length × width × height by this is the weight by volume, such as 5000. It counts "
        "where it is more than the scales say. 0: volume does not count.",
    )
    fuel_index_id = fields.Many2one(
        "logistics.fuel.index",
        "Fuel surcharge",
        ondelete="restrict",
        domain="[('connection_id', '=', connection_id)]",
        tracking=True,
    )
    area_ids = fields.One2many("logistics.tariff.area", "tariff_id", "Zones", copy=True)
    price_ids = fields.One2many("logistics.tariff.price", "tariff_id", "Prices", copy=True)
    surcharge_ids = fields.One2many(
        "logistics.tariff.surcharge", "tariff_id", "Surcharges", copy=True
    )
    area_count = fields.Integer(compute="_compute_counts")
    price_count = fields.Integer(compute="_compute_counts")
    problem = fields.Char("To look at", compute="_compute_problem")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "There is a price list of this name already."
    )
    _version_uniq = models.UniqueIndex(
        "(connection_id, service_id, valid_from) WHERE active",
        "This service has a price list from this day on already.",
    )
    _least = models.Constraint(
        "CHECK(step >= 0 AND divisor >= 0)", "Step and divisor cannot be negative."
    )

    @api.depends("connection_id", "service_id", "valid_from", "active")
    def _compute_valid_until(self):
        today = fields.Date.context_today(self)
        for tariff in self:
            begins = tariff.valid_from or today
            later = [one for one in tariff._versions().mapped("valid_from") if one > begins]
            following = min(later, default=False)
            tariff.valid_until = following and fields.Date.subtract(following, days=1)
            begun = bool(tariff.valid_from and tariff.valid_from <= today)
            tariff.is_now = bool(tariff.active and begun and (not following or following > today))

    def _versions(self):
        return self.search(
            [
                ("connection_id", "=", self.connection_id.id),
                ("service_id", "=", self.service_id.id),
            ]
        )

    @api.depends("area_ids", "price_ids")
    def _compute_counts(self):
        for tariff in self:
            tariff.area_count = len(tariff.area_ids)
            tariff.price_count = len(tariff.price_ids)

    @api.depends("area_ids.zone", "price_ids.zone", "fuel_index_id.last_day")
    def _compute_problem(self):
        today = fields.Date.context_today(self)
        for tariff in self:
            placed = set(tariff.area_ids.mapped("zone"))
            priced = set(tariff.price_ids.mapped("zone"))
            words = []
            if bare := placed - priced:
                text = self.env._("No prices for the zones: %s.")
                words.append(text % ", ".join(sorted(filter(None, bare))))
            if unused := priced - placed:
                text = self.env._("Prices for zones that are nowhere: %s.")
                words.append(text % ", ".join(sorted(filter(None, unused))))
            if not placed:
                words.append(self.env._("No zones yet."))
            fuel = tariff.fuel_index_id
            if fuel and (not fuel.last_day or fuel.last_day < today):
                words.append(self.env._("“%s” has no percentage for today.", fuel.name))
            tariff.problem = " ".join(words) or False

    @api.constrains("connection_id", "service_id", "fuel_index_id")
    def _check_of_one_carrier(self):
        for tariff in self:
            if tariff.service_id.provider_id != tariff.provider_id:
                raise ValidationError(
                    self.env._(
                        "“%(service)s” is no service of %(carrier)s.",
                        service=tariff.service_id.name,
                        carrier=tariff.provider_id.name,
                    )
                )
            fuel = tariff.fuel_index_id
            if fuel and fuel.connection_id != tariff.connection_id:
                raise ValidationError(
                    self.env._("“%s” is the fuel surcharge of another account.", fuel.name)
                )

    @api.constrains("area_ids")
    def _check_areas(self):
        self.area_ids._check_areas()

    def copy_data(self, default=None):
        """The next version: the same lines, from tomorrow on."""
        default = dict(default or {})
        tomorrow = fields.Date.add(fields.Date.context_today(self), days=1)
        rows = super().copy_data(default)
        for tariff, row in zip(self, rows, strict=True):
            if "valid_from" not in default:
                row["valid_from"] = max(tomorrow, fields.Date.add(tariff.valid_from, days=1))
            if "name" not in default:
                row["name"] = self.env._(
                    "%(name)s, from %(day)s",
                    name=tariff.name,
                    day=fields.Date.to_date(row["valid_from"]).isoformat(),
                )
        return rows

    # -- buttons ------------------------------------------------------------------------------

    def action_new_version(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.copy().id,
            "view_mode": "form",
        }

    def action_try(self):
        self.ensure_one()
        home, countries = self.company_id.country_id, self.area_ids.country_id
        country = home if home in countries or not countries else countries[0]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does it cost?"),
            "res_model": "logistics.tariff.try",
            "view_mode": "form",
            "target": "new",
            "context": {"default_tariff_id": self.id, "default_country_id": country.id},
        }

    def action_areas(self):
        return self._open_lines("logistics_connector_carrier.action_logistics_tariff_area")

    def action_prices(self):
        return self._open_lines("logistics_connector_carrier.action_logistics_tariff_price")

    def _open_lines(self, name):
        """The lines in a list of their own, where files can be imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return {
            **action,
            "domain": [("tariff_id", "=", self.id)],
            "context": {"default_tariff_id": self.id},
        }

    # -- prices -------------------------------------------------------------------------------

    @api.model
    def _valid_on(self, connection, day, service=None):
        """The price lists of an account that are in force on a day, one for each service.

        :param service: one ``logistics.carrier.service``, or its code
        """
        domain = [("connection_id", "=", connection.id), ("valid_from", "<=", day)]
        if service:
            code = service if isinstance(service, str) else service.code
            domain.append(("service_id.code", "=", code))
        found = {}
        for tariff in self.search(domain, order="valid_from, id"):
            found[tariff.service_id] = tariff.id
        return self.browse(found.values())

    def _core(self):
        """As ``core.tariff`` reckons with it.

        :rtype: core.tariff.Tariff
        """
        self.ensure_one()
        return core.Tariff(
            service=self.service_id.code,
            name=self.name,
            currency=self.currency_id.name,
            areas=tuple(one._core() for one in self.area_ids),
            breaks=tuple(one._core() for one in self.price_ids),
            surcharges=tuple(one._core() for one in self.surcharge_ids),
            fuels=self.fuel_index_id._core(),
            rounding=exact(self.currency_id.rounding),
            divisor=exact(self.divisor),
            step=exact(self.step),
            per_parcel=self.per == "parcel",
        )

    def _price(self, request, day):
        """What a shipment costs by this list.

        :param core.booking.BookingRequest request:
        :rtype: core.booking.Rate
        :raises NotPriced: it has no price, in the user's language
        """
        try:
            rate = core.price(self._core(), request, day)
        except core.NoPrice as error:
            raise NotPriced(error.kind, error.in_words(self.env._)) from None
        words = {core.FREIGHT: self.env._("Freight"), core.FUEL: self.env._("Fuel surcharge")}
        charges = (replace(one, name=words.get(one.name, one.name)) for one in rate.charges)
        return replace(rate, charges=tuple(charges))
