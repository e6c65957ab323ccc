from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...conditions.clock import Clock
from ...core.working_table import WorkingTable

# Of what began longer ago working time is counted from then on.
BACK = timedelta(days=730)
DAY_HOURS = 24.0


class LogisticsDetectorThreshold(models.Model):
    """What the hours and days of a threshold are counted by: the clock, or, where people wait on
    people, working time."""

    _inherit = "logistics.detector.threshold"

    clock = fields.Selection(
        [("calendar", "Around the clock"), ("working", "Working hours")],
        "Counted in",
        required=True,
        compute="_compute_clock",
        store=True,
        readonly=False,
        precompute=True,
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Whose working hours",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: those of the company to which the shipment or connection belongs, as its "
        "exceptions have them, or else its own.",
    )

    @api.depends("of_id")
    def _compute_clock(self):
        for line in self:
            line.clock = line.clock or line.of_id.clock or "calendar"

    @api.constrains("clock", "calendar_id", "name")
    def _check_clock(self):
        for line in self:
            if line.clock == "working" and not line.may_work:
                raise ValidationError(
                    self.env._("“%s” is not counted in working hours.", line.label)
                )
            companies = line.detector_id.company_id | line.connection_id.company_id
            theirs = line.calendar_id.company_id
            if theirs and companies and theirs not in companies:
                raise ValidationError(
                    self.env._("The working hours of “%s” are another company's.", line.label)
                )

    def _calendar_of(self, company):
        """Whose working hours hold for what belongs to a company."""
        return self.calendar_id or company.logistics_calendar_id or company.resource_calendar_id

    def _as_clock(self, companies, looks):
        """What the threshold is counted by, for the looks of a question.

        :rtype: ``conditions.clock.Clock``, or None: around the clock
        """
        self.ensure_one()
        if self.clock != "working" or not self.may_work:
            return None
        # Companies with the same hours and days off are asked about together.
        same = {}
        for company in companies.sudo():
            calendar = self.sudo()._calendar_of(company)
            key = (self._table_of(calendar, company, looks), calendar.hours_per_day or DAY_HOURS)
            same.setdefault(key, []).append(company.id)
        return Clock(
            tuple((tuple(ids), table, hours) for (table, hours), ids in same.items()),
        )

    def _table_of(self, calendar, company, looks):
        if not calendar:
            return WorkingTable.of([(looks.first - BACK, looks.end)])
        time = calendar._logistics_time(company)
        return WorkingTable.of(time.fetch(looks.first - BACK, looks.end))

    def _words(self):
        words = super()._words()
        if self.clock != "working":
            return words
        return self.env._(
            "%(number)s, in working hours (%(calendar)s)",
            number=words,
            calendar=self.calendar_id.sudo().name or self.env._("of the company"),
        )
