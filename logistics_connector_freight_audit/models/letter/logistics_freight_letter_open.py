import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...core.unpack import Budget, unpack


class LogisticsFreightLetter(models.Model):
    """Opening a mail: each table in it becomes a file, which is looked at and checked as one that a
    person brought."""

    _inherit = "logistics.freight.letter"

    def _open(self):
        """Make files of what has come and is not opened yet. In a job."""
        self.ensure_one()
        found, strangers = self._to_open(), False
        budget = Budget()
        for message, attachments in found:
            is_allowed, issuer = self._sender(message.email_from)
            if not is_allowed:
                strangers = True
                continue
            for attachment in attachments:
                for part in unpack(attachment.name, attachment.raw or b"", budget):
                    self._take(attachment, part, issuer)
        self._conclude(strangers)

    def _to_open(self):
        """The mails of this letter with what is attached to them and was not opened yet."""
        done = self.part_ids.attachment_id
        messages = self.message_ids.filtered(lambda one: one.message_type == "email")
        return [(one, (one.attachment_ids - done).sorted("id")) for one in messages.sorted("id")]

    def _sender(self, email):
        """→ (whether mails of this address are opened, the carrier's code where it is one's)."""
        address = email_normalize(email or "")
        terms = self.env["logistics.freight.carrier"].sudo()
        terms = terms.search([("company_id", "=", self.company_id.id)])
        mine = terms.filtered(lambda one: one._sends_from(address))
        issuer = mine.issuer if len(mine) == 1 else False
        if mine or self.vouched_by_id or self.company_id.freight_mail_from == "anyone":
            return True, issuer
        colleagues = (
            self.env["res.users"]
            .sudo()
            .search_count(
                [
                    ("email_normalized", "=", address),
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.ids),
                ],
                limit=1,
            )
        )
        return bool(address and colleagues), issuer

    def _take(self, attachment, part, issuer):
        """One file of the mail: looked at, or told why not."""
        values = {
            "letter_id": self.id,
            "attachment_id": attachment.id,
            "name": part.name,
            "reason": part.reason or False,
        }
        if not part.reason:
            values.update(self._file(part, issuer))
        self.env["logistics.freight.letter.part"].create(values)

    def _file(self, part, issuer):
        files = self.env["logistics.freight.file"]
        known = files.search(
            [
                ("company_id", "=", self.company_id.id),
                ("digest", "=", hashlib.sha256(part.data).hexdigest()),
                ("state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if known:
            return {
                "file_id": known.id,
                "reason": "known",
                "detail": self.env._(
                    "Came before, as “%(known)s” on %(day)s. Nothing is imported twice.",
                    known=known.name,
                    day=fields.Date.to_string(known.create_date),
                ),
            }
        try:
            with self.env.cr.savepoint():
                file = files.with_company(self.company_id).create(
                    {
                        "name": part.name.rpartition("/")[2],
                        "company_id": self.company_id.id,
                        "source": "mail",
                        "letter_id": self.id,
                        "issuer": issuer,
                        "data": base64.b64encode(part.data),
                        "user_id": self.company_id.freight_mail_user_id.id,
                    }
                )
                file._proceed()
        except UserError as error:
            return {"reason": "refused", "detail": str(error)[:500]}
        return {"file_id": file.id}

    def _conclude(self, strangers):
        """Opened, or a person is asked to look at it."""
        bad = self.part_ids.filtered(lambda part: not part._is_harmless())
        self.is_stranger = strangers
        if strangers:
            self._ask(self.env._("The sender is not known, so nothing was opened."))
        elif bad:
            self._ask(self.env._("%(file)s: %(reason)s", file=bad[0].name, reason=bad[0].outcome))
        elif not self.part_ids.file_id:
            self._ask(self.env._("There is no file of bills in it."))
        else:
            self._write_own({"state": "done", "problem": False, "next_try_at": False, "tries": 0})
            self._over(self.env._("The mail was opened."))
