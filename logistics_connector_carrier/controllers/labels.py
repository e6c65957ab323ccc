from odoo import api, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from ..labels import waiting

RETRY_AFTER = 2  # seconds, for who found no place to wait


class Labels(http.Controller):
    """“Wait for the label”: the second call of a packing station, after it has validated."""

    @http.route(
        "/logistics/label/<int:delivery>",
        type="http",
        auth="bearer",
        methods=["GET"],
        save_session=False,
    )
    def label(self, delivery, timeout="0", content="0"):
        """For other programs, with an API key of a user: docs/api.md."""
        try:
            seconds = float(timeout)
            if not 0 <= seconds <= waiting.LONGEST:
                raise ValueError
        except ValueError:
            text = request.env._("“timeout” is a number of seconds, %s at most.", waiting.LONGEST)
            return request.make_json_response({"why": text}, status=400)
        try:
            answer, has_waited = self._wait(delivery, seconds, content == "1")
        except (AccessError, MissingError) as error:
            return request.make_json_response({"why": str(error)}, status=404)
        headers = {"Cache-Control": "no-store"}
        if not answer["is_settled"]:
            headers["Retry-After"] = str(0 if has_waited else RETRY_AFTER)
        status = 200 if answer["is_settled"] else 202
        return request.make_json_response(answer, headers, status=status)

    @http.route("/logistics/label/wait", type="jsonrpc", auth="user", save_session=False)
    def wait(self, delivery, timeout=10, content=False):
        """For pages of Odoo."""
        seconds = min(max(float(timeout), 0), waiting.LONGEST)
        return self._wait(int(delivery), seconds, bool(content))[0]

    def _wait(self, delivery, seconds, with_content):
        """:return: (what is known then, whether the caller was allowed to wait)
        :raises AccessError, MissingError: this delivery is none of the user's
        """
        env = request.env
        picking = env["stock.picking"].browse(delivery)
        if not picking.exists():
            raise MissingError(env._("There is no such delivery."))
        picking.check_access("read")
        registry, uid, context = env.registry, env.uid, dict(env.context)
        # From here on nothing is kept of the database while somebody waits.
        env.cr.close()
        has_waited = waiting.wait(registry, delivery, seconds)
        with registry.cursor() as cr:
            picking = api.Environment(cr, uid, context)["stock.picking"].browse(delivery)
            return picking._label_answer(with_content), has_waited
