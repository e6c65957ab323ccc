"""The page on which a contact says, without a login, whether delivery news may come by e-mail."""

from odoo import http
from odoo.http import request

from .track import PAGE, Track


class DeliveryNews(http.Controller):
    @http.route("/delivery-news/<int:partner_id>/<string:token>", **PAGE)
    def show(self, partner_id, token, **_ignored):
        # Looking changes nothing: mail programs open links before people do.
        return self._answer(partner_id, token)

    @http.route(
        "/delivery-news/<int:partner_id>/<string:token>",
        **{**PAGE, "methods": ["POST"], "readonly": False, "csrf": False},
    )
    def choose(self, partner_id, token, choice="no", **_ignored):
        """Also RFC 8058: a mail program posts ``List-Unsubscribe=One-Click``, and nothing else. The
        signed address is the proof; there is no session that another site could abuse."""
        partner = request.env["res.partner"]._by_delivery_news(partner_id, token)
        if partner:
            partner._set_delivery_news("yes" if choice == "yes" else "no")
        return self._answer(partner_id, token)

    @staticmethod
    def _answer(partner_id, token):
        partner = request.env["res.partner"]._by_delivery_news(partner_id, token)
        installed = dict(request.env["res.lang"].get_installed())
        lang = partner.lang if partner.lang in installed else Track._asked_language(installed)
        company = partner.company_id or request.env.company.sudo()
        return Track._page(
            "logistics_connector_base.delivery_news"
            if partner
            else "logistics_connector_base.track_none",
            lang,
            200 if partner else 404,
            path=request.httprequest.path,
            is_wanted=partner and partner._wants_delivery_news(company),
        )
