from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Here its state is what it stays: before, it says "failed" until it is sent.
        manifests = self.env["logistics.manifest"].sudo()
        for manifest in manifests.search([("mail_id", "in", self.ids)]):
            mail = manifest.mail_id
            manifest._follow_mail(mail.state, mail.failure_reason)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
