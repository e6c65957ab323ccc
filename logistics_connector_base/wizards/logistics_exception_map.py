from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.selections import CLASSIFIERS


class LogisticsExceptionMap(models.TransientModel):
    """Maps an unknown code and replays what was kept under it: by a dry run that shows what would
    change, or at once."""

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
    sender_ids = fields.Many2many("logistics.connection", compute="_compute_samples")
    connection_id = fields.Many2one(
        "logistics.connection",
        "Only from",
        domain="[('id', 'in', sender_ids)]",
        help="Choose a partner that means another thing by it than the others. Empty: it means "
        "the same whoever sends it.",
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

    @api.depends("exception_ids", "any_sub_code", "connection_id")
    def _compute_samples(self):
        for wizard in self:
            events = wizard._events()
            wizard.sender_ids = events.connection_id
            if wizard.connection_id:
                events = events.filtered(lambda e, w=wizard: e.connection_id == w.connection_id)
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

    def _check_manager(self):
        self.ensure_one()
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise AccessError(self.env._("Only Logistics managers can map codes."))

    def _mapping_values(self):
        return {
            "provider": self.provider,
            "raw_code": self.raw_code,
            "raw_sub_code": "" if self.any_sub_code else (self.raw_sub_code or ""),
            "connection_id": self.connection_id.id,
            "code_id": self.code_id.id,
            "reason_id": self.reason_id.id,
            "classifier": self.classifier,
            "note": self.note,
        }

    def _replay_values(self, company):
        raw_code = " / ".join(filter(None, (self.raw_code, self.raw_sub_code)))
        text = self.env._("Unknown code %(code)s of %(who)s", code=raw_code, who=self.provider)
        return {
            "reason": f"{text}: {self.note}" if self.note else text,
            "kind": "mapping",
            "company_id": company.id,
        }

    def action_preview(self):
        """See what the mapping would change; it is made when the replay is applied."""
        self._check_manager()
        company = self.exception_ids.company_id[:1]
        replay = self.env["logistics.replay"].create(
            {**self._replay_values(company), "proposed": self._mapping_values()}
        )
        replay.action_preview()
        return replay._again()

    def action_map(self):
        """Map at once, and replay, for all companies that are chosen."""
        self._check_manager()
        mapping = self.env["logistics.event.mapping"].create(self._mapping_values())
        replays = self.env["logistics.replay"]
        for company in self.env.companies | self.exception_ids.company_id:
            replay = replays.create(
                {**self._replay_values(company), "mapping_ids": [(6, 0, mapping.ids)]}
            )
            if replay._apply_at_once():
                replays |= replay
        under_way = replays.filtered(lambda replay: replay.state != "done")[:1]
        return under_way._again() if under_way else {"type": "ir.actions.act_window_close"}
