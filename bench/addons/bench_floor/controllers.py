from odoo import http
from odoo.http import request


class Floor(http.Controller):
    @http.route(
        "/bench/empty",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def empty(self):
        """The least that a controller of Odoo can do."""
        return request.make_response("", status=204)
