import werkzeug.exceptions
from odoo import models
from odoo.http import request

from ..intake.answers import too_large


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the raw bytes of intake calls: the dispatcher would read a form away before the
        controller sees it, and a signature is over the raw bytes. It would also answer a body that
        is too large by itself, with a page for people."""
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("logistics_raw") and request.httprequest.content_length:
            limit = rule.endpoint.routing["max_content_length"]
            if request.httprequest.content_length > limit:
                werkzeug.exceptions.abort(too_large(limit))
            request.httprequest.get_data(cache=True)
        return result
