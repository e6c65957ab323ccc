from odoo import fields, models

SENDERS = [
    ("known", "Carriers and colleagues"),
    ("anyone", "Anyone"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    freight_alias_id = fields.Many2one(
        "mail.alias", copy=False, ondelete="set null", groups="base.group_user"
    )
    freight_mail_from = fields.Selection(
        SENDERS,
        "Open mails of",
        default="known",
        required=True,
        groups="base.group_user",
        help="Mails of others are kept, and a person says whether they are opened.",
    )
    freight_mail_user_id = fields.Many2one(
        "res.users",
        "Responsible for bills by e-mail",
        domain="[('share', '=', False)]",
        groups="base.group_user",
    )

    def _set_freight_alias(self, name, domain):
        """The address to which carriers send this company's bills.

        :param str name: what stands before the @; empty: there is none
        :param domain: record of mail.alias.domain, or an empty one
        """
        self.ensure_one()
        alias = self.sudo().freight_alias_id
        if alias:
            alias.write({"alias_name": name, "alias_domain_id": domain.id})
        elif name:
            self.sudo().freight_alias_id = alias.create(
                {
                    "alias_name": name,
                    "alias_domain_id": domain.id,
                    "alias_contact": "everyone",
                    "alias_model_id": self.env["ir.model"]._get_id("logistics.freight.letter"),
                    "alias_defaults": repr({"company_id": self.id}),
                }
            )
