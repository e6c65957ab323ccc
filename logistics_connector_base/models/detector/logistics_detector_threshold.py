from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.detectors import COUNT, DAY_UNIT, HOURS, SHARE, Override, Place

SCOPES = (
    "connection_id",
    "service",
    "origin_country_id",
    "origin_zip",
    "destination_country_id",
    "destination_zip",
)
LANE = SCOPES[2:]


class LogisticsDetectorThreshold(models.Model):
    """One number of a detector; of some subjects only, where it says which. The most specific that
    fits a subject holds (``core.detectors.choose``)."""

    _name = "logistics.detector.threshold"
    _description = "Threshold of a Detector"
    _order = "is_override, id"

    detector_id = fields.Many2one(
        "logistics.detector", required=True, index=True, ondelete="cascade"
    )
    condition = fields.Selection(related="detector_id.condition")
    of_id = fields.Many2one(
        "logistics.detector.threshold",
        "Number",
        ondelete="cascade",
        domain="[('detector_id', '=', detector_id), ('is_override', '=', False)]",
        default=lambda self: self._default_of_id(),
        help="Which number is another one.",
    )
    name = fields.Char(
        "Code", required=True, compute="_compute_name", store=True, readonly=False, precompute=True
    )
    label = fields.Char("Threshold", compute="_compute_label")
    unit = fields.Selection(
        [(HOURS, "hours"), (DAY_UNIT, "days"), (COUNT, "times"), (SHARE, "%")],
        compute="_compute_label",
    )
    value = fields.Float(required=True, digits=(16, 2))
    may_work = fields.Boolean(compute="_compute_label")
    is_override = fields.Boolean("Only for some")
    connection_id = fields.Many2one("logistics.connection", ondelete="cascade", index=True)
    service = fields.Char(help="As the carrier calls it; capitals do not matter.")
    origin_country_id = fields.Many2one("res.country", "From country")
    origin_zip = fields.Char("From postcode", help="How it begins.")
    destination_country_id = fields.Many2one("res.country", "To country")
    destination_zip = fields.Char("To postcode", help="How it begins.")

    @api.depends("name", "detector_id.condition")
    def _compute_label(self):
        for line in self:
            declared = line.detector_id._declared().get(line.name)
            line.label = declared.label if declared else line.name
            line.unit = declared.unit if declared else False
            line.may_work = bool(declared and declared.may_work)

    @api.model
    def _default_of_id(self):
        """Most conditions have one number."""
        detector = self.env["logistics.detector"].browse(
            self.env.context.get("default_detector_id") or []
        )
        if not self.env.context.get("default_is_override"):
            return self.browse()
        return detector.threshold_ids.filtered(lambda line: not line.is_override)[:1]

    @api.depends("of_id")
    def _compute_name(self):
        for line in self:
            line.name = line.of_id.name or line.name

    @api.depends("label")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.label

    def _as_override(self, clock=None):
        self.ensure_one()
        return Override(
            value=self.value,
            connection=self.connection_id.id or None,
            service=self.service or "",
            origin=Place(self.origin_country_id.id or None, self.origin_zip or ""),
            destination=Place(self.destination_country_id.id or None, self.destination_zip or ""),
            order=self._origin.id or 0,
            clock=clock,
        )

    @api.constrains("name", "value", "detector_id", "is_override", *SCOPES)
    def _check_line(self):
        for line in self:
            declared = line.detector_id._declared()
            one = declared.get(line.name)
            if one is None:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is no threshold of this condition. It knows: %(known)s.",
                        name=line.name,
                        known=", ".join(declared) or "–",
                    )
                )
            if not one.least <= line.value <= one.most:
                raise ValidationError(
                    self.env._(
                        "“%(label)s” must be between %(least)g and %(most)g.",
                        label=line.label,
                        least=one.least,
                        most=one.most,
                    )
                )
            line._check_scope()
            same = line.detector_id.threshold_ids.filtered(
                lambda other, line=line: (
                    other.name == line.name
                    and other.is_override == line.is_override
                    and all((other[field] or False) == (line[field] or False) for field in SCOPES)
                )
            )
            if len(same) > 1:
                raise ValidationError(
                    self.env._("There are two numbers for the same: %s.", line.label)
                )

    def _check_scope(self):
        """An override says for whom, and its condition can tell those apart."""
        self.ensure_one()
        said = [field for field in SCOPES if self[field]]
        if bool(said) != bool(self.is_override):
            raise ValidationError(
                self.env._(
                    "Say for whom “%s” is another one: a connection, a service or a lane.",
                    self.label,
                )
                if self.is_override
                else self.env._("The number for everybody cannot be for some only.")
            )
        scopes = self.detector_id._condition()._scopes
        kinds = {"connection_id": "connection", "service": "service"}
        if any(kinds.get(field, "lane") not in scopes for field in said):
            raise ValidationError(
                self.env._("This condition cannot tell its subjects apart in this way.")
            )

    # -- its history (law 11) -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "is_override" not in vals:
                vals["is_override"] = any(vals.get(field) for field in SCOPES)
        lines = super().create(vals_list)
        if not self.env.context.get("no_threshold_log"):
            for line in lines:
                line._log_change(self.env._("New: %s", line._words()))
        return lines

    def write(self, vals):
        before = {line.id: line._words() for line in self}
        result = super().write(vals)
        for line in self:
            if line._words() != before[line.id]:
                line._log_change(f"{before[line.id]} → {line._words()}")
        return result

    def unlink(self):
        words = [(line.detector_id, line._words()) for line in self]
        result = super().unlink()
        for detector, text in words:
            if detector.exists():
                detector.sudo()._message_log(
                    body=self.env._("Removed: %s", text), author_id=self.env.user.partner_id.id
                )
        return result

    def _log_change(self, text):
        detector = self.detector_id.sudo()
        detector._message_log(body=text, author_id=self.env.user.partner_id.id)
        detector.next_run_at = fields.Datetime.now()

    def _words(self):
        """The number with whom it is for, e.g. “Hours after the label: 12 (UPS, AT 10… → DE)”."""
        self.ensure_one()
        text = f"{self.label}: {self.value:g}"
        return f"{text} ({self._scope_words()})" if self.is_override else text

    def _scope_words(self):
        self.ensure_one()
        parts = [self.connection_id.sudo().name, self.service]
        ends = [
            " ".join(filter(None, (country.code, f"{zip_}…" if zip_ else "")))
            for country, zip_ in (
                (self.origin_country_id, self.origin_zip),
                (self.destination_country_id, self.destination_zip),
            )
        ]
        if any(ends):
            parts.append(f"{ends[0] or '*'} → {ends[1] or '*'}")
        return ", ".join(filter(None, parts))
