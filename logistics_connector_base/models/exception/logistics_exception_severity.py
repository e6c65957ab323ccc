from odoo import api, fields, models
from odoo.fields import Domain

from ...core import severity as reckon
from ..selections import SEVERITIES
from ..shipment.logistics_shipment import FINAL_STATES

RANKS = {severity: rank for rank, (severity, _label) in enumerate(SEVERITIES)}
# Cases looked at in one transaction of the cron.
PORTION = 500


class LogisticsException(models.Model):
    """Severity = impact × urgency (``core/severity.py``): reckoned when the case is reported and
    when its time has come, stored and sortable. What a person chose stays."""

    _inherit = "logistics.exception"

    severity_rank = fields.Integer(compute="_compute_severity_rank", store=True)
    base_severity = fields.Selection(
        SEVERITIES,
        readonly=True,
        help="How grave its detector finds it; empty: as the type says.",
    )
    severity_by_hand = fields.Boolean(
        "Severity set by hand",
        readonly=True,
        help="A person chose it: it does not change by itself any more.",
    )
    severity_due_at = fields.Datetime(
        readonly=True, help="When it becomes more urgent by the passing of time."
    )
    severity_why = fields.Char("Why so grave", compute="_compute_severity_why")
    value_at_risk = fields.Monetary(
        "Value at risk",
        readonly=True,
        groups="logistics_connector_base.group_logistics_amounts",
        currency_field="company_currency_id",
        help="Of the order lines in the shipment, without tax, in the company's currency, when the "
        "trouble was reported last.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency")

    _severity_due = models.Index(
        "(severity_due_at) WHERE is_open IS TRUE AND severity_due_at IS NOT NULL"
    )
    _value_queue = models.Index("(value_at_risk DESC, id DESC) WHERE is_open IS TRUE")

    @api.depends("severity")
    def _compute_severity_rank(self):
        for exception in self:
            exception.severity_rank = RANKS.get(exception.severity, 0)

    # -- reckoning ----------------------------------------------------------------------------

    def _deadlines(self):
        """Until when this case must be over, earliest or not; naive UTC."""
        self.ensure_one()
        return self._promises(self.shipment_id)

    @api.model
    def _promises(self, shipment):
        if shipment.promised_delivery_at and shipment.state not in FINAL_STATES:
            return [shipment.promised_delivery_at]
        return []

    def _usual_severity(self):
        self.ensure_one()
        return self.base_severity or self.type_id.severity

    @api.model
    def _judgement(self, usual, value, company, since, deadlines):
        """
        :return: values of the fields that follow: severity and when it may rise
        """
        now = fields.Datetime.now()
        impact = reckon.impact(usual, value, company.logistics_high_value)
        urgency = reckon.urgency(now, since, deadlines)
        return {
            "severity": reckon.severity(impact, urgency),
            "severity_due_at": reckon.next_change(now, since, deadlines) or False,
        }

    @api.model
    def _judged(self, values_list, types):
        """The values of new cases with severity and value at risk.

        :param dict types: code → exception type
        """
        by_id = {kind.id: kind for kind in types.values()}
        shipments = self.env["logistics.shipment"].browse(
            {values["shipment_id"] for values in values_list if values.get("shipment_id")}
        )
        at_risk = shipments._values_at_risk()
        for values in values_list:
            shipment = shipments.browse(values.get("shipment_id") or [])
            company = self.env["res.company"].browse(values["company_id"])
            value = at_risk.get(shipment.id, 0)
            usual = values["base_severity"] or by_id[values["type_id"]].severity
            since, deadlines = values["opened_at"], self._promises(shipment)
            values |= self._judgement(usual, value, company, since, deadlines)
            values["value_at_risk"] = company.currency_id.round(value)
        return values_list

    def _refresh_severity(self):
        """Reckon severity and value at risk anew, and write what changed. What rises comes back
        from its snooze (:meth:`write`)."""
        # The value counts whoever may see it.
        at_risk = self.sudo().shipment_id._values_at_risk()
        for case in self.sudo().filtered("is_open"):
            value = case.company_id.currency_id.round(at_risk.get(case.shipment_id.id, 0))
            values = case._judgement(
                case._usual_severity(),
                value,
                case.company_id,
                case.opened_at or case.first_seen_at or case.create_date,
                case._deadlines(),
            )
            values["value_at_risk"] = value
            if case.severity_by_hand:
                del values["severity"]
            else:
                values["severity_by_hand"] = False
            changed = {name: value for name, value in values.items() if case[name] != value}
            if "severity" in changed:
                changed["severity_by_hand"] = False
            if changed:
                case._put(changed)

    @api.model
    def _review(self):
        """Cron: what has become more urgent is graver now; who snoozed is told what is back."""
        now = fields.Datetime.now()
        due = Domain("is_open", "=", True) & Domain("severity_due_at", "<=", now)
        for domain, work in ((due, self._refresh_due), (self._awake_domain(), self._tell_awake)):
            left = self.search_count(domain)
            self.env["ir.cron"]._commit_progress(remaining=left)
            while left and (cases := self.search(domain, limit=PORTION, order="id")):
                work(cases)
                left -= len(cases)
                if not self.env["ir.cron"]._commit_progress(len(cases)):
                    return

    def _refresh_due(self, cases):
        cases._refresh_severity()

    # -- what people see and do ---------------------------------------------------------------

    @api.depends("severity", "severity_by_hand", "value_at_risk", "opened_at", "is_open")
    def _compute_severity_why(self):
        labels = dict(self._fields["severity"]._description_selection(self.env))
        now = fields.Datetime.now()
        urgencies = {
            "low": self.env._("Low"),
            "normal": self.env._("Normal"),
            "high": self.env._("High"),
            "immediate": self.env._("Immediate"),
        }
        for case in self:
            if case.severity_by_hand:
                case.severity_why = self.env._("Set by hand")
                continue
            if not case.is_open or not case.type_id:
                case.severity_why = False
                continue
            company = case.company_id.sudo()
            impact = reckon.impact(
                case._usual_severity(), case.sudo().value_at_risk, company.logistics_high_value
            )
            since = case.opened_at or case.first_seen_at or now
            case.severity_why = self.env._(
                "Impact %(impact)s × urgency %(urgency)s",
                impact=labels[impact],
                urgency=urgencies[reckon.urgency(now, since, case._deadlines())],
            )

    def action_reckon_severity(self):
        """Take back what was chosen by hand."""
        self._check_open()
        self._put({"severity_by_hand": False})
        self._refresh_severity()
        return True

    def write(self, vals):
        """A severity that is written without saying who reckoned it was chosen by a person; what
        becomes graver is awake."""
        if "severity" not in vals:
            return super().write(vals)
        if "severity_by_hand" not in vals:
            vals = {**vals, "severity_by_hand": True}
        rank = RANKS.get(vals["severity"], 0)
        asleep = self.filtered(lambda case: case.snoozed_until and case.severity_rank < rank)
        result = super().write(vals)
        if asleep:
            asleep._tell_awake()
        return result


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def write(self, vals):
        """Another promise is another urgency."""
        result = super().write(vals)
        if "promised_delivery_at" in vals:
            self._refresh_severities()
        return result

    def _after_fold(self, states_before):
        """What has come to its end keeps nobody waiting for the promise any more."""
        result = super()._after_fold(states_before)
        ended = self.filtered(lambda one: one.state in FINAL_STATES and one.promised_delivery_at)
        ended._refresh_severities()
        return result

    def _refresh_severities(self):
        if self:
            domain = [("shipment_id", "in", self.ids), ("is_open", "=", True)]
            self.env["logistics.exception"].sudo().search(domain)._refresh_severity()
