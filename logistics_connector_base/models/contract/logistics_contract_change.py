from odoo import api, fields, models
from odoo.exceptions import UserError

from ...core.contract import BREAKING, SchemaError, compare, compiled

SHOWN = 30


class LogisticsContract(models.Model):
    """What a version changes for those who know the one before it."""

    _inherit = "logistics.contract"

    previous_id = fields.Many2one(
        "logistics.contract", "Version before", compute="_compute_previous_id"
    )
    change = fields.Selection(
        [
            ("first", "First version"),
            ("compatible", "Compatible"),
            ("unknown", "Cannot be told"),
            ("breaking", "Breaking"),
        ],
        compute="_compute_change",
        help="Of messages that come in: whether all that fitted the version before fits this one. "
        "Of messages that go out: whether all that fits this one fits the version before.",
    )
    change_text = fields.Text("What changes", compute="_compute_change")
    breaking_reason = fields.Text(
        "Why all the same",
        tracking=True,
        copy=False,
        help="Why a change is made that partners may stumble over, and what was agreed with them.",
    )
    sample_problem = fields.Char(compute="_compute_sample_problem")

    @api.depends(
        *("version", "message_type", "direction", "provider_id", "connection_id", "company_id")
    )
    def _compute_previous_id(self):
        for contract in self:
            earlier = [
                *contract._family_domain(),
                ("version_key", "<", contract.version_key or ""),
                ("state", "in", ("approved", "deprecated")),
                ("kind", "=", "schema"),
            ]
            found = self.search(earlier, order="version_key desc", limit=1)
            if not found and contract.company_id:
                # The one that came with the addon, for all companies.
                shared = [
                    (name, operator, False if name in ("company_id", "connection_id") else value)
                    for name, operator, value in earlier
                ]
                found = self.search(shared, order="version_key desc", limit=1)
            contract.previous_id = found

    @api.depends("previous_id", "schema", "kind", "direction")
    def _compute_change(self):
        for contract in self:
            contract.change, contract.change_text = contract._look_at_change()

    def _look_at_change(self):
        if not self.previous_id or self.kind != "schema":
            return "first", False
        try:
            old, new = compiled(self.previous_id.schema or ""), compiled(self.schema or "")
        except SchemaError as error:
            return "unknown", str(error)
        known, wanted = (old, new) if self.direction == "in" else (new, old)
        found = compare(known, wanted)
        if not found:
            return "compatible", False
        is_breaking = any(difference.kind == BREAKING for difference in found)
        # What surely breaks comes first.
        ordered = sorted(found, key=lambda difference: difference.kind)
        lines = [str(difference) for difference in ordered[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(self.env._("There is more."))
        return "breaking" if is_breaking else "unknown", "\n".join(lines)

    @api.depends("kind", "sample_ids.outcome", "sample_ids.expected")
    def _compute_sample_problem(self):
        for contract in self:
            wrong = contract.sudo().sample_ids.filtered(lambda sample: not sample.is_as_expected)
            contract.sample_problem = (
                self.env._("Not as expected: %s", ", ".join(wrong.mapped("name")))
                if wrong
                else False
            )

    def _check_ready(self):
        """Refuse to hand in, or approve, what is not finished."""
        self.ensure_one()
        if self.kind == "guide":
            if not self.guide:
                raise UserError(self.env._("Say what was agreed, or where the guide is kept."))
            return
        if not self.schema:
            raise UserError(self.env._("The JSON Schema is missing."))
        self._compiled()
        samples = self.sudo().sample_ids
        if not samples.filtered(lambda sample: sample.expected == "fits"):
            raise UserError(self.env._("Add a sample of a message that fits."))
        if self.sample_problem:
            raise UserError(self.sample_problem)
        if self.change in ("breaking", "unknown") and not (self.breaking_reason or "").strip():
            raise UserError(
                self.env._(
                    "Partners may stumble over this version. Say why it is made all the same:\n%s",
                    self.change_text,
                )
            )
