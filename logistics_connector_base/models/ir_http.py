import werkzeug.exceptions
from odoo import models
from odoo.http import request

from ..intake import answers


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the raw bytes of intake calls: the dispatcher would read a form away before the
        controller sees it, and a signature is over the raw bytes. It would also answer a body that
        is too large by itself, with a page for people.

        Machines have neither language nor visits to be followed: what Odoo's addons do here for
        people is left out, which is a tenth of a message's cost."""
        if not rule.endpoint.routing.get("logistics_raw"):
            return super()._pre_dispatch(rule, args)
        request.dispatcher.pre_dispatch(rule, args)
        if request.httprequest.content_length:
            limit = rule.endpoint.routing["max_content_length"]
            if request.httprequest.content_length > limit:
                werkzeug.exceptions.abort(answers.too_large(limit))
            request.httprequest.get_data(cache=True)
        return None

    @classmethod
    def _dispatch(cls, endpoint):
        """A query may name whatever it likes. Odoo's own wrapper fails on a parameter “self”."""
        if any(endpoint.routing.get(ours) for ours in ("logistics_raw", "logistics_page")):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    @classmethod
    def _serve_fallback(cls):
        """Where no page is, Odoo looks for a file with that address: PostgreSQL knows no address
        with a NUL, and the answer would be an error, not that there is no such page."""
        return None if "\0" in request.httprequest.path else super()._serve_fallback()

    @classmethod
    def _post_dispatch(cls, response):
        """Machines get no cookies."""
        if answers.is_ours(request.httprequest.path):
            return request.dispatcher.post_dispatch(response)
        return super()._post_dispatch(response)

    @classmethod
    def _handle_error(cls, exception):
        """Machines get a problem document where people get a page."""
        if answers.is_ours(request.httprequest.path):
            return answers.for_exception(exception)
        return super()._handle_error(exception)
