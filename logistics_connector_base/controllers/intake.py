import logging
import re
import time
from dataclasses import dataclass

import psycopg2
import werkzeug.exceptions
from odoo import SUPERUSER_ID, http
from odoo.http import Response, request

from ..core.api.shapes import RECEIPT_STATES
from ..core.failure_meter import FailureMeter
from ..core.identity import digest
from ..core.secretbox import SecretBoxError
from ..core.verifiers import Unavailable
from ..intake import accept as intake
from ..intake import answers, contracts, limits, partner_test
from ..intake.answers import problem_response
from ..intake.calls import read_call
from ..intake.keys import key_finder
from ..intake.nonces import Nonces
from ..tools import trail

_logger = logging.getLogger(__name__)

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
# Of this process: who fails again and again at one address has to wait, see FailureMeter.
failures = FailureMeter()


class LogisticsIntake(http.Controller):
    @http.route(
        "/logistics/v1/in/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=limits.CEILING_BYTES,
        logistics_raw=True,
    )
    def receive(self, token):
        """A partner's message. A receipt (202, or what the partner wants) after it is on disk;
        problem+json otherwise."""
        call = _authentic_call(token)
        if isinstance(call, Response):
            return call
        headers, body = request.httprequest.headers, call.body
        env, profile, nonces = call.env, call.profile, call.nonces
        try:
            limits.check(request.db, profile, len(body))
            judgement = _judge(env, profile, body)
            receipt = intake.accept(
                request.db,
                profile,
                body,
                headers,
                request.httprequest.mimetype or "",
                credential_id=call.credential_id,
                judgement=judgement,
            )
        except limits.Refused as refusal:
            nonces.forget()  # the same call, signed once, may come again
            return answers.refused(refusal, profile.limits)
        except psycopg2.Error as error:
            _logger.warning("a message could not be filed: %s", type(error).__name__)
            nonces.forget()
            return answers.unavailable()
        if receipt.outcome == "rejected":
            nonces.forget()  # it may come again when the contract was mended
            return answers.breaks_contract(receipt, judgement)
        if profile.has_handshake:
            asked = env["logistics.provider"]._ask_handshake(profile.provider, body)
            if asked is not None and asked.answer is not None:
                headers = {"X-Correlation-Id": receipt.correlation_id}
                headers["Content-Type"] = asked.content_type
                return request.make_response(asked.answer, headers, status=asked.status)
        headers = {"X-Correlation-Id": receipt.correlation_id}
        if profile.receipt_body:
            headers["Content-Type"] = "application/json"
            return request.make_response(
                profile.receipt_body, headers, status=profile.receipt_status
            )
        return request.make_json_response(
            {
                "receipt": receipt.receipt,
                "correlation_id": receipt.correlation_id,
                "duplicate": receipt.outcome == "duplicate",
            },
            status=profile.receipt_status,
            headers=headers,
        )

    @http.route(
        "/logistics/v1/in/<string:token>/test",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=limits.CEILING_BYTES,
        logistics_raw=True,
    )
    def test(self, token):
        """A partner's test message: what would become of it, and nothing of it is kept. Proof and
        limits are those of :meth:`receive`; a nonce that was used is used."""
        call = _authentic_call(token)
        if isinstance(call, Response):
            return call
        profile = call.profile
        try:
            limits.check_test(request.db, profile, len(call.body))
            told = call.env["logistics.partner.test"]._tell(
                profile, call.body, request.httprequest.headers
            )
            partner_test.note(request.db, profile.connection_id, told["verdict"])
        except limits.Refused as refusal:
            return answers.refused(refusal, profile.limits)
        except partner_test.Busy:
            return answers.test_busy()
        except psycopg2.Error as error:
            _logger.warning("a test message could not be looked at: %s", type(error).__name__)
            return answers.test_busy()
        return request.make_json_response(told)

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
        _need_our_database()
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
                "state": RECEIPT_STATES[message.state],
                "received_at": f"{message.received_at.isoformat()}Z",
                "processed_at": (
                    f"{message.processed_at.isoformat()}Z" if message.processed_at else None
                ),
                "events": message.event_count,
            }
        )


@dataclass(frozen=True, slots=True)
class Authentic:
    """A call that has proved whose it is."""

    body: bytes
    env: object  # superuser's
    profile: object
    nonces: Nonces
    credential_id: int | None


def _authentic_call(token):
    """The call as :class:`Authentic`, or the Response that refuses it."""
    _need_our_database()
    headers = request.httprequest.headers
    length = request.httprequest.content_length
    if length is None:
        return problem_response(
            411, "Length required", "Send the body with a Content-Length header."
        )
    if length > limits.CEILING_BYTES:
        return answers.too_large(limits.CEILING_BYTES)
    content_type = request.httprequest.mimetype or ""
    if not _acceptable(content_type):
        return problem_response(415, "Unsupported type", "Send JSON, XML, EDI or plain text.")
    if headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        return problem_response(415, "Unsupported encoding", "Send the body uncompressed.")
    body = request.httprequest.get_data(cache=True)
    if len(body) != length:
        return problem_response(400, "Incomplete", "The body is shorter than its Content-Length.")

    now = time.time()
    token_digest = digest(token.encode())
    caller = (request.httprequest.remote_addr, token_digest)
    if pause := failures.pause(caller, now):
        return answers.too_many(pause)
    env = request.env(user=SUPERUSER_ID)
    profile = env["logistics.connection"]._intake_profile(token_digest)
    nonces = Nonces(request.db)
    call = read_call(
        request.httprequest,
        body,
        key_finder(env),
        nonces.first_use,
    )
    try:
        credential_id = intake.verify(profile, call)
    except intake.NotAuthentic:
        failures.failed(caller, now)
        trail.note("refused", why="proof", connection_id=profile and profile.connection_id)
        if profile:
            limits.count_failed_proof(request.db, profile, call)
        return answers.unauthorised()
    except Unavailable as error:
        _logger.warning("a call could not be verified: %s", error)
        return answers.unavailable()
    except SecretBoxError:
        # No master key: nothing can be verified, so nothing is taken (fail closed).
        _logger.error("logistics_master_key is missing or does not fit: intake refused")
        return answers.unavailable()
    failures.succeeded(caller, now)
    return Authentic(body, env, profile, nonces, credential_id)


def _judge(env, profile, body):
    """Why a message breaks the contract by which it is refused; None where there is none, or where
    it is no message but a handshake. Nothing is stored here."""
    if not profile.contracts:
        return None
    judgement = contracts.refuse(profile.contracts, body)
    if judgement is None or not profile.has_handshake:
        return judgement
    is_handshake = env["logistics.provider"]._ask_handshake(profile.provider, body) is not None
    return None if is_handshake else judgement


def _acceptable(content_type):
    return not content_type or content_type in CONTENT_TYPES or content_type.endswith("+json")


def _need_our_database():
    """A server that loads this addon for all databases knows these addresses also where it is not
    installed, and where there is no database. What is answered then: ``intake/gate.py``."""
    if not request.db or "logistics.connection" not in request.env:
        raise werkzeug.exceptions.NotFound
