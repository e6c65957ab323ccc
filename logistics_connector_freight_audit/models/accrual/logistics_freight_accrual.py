from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class LogisticsFreightAccrual(models.Model):
    """Freight that is owed at the end of a period and not billed yet: one summary entry for a
    company and period, and each charge that is in it.

    The next period's entry reverses what was billed meanwhile. So the account of what is accrued
    always comes to the sum of the lines that are open.
    """

    _name = "logistics.freight.accrual"
    _description = "Freight Accrual"
    _inherit = ["logistics.freight.guard.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        "At the end of",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - timedelta(days=1),
        help="What left up to this day and is in no posted vendor bill up to this day is accrued.",
    )
    since = fields.Date(
        "Shipped since",
        required=True,
        default=lambda self: self._default_since(),
        help="What left before is not looked at: it is older than your accruals.",
    )
    state = fields.Selection(
        [("draft", "To be prepared"), ("prepared", "Prepared"), ("entered", "In the books")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    move_id = fields.Many2one(
        "account.move",
        "Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    line_ids = fields.One2many(
        "logistics.freight.accrual.line", "accrual_id", "Accrued lines", readonly=True
    )
    reversed_line_ids = fields.One2many(
        "logistics.freight.accrual.line", "reversed_by_id", "Reversed lines", readonly=True
    )
    accrued_amount = fields.Monetary("Accrued anew", readonly=True)
    reversed_amount = fields.Monetary("Reversed", readonly=True)
    open_amount = fields.Monetary(
        "Open at the end", readonly=True, help="Owed and not billed: the balance of the account."
    )
    skipped_count = fields.Integer(
        "Without an amount",
        readonly=True,
        help="Shipments that left, of which nobody knows what they cost: nothing was booked or "
        "estimated for them.",
    )

    _date_uniq = models.Constraint(
        "UNIQUE(company_id, date)", "There is an accrual for the end of this period already."
    )

    @api.model
    def _default_since(self):
        last = fields.Date.context_today(self).replace(day=1) - timedelta(days=1)
        return last.replace(day=1)

    @api.depends("date", "company_id.name")
    def _compute_name(self):
        for accrual in self:
            accrual.name = accrual.date and self.env._(
                "Freight accrued at %s", format_date(self.env, accrual.date)
            )

    @api.constrains("date", "since")
    def _check_dates(self):
        for accrual in self:
            if accrual.since > accrual.date:
                raise ValidationError(self.env._("“Shipped since” is after the end of the period."))

    def write(self, vals):
        if {"date", "since", "company_id"} & set(vals):
            for accrual in self:
                if accrual.state != "draft":
                    raise UserError(
                        self.env._("%s is prepared: start anew to change it.", accrual.name)
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_entered(self):
        for accrual in self:
            if accrual.state != "draft":
                raise UserError(self.env._("%s is prepared: start anew first.", accrual.name))

    def _earlier(self):
        return self.search(
            [("company_id", "=", self.company_id.id), ("date", "<", self.date)], limit=1
        )

    def _later(self):
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">", self.date),
                ("state", "!=", "draft"),
            ],
            limit=1,
        )

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_accrual_line"
        )
        domain = ["|", ("accrual_id", "=", self.id), ("reversed_by_id", "=", self.id)]
        return dict(action, domain=domain, context={"search_default_by_state": 1})

    def action_view_entry(self):
        self.ensure_one()
        return self.move_id.get_formview_action()
