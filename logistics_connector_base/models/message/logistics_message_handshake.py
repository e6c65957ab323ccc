import logging
from datetime import UTC, datetime

from odoo import models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import SQL

from ...client import CallError
from ...core.access import NoAccess, OutgoingCall
from ...core.masking import mask_url

_logger = logging.getLogger(__name__)

TRIES = 5
PAUSE = 60  # seconds before the next try


class LogisticsMessage(models.Model):
    """Messages that are handshakes: worked without touching any shipment, and answered once."""

    _inherit = "logistics.message"

    def _work_handshake(self, handshake):
        """Do what a handshake asks for, in the drain's transaction; replays do nothing again."""
        self.ensure_one()
        if not self._claim_handshake():
            return
        if handshake.said:
            self.connection_id._message_log(body=handshake.said)
        call_back = handshake.call_back
        if call_back is None:
            return
        if not call_back.is_theirs():
            self._report_handshake(
                self.env._("The address %s is none of the partner's.", mask_url(call_back.url))
            )
            return
        # The job knows the message only: what we owe, a secret among it, stays in the raw bytes.
        service = self.env.ref("logistics_connector_base.user_logistics_service")
        self.with_user(service).with_delay(
            description=f"Logistics: answer the handshake {self.receipt}",
            identity_key=f"logistics.handshake.{self.id}",
            max_retries=TRIES,
        )._call_back()

    def _claim_handshake(self):
        """Claim the effect (law 5): the same bytes on the same connection are answered once."""
        claimed = self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_effect (key, kind, company_id, res_model, res_id, done_at)
                VALUES (%s, 'handshake', %s, 'logistics.message', %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (key) DO NOTHING RETURNING id
                """,
                f"handshake:{self.connection_id.id}:{self.digest}",
                self.company_id.id,
                self.id,
            )
        )
        return bool(claimed)

    def _call_back(self):
        """Job: make the call that the handshake asks for, through the guarded client."""
        self.ensure_one()
        message = self.sudo()
        raw = message._read_bodies().get(message.id)
        handler = message.connection_id.provider_id._handler()
        handshake = handler._handshake(raw) if raw is not None else None
        call_back = handshake.call_back if handshake else None
        if call_back is None or not call_back.is_theirs():
            return "nothing is owed"
        try:
            answer = message._make_call_back(call_back)
            trouble = None if answer.ok else self.env._("The partner answered %s.", answer.status)
        except (CallError, NoAccess) as error:
            trouble = str(error)
        if trouble is None:
            message.connection_id._message_log(
                body=self.env._("The handshake was answered: %s", mask_url(call_back.url))
            )
            return "answered"
        if not self._is_last_try():
            raise RetryableJobError(trouble, seconds=PAUSE)
        message._report_handshake(trouble)
        return trouble

    def _make_call_back(self, call_back):
        """The one HTTP call. Raises CallError, or NoAccess where our own secret is missing."""
        headers = {"Content-Type": call_back.content_type, **dict(call_back.headers)}
        url, options = call_back.url, {}
        if call_back.identified:
            caller = self.connection_id._make_caller()
            options, url = caller.client_options(), caller.url(url)
            call = OutgoingCall(
                call_back.method, url, call_back.body, str(self.receipt), datetime.now(UTC)
            )
            headers |= caller.headers(call)
        with self.env["logistics.http"]._client(**options) as client:
            return client.request(call_back.method, url, headers=headers, body=call_back.body)

    def _is_last_try(self):
        uuid = self.env.context.get("job_uuid")
        job = self.env["queue.job"].sudo().search([("uuid", "=", uuid)], limit=1)
        return not job or job.retry >= TRIES - 1

    def _report_handshake(self, detail):
        """A person must look: without the handshake the partner sends nothing."""
        self.env["logistics.exception"].sudo()._report(
            [
                {
                    "type": "processing_failure",
                    "key": f"handshake:{self.connection_id.id}:{self.digest}",
                    "name": self.env._("Handshake failed: %s", self.connection_id.name),
                    "company_id": self.company_id.id,
                    "connection_id": self.connection_id.id,
                    "message_id": self.id,
                    "provider": self.provider,
                    "detail": detail,
                }
            ]
        )
