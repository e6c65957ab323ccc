import base64
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.subject import Subject
from ..models.personal_access import PERSONAL_GROUP
from ..privacy.erase import erase
from ..privacy.export import as_zip
from ..privacy.slices import TEXTS

_logger = logging.getLogger(__name__)

ADMIN = "logistics_connector_base.group_logistics_admin"
LINES = 200  # shown of each kind; all are counted
# Typed by the person who erases: nothing that one clicks by accident.
WORD = "ERASE"
# Written by the steps alone, so that no call over RPC skips one.
OWN = {
    "state",
    "total",
    "summary",
    "kept",
    "line_ids",
    "archive",
    "mark",
    "progress",
    "body_total",
    "notice",
    "is_background",
}
FIRST_COLUMNS = {
    "shipments": "name",
    "events": "display_name",
    "messages": "receipt",
    "references": "value",
    "stops": "name",
    "exceptions": "name",
    "notes": "subject",
    "documents": "name",
}


class LogisticsPrivacyWizard(models.TransientModel):
    """Answers a person who asks for their data, or for its erasure: search, look, then hand out or
    erase. What is typed here is gone with the wizard, which nobody keeps for long: it is blanked
    by an erasure, deleted by "Finish", and else by Odoo's daily clean-up after two hours."""

    _name = "logistics.privacy.wizard"
    _description = "One Person's Data"
    _transient_max_hours = 2.0

    state = fields.Selection(
        [
            ("search", "Search"),
            ("searching", "Searching"),
            ("found", "Found"),
            ("confirm", "Confirm"),
            ("done", "Done"),
        ],
        default="search",
        readonly=True,
    )
    names = fields.Text("Name", help="One spelling a line. All words of a line must be there.")
    emails = fields.Text("E-mail", help="One a line.")
    phones = fields.Text("Phone", help="One a line.")
    partner_id = fields.Many2one("res.partner", "Contact")
    reference = fields.Char(
        "Your reference", help="Number of the request in your files. Write no name here."
    )
    company_names = fields.Char("In the companies", compute="_compute_company_names")
    line_ids = fields.One2many("logistics.privacy.wizard.line", "wizard_id", readonly=True)
    total = fields.Integer(readonly=True)
    summary = fields.Text(readonly=True)
    kept = fields.Text(readonly=True)
    mark = fields.Char("Keyed hash", readonly=True, help="As in the proof of the request.")
    word = fields.Char("Type ERASE")
    archive = fields.Binary(readonly=True, attachment=False)
    archive_name = fields.Char(readonly=True, default="personal-data.zip")

    @api.depends("state")
    @api.depends_context("allowed_company_ids", "company")
    def _compute_company_names(self):
        for wizard in self:
            wizard.company_names = ", ".join(wizard._companies().mapped("name"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_own(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_own(vals)
        return super().write(vals)

    def _refuse_own(self, vals):
        written = OWN & set(vals)
        if not self.env.su and any(vals[name] and vals[name] != "search" for name in written):
            raise AccessError(self.env._("The steps follow each other; none can be skipped."))

    def _check_allowed(self):
        user = self.env.user
        if not (user.has_group(ADMIN) and user.has_group(PERSONAL_GROUP)):
            raise AccessError(
                self.env._(
                    "Only an Integration Administrator who may see personal data can answer a "
                    "person's request."
                )
            )

    def _subject(self):
        self.ensure_one()
        partner = self.partner_id
        try:
            subject = Subject.of(
                (self.names or "").splitlines(),
                [*(self.emails or "").splitlines(), partner.email or ""],
                [*(self.phones or "").splitlines(), partner.phone or ""],
            )
        except ValueError as error:
            texts = {
                "name": self.env._("A name needs at least three letters."),
                "email": self.env._("An e-mail address needs an @."),
                "phone": self.env._("A phone number needs at least seven digits."),
            }
            raise UserError(texts[str(error)]) from None
        if not subject and not partner:
            raise UserError(self.env._("Say whom to look for."))
        return subject

    # -- the steps ----------------------------------------------------------------------------

    def _show(self, found):
        """List what was found."""
        counts = found.counts()
        labels = self._labels()
        kept = [
            self.env._("%(count)s %(what)s under legal hold", count=len(records), what=labels[kind])
            for kind, records in found.held.items()
            if records
        ]
        if found.busy:
            kept.append(
                self.env._(
                    "%s messages that are not worked yet: erase again later", len(found.busy)
                )
            )
        self.sudo().line_ids.unlink()
        self.sudo().write(
            {
                "state": "found",
                "notice": False,
                "total": sum(counts.values()),
                "summary": "\n".join(
                    f"{labels[kind]}: {number}" for kind, number in counts.items() if number
                )
                or self.env._("Nothing was found."),
                "kept": "\n".join(kept),
                "word": False,
                "archive": False,
                "line_ids": [
                    (0, 0, values) for kind in counts for values in self._lines(found, kind)
                ],
            }
        )

    def _lines(self, found, kind):
        for record in getattr(found, kind)[:LINES]:
            excerpt = ""
            if kind == "messages":
                for part in found.parts.get(record.id, ())[:1]:
                    excerpt = ", ".join(f"{name}: {value}" for name, value in part.items())
            elif record._name in TEXTS:
                texts = (record[name] for name in TEXTS[record._name])
                excerpt = ", ".join(text for text in texts if text)
            yield {
                "kind": self._labels()[kind],
                "name": record[FIRST_COLUMNS[kind]] or record.display_name,
                "res_model": record._name,
                "res_id": record.id,
                "excerpt": excerpt[:300],
            }

    def _labels(self):
        return {
            "shipments": self.env._("Shipments"),
            "events": self.env._("Events"),
            "messages": self.env._("Messages"),
            "references": self.env._("References"),
            "stops": self.env._("Stops"),
            "exceptions": self.env._("Exceptions"),
            "notes": self.env._("Notes"),
            "documents": self.env._("Documents"),
        }

    def action_back(self):
        """To the search; ends one that is on its way."""
        self._check_allowed()
        self._hold()
        self.sudo().line_ids.unlink()
        self.sudo().write(
            {"state": "search", "progress": False, "word": False, "archive": False, "notice": False}
        )
        return self._again()

    def action_finish(self):
        """Forget at once who was looked for, and what was found."""
        self._check_allowed()
        self._hold()
        self.sudo().unlink()
        return {"type": "ir.actions.act_window_close"}

    def action_export(self):
        found, _finder = self._found_now()
        if found:
            self.sudo().archive = base64.b64encode(as_zip(found))
            self._note("export", found.counts(), 0)
        return self._again()

    def action_ask(self):
        """First step of the erasure: say what will be gone."""
        self._check_allowed()
        if self.state != "found" or not self.total:
            raise UserError(self.env._("Search first: there is nothing to erase."))
        self.sudo().state = "confirm"
        return self._again()

    def action_erase(self):
        """Second step: erase, in this transaction or not at all."""
        self._check_allowed()
        if self.state != "confirm" or (self.word or "").strip() != WORD:
            raise UserError(self.env._("Type %s to confirm. It cannot be undone.", WORD))
        found, finder = self._found_now()
        if not found:
            return self._again()
        kept = len(found.busy) + sum(map(len, found.held.values()))
        subject = self._subject()
        counts = erase(finder.env, found, subject, finder.partners, finder.companies)
        self._note("erasure", counts, kept)
        self.sudo().line_ids.unlink()
        # The person is not kept here either.
        self.sudo().write(
            {
                "state": "done",
                "names": False,
                "emails": False,
                "phones": False,
                "partner_id": False,
                "progress": False,
                "word": False,
                "archive": False,
                "total": sum(counts.values()),
                "summary": "\n".join(
                    f"{self._labels()[kind]}: {number}" for kind, number in counts.items() if number
                ),
            }
        )
        return self._again()

    def _note(self, kind, counts, kept):
        requests = self.env["logistics.privacy.request"].sudo()
        requests._note(kind, self._subject(), self._companies(), counts, kept, self.reference or "")
        _logger.info(
            "personal data: %s of %d records by user %d", kind, sum(counts.values()), self.env.uid
        )

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("A person's data"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
