"""Answers of the intake that are no receipts: problem details after RFC 9457."""

import contextlib
import math

import psycopg2
import werkzeug.exceptions
from odoo.http import request

from ..core.problem import CONTENT_TYPE, problem
from .gate import PREFIX, RETRY_AFTER

# A body that is too large, but not larger than this, is read and thrown away: who is still sending
# when we close sees a reset instead of the answer, and tries again for ever.
MAX_DISCARDED = 8 * 1024 * 1024


def problem_response(status, title, detail, headers=None):
    """A response of type application/problem+json."""
    response = request.make_json_response(
        problem(status, title, detail), status=status, headers=headers or {}
    )
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def too_large(limit):
    """The answer to a body of more than ``limit`` bytes."""
    httprequest = request.httprequest
    if (httprequest.content_length or 0) <= MAX_DISCARDED:
        httprequest.max_content_length = MAX_DISCARDED
        with contextlib.suppress(OSError, werkzeug.exceptions.HTTPException):
            httprequest.get_data(cache=False)
    return problem_response(413, "Too large", f"At most {limit} bytes are taken in one message.")


def unauthorised():
    """One answer for an unknown address, a closed connection and a bad signature: who tries
    addresses learns nothing, and senders keep their subscription (410 and 404 would end it)."""
    return problem_response(401, "Not authentic", "The address or the signature is not valid.")


def unavailable(retry_after=RETRY_AFTER):
    """Nothing was taken, through no fault of the sender; ``retry_after`` in seconds."""
    return problem_response(
        503,
        "Not available",
        "The message was not taken. Send it again later.",
        _retry_after(retry_after),
    )


def too_many(retry_after):
    """The sender is too fast; ``retry_after`` in seconds."""
    return problem_response(
        429,
        "Too many messages",
        "The message was not taken. Send it again, and fewer at a time.",
        _retry_after(retry_after),
    )


def test_busy():
    """A test message cannot be looked at now: another one is, or its order is being worked on."""
    return problem_response(
        503,
        "Not available",
        "The test could not be done just now. Send it again in a moment.",
        _retry_after(2),
    )


def refused(refusal, limits):
    """The answer to a message that a limit keeps out (``limits.Refused``)."""
    if refusal.kind == "size":
        return too_large(limits.max_bytes)
    if refusal.kind == "rate":
        return too_many(refusal.retry_after)
    return unavailable(refusal.retry_after)


def breaks_contract(receipt, judgement):
    """The answer to a message that breaks its contract. It is stored (``receipt``), and not
    worked; a copy of it gets the same answer."""
    body = problem(
        422,
        "Breaks the contract",
        f"The message is no valid “{judgement.held.message_type}”. " + " ".join(judgement.lines),
        f"/logistics/v1/messages/{receipt.receipt}" if receipt.receipt else None,
    )
    body["errors"] = [
        {"pointer": finding.pointer, "detail": finding.text} for finding in judgement.findings
    ]
    body["receipt"] = receipt.receipt
    body["correlation_id"] = receipt.correlation_id
    headers = {"X-Correlation-Id": receipt.correlation_id}
    response = request.make_json_response(body, status=422, headers=headers)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def _retry_after(seconds):
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def is_ours(path):
    """Whether machines, not people, read what is answered at this path."""
    return path.startswith(PREFIX)


def for_exception(exception):
    """The answer to what went wrong while one of our addresses was served."""
    lost = psycopg2.OperationalError | psycopg2.InterfaceError
    # A connection that breaks within a statement: libpq's own word, without a code of the server's.
    if isinstance(exception, lost) or type(exception) is psycopg2.DatabaseError:
        return unavailable()
    if isinstance(exception, werkzeug.exceptions.HTTPException) and exception.code:
        detail = "There is nothing at this address." if exception.code == 404 else exception.name
        return problem_response(exception.code, exception.name, detail)
    return problem_response(500, "Internal error", "The message was not taken.")
