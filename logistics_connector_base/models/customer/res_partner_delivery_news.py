from odoo import api, fields, models
from odoo.tools import consteq, hmac

SCOPE = "logistics.delivery.news"
TOKEN_LENGTH = 32


class ResPartner(models.Model):
    """Whether a contact wants to be told of deliveries by e-mail."""

    _inherit = "res.partner"

    logistics_news = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Delivery news by e-mail",
        help="Empty: as the company's settings say.",
    )

    def _wants_delivery_news(self, company):
        if not self.logistics_news:
            return company.logistics_news_default
        return self.logistics_news == "yes"

    def _delivery_news_token(self):
        self.ensure_one()
        return hmac(self.sudo().env, SCOPE, self.id)[:TOKEN_LENGTH]

    def _delivery_news_url(self):
        """The page on which this contact, without a login, leaves or comes back."""
        return f"{self.get_base_url()}/delivery-news/{self.id}/{self._delivery_news_token()}"

    @api.model
    def _by_delivery_news(self, partner_id, token):
        """The contact of a link, as superuser; empty where the link is wrong."""
        partner = self.sudo().browse(partner_id)
        if not partner_id or not consteq(
            partner._delivery_news_token(), token.encode("ascii", "replace").decode()
        ):
            return self.sudo().browse()
        return partner.exists()

    def _set_delivery_news(self, choice):
        """:param str choice: "yes" or "no", as the contact said on the page of its link"""
        self.ensure_one()
        if self.logistics_news != choice:
            self.logistics_news = choice
            text = (
                self.env._("Wants delivery news by e-mail (by the link of an e-mail).")
                if choice == "yes"
                else self.env._("Wants no delivery news by e-mail (by the link of an e-mail).")
            )
            self._message_log(body=text)
