import logging
import re

import psycopg2
from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..core.identity import digest
from ..core.secretbox import SecretBoxError
from ..core.verifiers import Unavailable
from ..intake import accept as intake
from ..intake.answers import problem_response, too_large
from ..intake.calls import read_call
from ..intake.nonces import Nonces

_logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
# Bodies we can keep as raw bytes and a provider can understand. Forms would be parsed away by the
# framework and no carrier sends events in them.
CONTENT_TYPES = (
    "application/json",
    "application/xml",
    "application/edi-x12",
    "application/edifact",
    "application/octet-stream",
    "text/xml",
    "text/plain",
)
RECEIPT = re.compile("[0-9a-f]{32}")
RETRY_AFTER = 30  # seconds a sender shall wait while we cannot file
SEEN_STATES = {
    "received": "received",
    "processing": "received",
    "processed": "processed",
    "parked": "waiting for its shipment",
    "conflict": "kept for review",
    "dead": "kept for review",
    "dismissed": "dismissed",
    "duplicate": "duplicate",
}


class LogisticsIntake(http.Controller):
    @http.route(
        "/logistics/v1/in/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BYTES,
        logistics_raw=True,
    )
    def receive(self, token):
        """A partner's message. 202 with a receipt after it is on disk; problem+json otherwise."""
        headers = request.httprequest.headers
        length = request.httprequest.content_length
        if length is None:
            return problem_response(
                411, "Length required", "Send the body with a Content-Length header."
            )
        if length > MAX_BYTES:
            return too_large(MAX_BYTES)
        content_type = request.httprequest.mimetype or ""
        if not _acceptable(content_type):
            return problem_response(415, "Unsupported type", "Send JSON, XML, EDI or plain text.")
        if headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            return problem_response(415, "Unsupported encoding", "Send the body uncompressed.")
        body = request.httprequest.get_data(cache=True)
        if len(body) != length:
            return problem_response(
                400, "Incomplete", "The body is shorter than its Content-Length."
            )

        env = request.env(user=SUPERUSER_ID)
        profile = env["logistics.connection"]._intake_profile(digest(token.encode()))
        nonces = Nonces(request.db)
        call = read_call(
            request.httprequest,
            body,
            lambda url, kid: env["logistics.key.set"]._public_key(url, kid),
            nonces.first_use,
        )
        try:
            credential_id = intake.verify(profile, call)
        except intake.NotAuthentic:
            return _unauthorised()
        except Unavailable as error:
            _logger.warning("a call could not be verified: %s", error)
            return _unavailable()
        except SecretBoxError:
            # No master key: nothing can be verified, so nothing is taken (fail closed).
            _logger.error("logistics_master_key is missing or does not fit: intake refused")
            return _unavailable()
        try:
            receipt = intake.accept(
                request.db, profile, body, headers, content_type, credential_id=credential_id
            )
        except psycopg2.Error as error:
            _logger.warning("a message could not be filed: %s", type(error).__name__)
            nonces.forget()
            return _unavailable()
        if profile.has_handshake:
            asked = env["logistics.provider"]._ask_handshake(profile.provider, body)
            if asked is not None and asked.answer is not None:
                headers = {"X-Correlation-Id": receipt.correlation_id}
                headers["Content-Type"] = asked.content_type
                return request.make_response(asked.answer, headers, status=asked.status)
        return request.make_json_response(
            {
                "receipt": receipt.receipt,
                "correlation_id": receipt.correlation_id,
                "duplicate": receipt.outcome == "duplicate",
            },
            status=202,
            headers={"X-Correlation-Id": receipt.correlation_id},
        )

    @http.route(
        "/logistics/v1/messages/<string:receipt>",
        type="http",
        auth="none",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def fate(self, receipt):
        """What became of a message. The receipt is unguessable and was given to its sender only."""
        messages = request.env(user=SUPERUSER_ID)["logistics.message"]
        # PostgreSQL would fail on a NUL, and no receipt of ours looks otherwise.
        message = RECEIPT.fullmatch(receipt) and messages.search(
            [("receipt", "=", receipt), ("direction", "=", "in")], limit=1
        )
        if not message:
            return problem_response(404, "Unknown receipt", "No message with this receipt.")
        return request.make_json_response(
            {
                "receipt": message.receipt,
                "correlation_id": message.correlation_id,
                "state": SEEN_STATES[message.state],
                "received_at": f"{message.received_at.isoformat()}Z",
                "processed_at": (
                    f"{message.processed_at.isoformat()}Z" if message.processed_at else None
                ),
                "events": message.event_count,
            }
        )


def _acceptable(content_type):
    return not content_type or content_type in CONTENT_TYPES or content_type.endswith("+json")


def _unauthorised():
    """One answer for an unknown address, a closed connection and a bad signature: who tries
    addresses learns nothing, and senders keep their subscription (410 and 404 would end it)."""
    return problem_response(401, "Not authentic", "The address or the signature is not valid.")


def _unavailable():
    return problem_response(
        503,
        "Not available",
        "The message was not taken. Send it again later.",
        {"Retry-After": str(RETRY_AFTER)},
    )
