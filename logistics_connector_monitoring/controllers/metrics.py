from odoo import SUPERUSER_ID, http
from odoo.addons.logistics_connector_base.intake.answers import problem_response
from odoo.http import request
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ..metrics import exposition
from .token import has_token, metrics_token


class LogisticsMetrics(http.Controller):
    @http.route(
        # The second one is how older configurations name it.
        ["/logistics/metrics", "/logistics/v1/metrics"],
        type="http",
        auth="none",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def metrics(self):
        """The health of all connections in Prometheus' text format."""
        if not metrics_token():
            return problem_response(404, "Not found", "No metrics token is configured.")
        if not has_token():
            return problem_response(
                401,
                "Not authentic",
                "Send the metrics token as a bearer token.",
                {"WWW-Authenticate": "Bearer"},
            )
        return request.make_response(
            exposition(request.env(user=SUPERUSER_ID)),
            headers=[("Content-Type", CONTENT_TYPE_LATEST)],
        )
