from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access import NoAccess, OutgoingCall
from ..client import CallError, Limits
from ..core.jsonsafe import clean_text

# Somebody is waiting for it.
LIMITS = Limits(connect=3.0, read=8.0, total=10.0, answer_bytes=256 * 1024)
EXCERPT = 2000  # characters


class LogisticsAccessTest(models.TransientModel):
    """One GET to an address of the partner, to see whether they know us."""

    _name = "logistics.access.test"
    _description = "Test of Our Access"

    connection_id = fields.Many2one("logistics.connection", required=True, ondelete="cascade")
    way_words = fields.Char(related="connection_id.access_summary")
    url = fields.Char(
        "Address",
        help="An address of the partner that only tells something, such as a list or your account.",
    )
    is_done = fields.Boolean(readonly=True)
    is_good = fields.Boolean(readonly=True)
    verdict = fields.Char(readonly=True)
    status = fields.Integer(readonly=True)
    seconds = fields.Float(readonly=True, digits=(16, 3))
    excerpt = fields.Text("Their answer", readonly=True)

    def action_call(self):
        """Call, write down what came, and stay open to show it."""
        self.ensure_one()
        self.connection_id.check_access("write")
        if not self.url:
            raise UserError(self.env._("Enter an address of the partner."))
        self.connection_id.access_test_url = self.url
        self.write({"is_done": True, **self._outcome()})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test access"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _outcome(self):
        nothing = {"is_good": False, "status": 0, "seconds": 0.0, "excerpt": False}
        caller = self.connection_id._make_caller()
        caller.ask_anew()
        try:
            answer = self._call(caller)
        except (NoAccess, CallError, ValueError) as error:
            return {**nothing, "verdict": caller.mask(str(error))}
        text = clean_text(answer.body.decode("utf-8", "replace"))
        return {
            "is_good": answer.ok,
            "status": answer.status,
            "seconds": answer.seconds,
            "verdict": self._verdict(answer.status),
            # Masked before it is cut: half of a secret would not be recognised.
            "excerpt": caller.mask(text)[:EXCERPT],
        }

    def _call(self, caller):
        url = caller.url(self.url.strip())
        with self.env["logistics.http"]._client(LIMITS, **caller.client_options()) as client:
            for last_try in (False, True):
                call = OutgoingCall("GET", url, b"", f"test-{self.id}", datetime.now(UTC))
                answer = client.get(url, caller.headers(call))
                if answer.status != 401 or last_try or not caller.renew():
                    return answer

    @api.model
    def _verdict(self, status):
        if 200 <= status < 300:
            return self.env._("It works: they answer, and accept us.")
        if status in (401, 403):
            return self.env._(
                "They answer, but do not accept how we identify ourselves (%s).", status
            )
        if status == 404:
            return self.env._(
                "They answer that there is nothing at this address (404). Try another one."
            )
        if 300 <= status < 400:
            return self.env._(
                "They send us to another address (%s). Enter that one: redirects are not followed.",
                status,
            )
        if status == 429:
            return self.env._("They answer that we call too often (429). Try again later.")
        if status >= 500:
            return self.env._("They answer with trouble of their own (%s).", status)
        return self.env._("They answer with %s: not what was expected. Read their answer.", status)
