from odoo import http
from odoo.http import content_disposition, request

from ..core.golden import file_name


class LogisticsGoldenFiles(http.Controller):
    @http.route(
        "/logistics/golden-files/<int:connection_id>", type="http", auth="user", readonly=True
    )
    def golden_files(self, connection_id):
        """What a partner's developer needs, as a zip, for who may see the connection."""
        connection = request.env["logistics.connection"].search([("id", "=", connection_id)])
        if not connection:
            return request.not_found()
        return request.make_response(
            connection._golden_zip(),
            {
                "Content-Type": "application/zip",
                "Content-Disposition": content_disposition(
                    f"{file_name(connection.name)}-golden-files.zip"
                ),
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )
