from odoo import fields, models
from odoo.exceptions import UserError

# From here on nobody needs to do anything, for now.
ON_ITS_WAY = ("checking", "importing", "imported", "cancelled")


class LogisticsFreightFile(models.Model):
    """A file that nobody brought by hand: it goes its way by itself until a person has to say
    something, and then somebody is asked."""

    _inherit = "logistics.freight.file"

    letter_id = fields.Many2one(
        "logistics.freight.letter",
        "E-mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _proceed(self):
        """Have it checked where nothing is to be answered before; otherwise ask."""
        self.ensure_one()
        if self.state == "draft" and not self._open_questions():
            try:
                with self.env.cr.savepoint():
                    self.action_check()
                return
            except UserError as error:
                self._ask_person(str(error))
                return
        self._ask_person()

    def _open_questions(self):
        """What only a person can say. How amounts are written was said with the profile."""
        said = {"decimal"} if self.profile_id.decimal else set()
        return [
            code
            for code in self.questions or ()
            if code not in said and not self._is_answered(code)
        ]

    def _ask_person(self, text=""):
        """One case for the file; ``text`` says why, where the file does not say it itself."""
        if self.source == "upload":
            return
        self.env["logistics.exception"].sudo()._report(
            [
                {
                    "type": "freight_file_waiting",
                    "key": self._case_key(),
                    "name": self.env._(
                        "%(file)s waits: %(reason)s",
                        file=self.name,
                        reason=text or self._why_waiting(),
                    )[:250],
                    "company_id": self.company_id.id,
                    "reference": self.name[:100],
                }
            ]
        )

    def _why_waiting(self):
        if self.problem:
            return self.problem
        if self.state == "checked" and self.is_all_known:
            return self.env._("each of its bills was imported before")
        if self.state == "checked":
            doubtful = self.total_ids.filtered(lambda one: one.is_blocked or one.doubts)
            if doubtful:
                return doubtful[0].doubt_text
            return self.env._("rows of no bill were set aside")
        return self.question_text or self.env._("somebody has to look at it")

    def _case_key(self):
        return f"freight-file:{self.id}"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ON_ITS_WAY:
            keys = [file._case_key() for file in self if file.source != "upload"]
            if keys:
                cases = self.env["logistics.exception"].sudo()
                cases._resolve_keys(keys, self.env._("Somebody took care of the file."))
        return result
