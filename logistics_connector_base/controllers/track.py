"""The page of one shipment, for whoever has its link: no login, no cookie, nothing from outside."""

import base64
import hashlib

from markupsafe import Markup
from odoo import http
from odoo.http import request
from odoo.tools import file_open
from odoo.tools.image import image_process
from odoo.tools.misc import get_lang
from werkzeug.exceptions import NotFound

from ..models.shipment.logistics_shipment_documents import SAFE_TYPES

STYLE = "logistics_connector_base/static/customer/customer.css"
# A logo that weighs more than this is made smaller; the page carries it within itself.
LOGO_BYTES, LOGO_SIZE = 12 * 1024, (160, 60)
PAGE = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "save_session": False,
    "readonly": True,
    "sitemap": False,
    "logistics_page": True,
}
PRIVATE = {
    # The link is the key: it is told to no other site, no search engine, no shared cache.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
}


def style():
    """The style sheet, as text that stands within the page."""
    with file_open(STYLE) as file:
        return file.read()


def page_headers(text):
    """Headers of a page with this style sheet: it loads nothing at all."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {**PRIVATE, "Content-Security-Policy": policy, "X-Frame-Options": "DENY"}


def logo(company):
    """The company's logo as a data URI; "" without one (Odoo's own stands for none)."""
    if company.uses_default_logo or not company.logo_web:
        return ""
    raw = base64.b64decode(company.logo_web)
    if len(raw) > LOGO_BYTES:
        raw = image_process(raw, size=LOGO_SIZE)
    kind = "svg+xml" if raw.lstrip().startswith(b"<") else "png"
    kind = "jpeg" if raw.startswith(b"\xff\xd8") else kind
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"


def proof_response(file):
    """A file as it is sent to a customer: shown by the browser only where that is harmless."""
    shown = file.mimetype if file.mimetype in SAFE_TYPES else "application/octet-stream"
    headers = {
        **PRIVATE,
        "Content-Type": shown,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    response = request.make_response(file.raw, list(headers.items()))
    kind = "inline" if shown == file.mimetype else "attachment"
    response.headers.set("Content-Disposition", kind, filename=file.name)
    return response


class Track(http.Controller):
    @http.route("/track/<string:public_id>/<string:token>", **PAGE)
    def track(self, public_id, token, lang=None, **_ignored):
        shipments = request.env["logistics.shipment"]
        shipment = shipments._by_tracking_page(public_id, token)
        installed = dict(request.env["res.lang"].get_installed())
        if lang not in installed:
            lang = shipment._customer_language() if shipment else self._asked_language(installed)
        shipment = shipment.with_context(lang=lang)
        view = shipment._customer_view("public") if shipment else None
        return self._page(
            "logistics_connector_base.track_page"
            if view
            else "logistics_connector_base.track_none",
            lang,
            404 if not view else 410 if view["is_erased"] else 200,
            view=view,
            logo=logo(shipment.company_id) if view else "",
            path=request.httprequest.path,
            languages=installed if view else {},
        )

    @http.route("/track/<string:public_id>/<string:token>/proof/<int:file_id>", **PAGE)
    def proof(self, public_id, token, file_id, **_ignored):
        shipment = request.env["logistics.shipment"]._by_tracking_page(public_id, token)
        files = shipment and shipment._customer_proofs("public").filtered(
            lambda file: file.id == file_id
        )
        if not files:
            raise NotFound()
        return proof_response(files)

    @staticmethod
    def _asked_language(installed):
        """What the browser asks for, of the languages that are there."""
        by_start = {code.partition("_")[0]: code for code in installed}
        for wanted in request.httprequest.accept_languages.values():
            code = wanted.replace("-", "_")
            if code in installed:
                return code
            if code.partition("_")[0] in by_start:
                return by_start[code.partition("_")[0]]
        return get_lang(request.env).code

    @staticmethod
    def _page(template, lang, status, **values):
        env = request.env(context={**request.env.context, "lang": lang})
        text = style()
        data = env["res.lang"]._get_data(code=lang)
        html = env["ir.qweb"]._render(
            template,
            {
                **values,
                # Our own file; escaped it would not be the text that its hash is of.
                "style": Markup(text),
                "lang": lang,
                "html_lang": lang.replace("_", "-"),
                "direction": data.direction or "ltr",
            },
        )
        return request.make_response(html, list(page_headers(text).items()), status=status)
