from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...conditions.question import Question
from ...core import detectors

SHORTEST, LONGEST = 5, 60 * 24 * 7  # minutes
CONTRACT = "logistics.condition"


class LogisticsDetector(models.Model):
    """Looks from time to time for what no message tells: a condition that code registers, with
    thresholds that people set. See docs/detectors.md."""

    _name = "logistics.detector"
    _description = "Logistics Detector"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(
        "On", default=True, tracking=True, help="Off: it does not look, and its cases are closed."
    )
    type_id = fields.Many2one(
        "logistics.exception.type",
        "Opens",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    type_group = fields.Char(related="type_id.group")
    condition = fields.Selection(
        selection="_condition_selection", required=True, index=True, tracking=True
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        tracking=True,
        help="Empty: for every company that has no detector of its own for the same condition.",
    )
    interval_minutes = fields.Integer("Looks every (min)", required=True, default=60, tracking=True)
    most_open = fields.Integer(
        "Open cases at most",
        required=True,
        default=200,
        tracking=True,
        help="What is more than that is counted in one case “Too many at once”. 0: no limit.",
    )
    threshold_ids = fields.One2many("logistics.detector.threshold", "detector_id", copy=True)
    base_ids = fields.One2many(
        "logistics.detector.threshold",
        "detector_id",
        string="Thresholds",
        domain=[("is_override", "=", False)],
    )
    override_ids = fields.One2many(
        "logistics.detector.threshold",
        "detector_id",
        string="Other thresholds for some",
        domain=[("is_override", "=", True)],
    )
    has_thresholds = fields.Boolean(compute="_compute_contract")
    has_choice = fields.Boolean(compute="_compute_contract", help="It asks for several numbers.")
    can_override = fields.Boolean(compute="_compute_contract")
    estimate = fields.Char("Estimated, because", compute="_compute_contract")

    @api.model
    def _condition_models(self):
        """Every registered condition: name of the model → model."""
        names = self.env.registry.descendants([CONTRACT], "_inherit")
        return {name: self.env[name] for name in names if self.env[name]._half != name}

    @api.model
    def _condition_selection(self):
        models_ = self._condition_models()
        names = {
            model.model: model.name
            for model in self.env["ir.model"].sudo().search([("model", "in", list(models_))])
        }
        return sorted(((name, names.get(name, name)) for name in models_), key=lambda item: item[1])

    @api.depends("condition")
    def _compute_contract(self):
        for detector in self:
            model = detector._condition()
            detector.has_thresholds = model is not None and bool(model._thresholds())
            detector.has_choice = model is not None and len(tuple(model._thresholds())) > 1
            detector.can_override = model is not None and bool(model._scopes)
            detector.estimate = model._estimate() if model is not None else False

    def _condition(self):
        """The condition's model, None where it is gone with its addon."""
        name = self.condition
        return self._condition_models().get(name) if name else None

    def _declared(self):
        """The thresholds of its condition: name → ``core.detectors.Threshold``."""
        model = self._condition()
        return {one.name: one for one in model._thresholds()} if model is not None else {}

    @api.constrains("interval_minutes", "most_open")
    def _check_bounds(self):
        for detector in self:
            if not SHORTEST <= detector.interval_minutes <= LONGEST:
                raise ValidationError(
                    self.env._(
                        "A detector looks every %(least)s to %(most)s minutes.",
                        least=SHORTEST,
                        most=LONGEST,
                    )
                )
            if detector.most_open < 0:
                raise ValidationError(self.env._("How many cases are open cannot be below zero."))

    @api.constrains("active", "condition", "company_id")
    def _check_alone(self):
        """Two that look for the same would count each other's cases as seen again, and neither's
        thresholds would hold."""
        for detector in self.filtered("active"):
            others = [
                ("id", "!=", detector.id),
                ("active", "=", True),
                ("condition", "=", detector.condition),
                ("company_id", "=", detector.company_id.id),
            ]
            if self.sudo().search_count(others, limit=1):
                raise ValidationError(
                    self.env._(
                        "Another detector that is on looks for the same as “%s”. Give it numbers "
                        "for some instead, or a company of its own.",
                        detector.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        detectors_ = super().create(vals_list)
        detectors_._complete_thresholds()
        return detectors_

    def write(self, vals):
        result = super().write(vals)
        if "condition" in vals:
            for detector in self:
                names = detector._declared()
                detector.threshold_ids.filtered(lambda t, n=names: t.name not in n).unlink()
            self._complete_thresholds()
        if {"condition", "type_id", "company_id", "interval_minutes", "active"} & set(vals):
            self.sudo().write({"next_run_at": fields.Datetime.now()})
        if vals.get("active") is False or "condition" in vals:
            self._close_all()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", vals["name"]), "active": False}
            for vals in super().copy_data(default)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if self.env["logistics.exception"].search_count([("detector_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("It has opened cases. Switch it off instead of deleting it.")
            )

    def _complete_thresholds(self):
        """Each number that a condition asks for has a line, so that people see it."""
        missing = []
        for detector in self:
            there = set(detector.threshold_ids.filtered(lambda t: not t.is_override).mapped("name"))
            missing += [
                {"detector_id": detector.id, "name": one.name, "value": one.default}
                for one in detector._declared().values()
                if one.name not in there
            ]
        if missing:
            self.env["logistics.detector.threshold"].sudo().with_context(
                no_threshold_log=True
            ).create(missing)
            self.invalidate_recordset(["threshold_ids", "base_ids", "override_ids"])

    # -- what is asked ------------------------------------------------------------------------

    def _question(self, looks, lines=None, companies=None, allowed=None):
        """What this detector asks its condition.

        :param core.detectors.Looks looks: when
        :param lines: thresholds to go by instead of the stored ones (records, or new ones)
        :param companies: of these only
        :param SQL allowed: ids of the subjects that a person may see
        """
        self.ensure_one()
        declared = self._declared()
        lines = self.threshold_ids if lines is None else lines
        wanted = self._companies()
        if companies is not None:
            wanted &= companies
        defaults = {name: one.default for name, one in declared.items()}
        overrides, clocks = {}, {}
        for line in lines.filtered(lambda line: line.name in declared):
            clock = line._as_clock(wanted, looks)
            if line.is_override:
                overrides.setdefault(line.name, []).append(line._as_override(clock))
            else:
                defaults[line.name] = line.value
                if clock:
                    clocks[line.name] = clock
        model = self._condition()
        return Question(
            looks=looks,
            companies=tuple(wanted.ids),
            defaults=defaults,
            overrides=overrides,
            units={name: one.unit for name, one in declared.items()},
            clocks=clocks,
            scopes=model._scopes,
            allowed=allowed,
        )

    def _companies(self):
        """The companies that it looks after."""
        self.ensure_one()
        if self.company_id:
            return self.company_id
        own = (
            self.sudo()
            .search([("condition", "=", self.condition), ("company_id", "!=", False)])
            .company_id
        )
        return self.env["res.company"].sudo().search([]) - own

    def _looks_at(self, now):
        """One look, now."""
        return detectors.Looks(now, now, timedelta(minutes=self.interval_minutes))

    def _looks_back(self, now, days=detectors.DAYS):
        """The looks of the last days."""
        step = timedelta(minutes=self.interval_minutes)
        return detectors.Looks(now - timedelta(days=days), now, step)
