import json

from odoo import SUPERUSER_ID, http
from odoo.addons.logistics_connector_base.intake.gate import HEALTH, HEALTH_TYPE
from odoo.http import request

from ..core import health
from .token import has_token


class LogisticsHealth(http.Controller):
    @http.route(
        HEALTH,
        type="http",
        auth="none",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=False,  # what is asked is whether messages can be written down
    )
    def health(self):
        """Whether this server can take messages and works them: 200 (pass, warn) or 503 (fail).

        Everybody learns the status; who sends the metrics token learns what is wrong. Where there
        is no database, and for ``/logistics/health/live``: base, ``intake/gate.py``.
        """
        checks = request.env(user=SUPERUSER_ID)["logistics.server.health"]._checks()
        told = health.document(checks, tells_all=has_token())
        return request.make_response(
            json.dumps(told),
            headers=[("Content-Type", HEALTH_TYPE), ("Cache-Control", "no-store")],
            status=health.http_status(told["status"]),
        )
