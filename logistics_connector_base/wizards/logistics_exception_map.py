from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.selections import CLASSIFIERS


class LogisticsExceptionMap(models.TransientModel):
    """One click maps an unknown code and replays what was kept under it."""

    _name = "logistics.exception.map"
    _description = "Map and Replay"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    exception_id = fields.Many2one(
        "logistics.exception", "Worked exception", compute="_compute_exception"
    )
    provider = fields.Char(compute="_compute_exception")
    raw_code = fields.Char(compute="_compute_exception")
    raw_sub_code = fields.Char(compute="_compute_exception")
    samples = fields.Text(compute="_compute_samples", string="The partner's words")
    event_count = fields.Integer(compute="_compute_samples", string="Events kept")
    any_sub_code = fields.Boolean(
        "For any sub code", help="Also for other sub codes of this code that have no mapping yet."
    )
    code_id = fields.Many2one("logistics.event.code", "Means", required=True)
    reason_id = fields.Many2one("logistics.event.reason", "Because of")
    classifier = fields.Selection(
        CLASSIFIERS, help="Empty: planned, estimated or actual as the message says."
    )
    note = fields.Char(help="Where you know it from, such as the page of the carrier's guide.")

    @api.depends("exception_ids")
    def _compute_exception(self):
        for wizard in self:
            exception = wizard.exception_ids[:1]
            wizard.exception_id = exception
            wizard.provider = exception.provider
            wizard.raw_code = exception.raw_code
            wizard.raw_sub_code = exception.raw_sub_code

    @api.depends("exception_ids", "any_sub_code")
    def _compute_samples(self):
        for wizard in self:
            events = wizard._events()
            texts = list(dict.fromkeys(text for text in events.mapped("raw_text_shown") if text))
            wizard.samples = "\n".join(texts[:5])
            wizard.event_count = len(events)

    def _events(self):
        domain = [
            ("issuer", "=", self.provider),
            ("raw_code", "=", self.raw_code),
            ("is_unmapped", "=", True),
        ]
        if not self.any_sub_code:
            domain.append(("raw_sub_code", "=", self.raw_sub_code or ""))
        return self.env["logistics.event"].search(domain)

    def action_map(self):
        self.ensure_one()
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise AccessError(self.env._("Only Logistics managers can map codes."))
        events = self._events()
        self.env["logistics.event.mapping"].create(
            {
                "provider": self.provider,
                "raw_code": self.raw_code,
                "raw_sub_code": "" if self.any_sub_code else (self.raw_sub_code or ""),
                "code_id": self.code_id.id,
                "reason_id": self.reason_id.id,
                "classifier": self.classifier,
                "note": self.note,
            }
        )
        changed = events._remap()
        same = self.env["logistics.exception"].search(
            [
                ("type_code", "=", "unmapped_code"),
                ("provider", "=", self.provider),
                ("raw_code", "=", self.raw_code),
                ("is_open", "=", True),
            ]
        )
        if not self.any_sub_code:
            same = same.filtered(lambda e: (e.raw_sub_code or "") == (self.raw_sub_code or ""))
        same._close(
            "resolved",
            self.env._(
                "Mapped to “%(code)s”; %(count)s events replayed.",
                code=self.code_id.name,
                count=changed,
            ),
        )
        return {"type": "ir.actions.act_window_close"}
