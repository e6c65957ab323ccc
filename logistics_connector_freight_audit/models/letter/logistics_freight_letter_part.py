from odoo import api, fields, models

# What lies beside bills in many mails; said, and nobody's work.
HARMLESS = {False, "kind", "known"}


class LogisticsFreightLetterPart(models.Model):
    """One file that came in a mail, and what became of it."""

    _name = "logistics.freight.letter.part"
    _description = "File in an E-mail with Freight Bills"
    _order = "letter_id, id"
    _log_access = False
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    letter_id = fields.Many2one(
        "logistics.freight.letter", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="letter_id.company_id", store=True, index=True)
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    name = fields.Char("File", required=True, readonly=True)
    file_id = fields.Many2one(
        "logistics.freight.file",
        "Became",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reason = fields.Char(readonly=True, help="A code of core.unpack, known, or refused.")
    detail = fields.Char(readonly=True)
    outcome = fields.Char(compute="_compute_outcome")

    @api.depends("reason", "detail", "file_id")
    def _compute_outcome(self):
        words = self._words()
        for part in self:
            if not part.reason:
                part.outcome = self.env._("Taken as a file of bills")
            else:
                part.outcome = part.detail or words.get(part.reason, part.reason)

    def _is_harmless(self):
        return self.reason in HARMLESS

    def _words(self):
        """Why a file is not looked at, in the user's language (core.unpack.REASONS)."""
        return {
            "kind": self.env._("No table: only CSV, TXT, XLSX and ZIP files are read"),
            "empty": self.env._("Empty"),
            "path": self.env._("Refused: its name leads out of the archive"),
            "link": self.env._("Refused: it is a link, not a file"),
            "password": self.env._("Locked with a password"),
            "nested": self.env._("Refused: an archive within an archive"),
            "damaged": self.env._("Damaged"),
            "many": self.env._("Not opened: one of too many files"),
            "large": self.env._("Too large when unpacked: upload it instead"),
        }
