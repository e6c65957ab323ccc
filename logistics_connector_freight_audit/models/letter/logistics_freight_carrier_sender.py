from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.sender import matches, wrong


class LogisticsFreightCarrier(models.Model):
    _inherit = "logistics.freight.carrier"

    mail_senders = fields.Char(
        "Sends bills from",
        tracking=True,
        help="Addresses or whole domains, with commas: billing@carrier.com, @carrier.com. Mails of "
        "the vendor and its contacts are known without it.",
    )

    @api.constrains("mail_senders")
    def _check_mail_senders(self):
        for terms in self:
            bad = wrong(terms.mail_senders)
            if bad:
                raise ValidationError(
                    self.env._("“%s” is neither an address nor a domain such as @ups.com.", bad[0])
                )

    def _sends_from(self, address):
        """Whether a mail of this address is the carrier's.

        :param str address: normalised; empty where none is told
        """
        self.ensure_one()
        if matches(address, self.mail_senders):
            return True
        company = self.partner_id.commercial_partner_id
        if not (address and company):
            return False
        people = self.env["res.partner"].sudo()
        return bool(
            people.search_count(
                [("commercial_partner_id", "=", company.id), ("email_normalized", "=", address)],
                limit=1,
            )
        )
