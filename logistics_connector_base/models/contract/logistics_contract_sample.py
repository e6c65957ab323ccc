from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.contract import CannotTell, SchemaError, compiled

SECONDS = 2
MAX_CHARACTERS = 1_000_000


class LogisticsContractSample(models.Model):
    """A message that fits a contract, or one that must not. They show people what is meant, and
    that the schema means it."""

    _name = "logistics.contract.sample"
    _description = "Sample of a Message Contract"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one(
        "logistics.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="What it shows, such as “two parcels”.")
    content = fields.Text("Message", required=True)
    expected = fields.Selection(
        [("fits", "Fits"), ("broken", "Does not fit")], required=True, default="fits"
    )
    outcome = fields.Selection(
        [
            ("fits", "Fits"),
            ("broken", "Does not fit"),
            ("unknown", "Cannot be told"),
            ("unchecked", "Not checked"),
        ],
        "Found",
        compute="_compute_outcome",
        store=True,
    )
    findings = fields.Text("Where it does not fit", compute="_compute_outcome", store=True)
    is_as_expected = fields.Boolean(compute="_compute_is_as_expected")

    @api.depends("content", "contract_id.schema", "contract_id.kind")
    def _compute_outcome(self):
        for sample in self:
            sample.outcome, sample.findings = sample._judge()

    @api.depends("expected", "outcome")
    def _compute_is_as_expected(self):
        for sample in self:
            sample.is_as_expected = sample.outcome in (sample.expected, "unchecked")

    def _judge(self):
        contract = self.contract_id
        if contract.kind != "schema" or not contract.schema or not self.content:
            return "unchecked", False
        try:
            verdict = compiled(contract.schema).check_bytes(self.content.encode(), SECONDS)
        except (SchemaError, CannotTell) as error:
            return "unknown", str(error)
        return ("fits", False) if verdict.fits else ("broken", "\n".join(verdict.lines))

    @api.constrains("content")
    def _check_content(self):
        for sample in self:
            if len(sample.content) > MAX_CHARACTERS:
                raise ValidationError(self.env._("A sample may have a million characters."))

    @api.model_create_multi
    def create(self, vals_list):
        samples = super().create(vals_list)
        if not self.env.su:
            samples.contract_id._note_author()
        return samples

    def write(self, vals):
        if not self.env.su and {"name", "content", "expected", "contract_id"} & vals.keys():
            self.contract_id._note_author()
            if vals.get("contract_id"):
                self.env["logistics.contract"].browse(vals["contract_id"])._note_author()
        return super().write(vals)

    def unlink(self):
        if not self.env.su:
            self.contract_id._note_author()
        return super().unlink()
