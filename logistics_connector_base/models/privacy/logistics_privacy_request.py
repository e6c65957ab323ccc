import json

from odoo import api, fields, models

from ...core.subject import Subject


class LogisticsPrivacyRequest(models.Model):
    """Proof that a person's request was answered: who did it, when, how many records. It does not
    name the person; a keyed hash of what was searched for shows to whoever knows the person's
    request that this line belongs to it. Nobody changes or deletes it."""

    _name = "logistics.privacy.request"
    _description = "Personal Data Request"
    _log_access = False
    _order = "id desc"
    _rec_name = "reference"

    reference = fields.Char(readonly=True, help="Your number of the request, without a name.")
    kind = fields.Selection(
        [("export", "Handed out"), ("erasure", "Erased")], required=True, readonly=True
    )
    at = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    counts = fields.Char("What", readonly=True)
    kept_count = fields.Integer(
        "Kept",
        readonly=True,
        help="Under legal hold, or not worked yet: these were left as they are.",
    )
    mark = fields.Char("Keyed hash of the request", required=True, readonly=True)

    @api.model
    def _note(self, kind, subject, companies, counts, kept, reference):
        """Write one line for each company; call as superuser.

        :param dict counts: kind of record → number
        """
        shown = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
        return self.create(
            [
                {
                    "reference": reference,
                    "kind": kind,
                    "at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "company_id": company.id,
                    "record_count": sum(counts.values()),
                    "counts": shown or json.dumps({}),
                    "kept_count": kept,
                    "mark": self._mark(subject),
                }
                for company in companies
            ]
        )

    @api.model
    def _mark(self, subject):
        key = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        return (subject or Subject()).mark(key.encode())
