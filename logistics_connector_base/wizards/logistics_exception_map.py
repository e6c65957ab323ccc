from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..models.selections import CLASSIFIERS


class LogisticsExceptionMap(models.TransientModel):
    """Maps an unknown code and replays what was kept under it: by a dry run that shows what would
    change, or at once. Several codes get one meaning, at once."""

    _name = "logistics.exception.map"
    _description = "Map and Replay"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    exception_id = fields.Many2one(
        "logistics.exception", "Worked exception", compute="_compute_exception"
    )
    is_several = fields.Boolean(compute="_compute_exception")
    codes = fields.Text(compute="_compute_exception")
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
            codes = [_code_text(case) for case in wizard.exception_ids]
            wizard.codes = "\n".join(dict.fromkeys(codes))
            wizard.is_several = len(set(codes)) > 1

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
        domain = Domain.FALSE
        for case in self.exception_ids:
            its = Domain("issuer", "=", case.provider) & Domain("raw_code", "=", case.raw_code)
            if not self.any_sub_code:
                its &= Domain("raw_sub_code", "=", case.raw_sub_code or "")
            domain |= its
        return self.env["logistics.event"].search(domain & Domain("is_unmapped", "=", True))

    def _check_manager(self):
        self.ensure_one()
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise AccessError(self.env._("Only Logistics managers can map codes."))

    def _mapping_values(self, case):
        return {
            "provider": case.provider,
            "raw_code": case.raw_code,
            "raw_sub_code": "" if self.any_sub_code else (case.raw_sub_code or ""),
            "connection_id": self.connection_id.id,
            "code_id": self.code_id.id,
            "reason_id": self.reason_id.id,
            "classifier": self.classifier,
            "note": self.note,
        }

    def _replay_values(self, company):
        case = self.exception_id
        raw_code = " / ".join(filter(None, (case.raw_code, case.raw_sub_code)))
        text = self.env._("Unknown code %(code)s of %(who)s", code=raw_code, who=case.provider)
        if self.is_several:
            text = self.env._("Unknown codes: %s", ", ".join(self.codes.splitlines()))
        return {
            "reason": f"{text}: {self.note}" if self.note else text,
            "kind": "mapping",
            "company_id": company.id,
        }

    def action_preview(self):
        """See what the mapping would change; it is made when the replay is applied."""
        self._check_manager()
        if self.is_several:
            raise UserError(self.env._("Preview one code at a time."))
        company = self.exception_ids.company_id[:1]
        replay = self.env["logistics.replay"].create(
            {**self._replay_values(company), "proposed": self._mapping_values(self.exception_id)}
        )
        replay.action_preview()
        return replay._again()

    def action_map(self):
        """Map at once, and replay, for all companies that are chosen."""
        self._check_manager()
        values = {}
        for case in self.exception_ids:
            its = self._mapping_values(case)
            values[its["provider"], its["raw_code"], its["raw_sub_code"]] = its
        mappings = self.env["logistics.event.mapping"].create(list(values.values()))
        replays = self.env["logistics.replay"]
        for company in self.env.companies | self.exception_ids.company_id:
            replay = replays.create(
                {**self._replay_values(company), "mapping_ids": [(6, 0, mappings.ids)]}
            )
            if replay._apply_at_once():
                replays |= replay
        under_way = replays.filtered(lambda replay: replay.state != "done")[:1]
        return under_way._again() if under_way else {"type": "ir.actions.act_window_close"}


def _code_text(case):
    code = " / ".join(filter(None, (case.raw_code, case.raw_sub_code)))
    return f"{case.provider}: {code}"
