"""Answers of the intake that are no receipts: problem details after RFC 9457."""

import contextlib

import werkzeug.exceptions
from odoo.http import request

from ..core.problem import problem

# A body that is too large, but not larger than this, is read and thrown away: who is still sending
# when we close sees a reset instead of the answer, and tries again for ever.
MAX_DISCARDED = 8 * 1024 * 1024


def problem_response(status, title, detail, headers=None):
    """A response of type application/problem+json."""
    response = request.make_json_response(
        problem(status, title, detail), status=status, headers=headers or {}
    )
    response.headers["Content-Type"] = "application/problem+json"
    return response


def too_large(limit):
    """The answer to a body of more than ``limit`` bytes."""
    httprequest = request.httprequest
    if (httprequest.content_length or 0) <= MAX_DISCARDED:
        httprequest.max_content_length = MAX_DISCARDED
        with contextlib.suppress(OSError, werkzeug.exceptions.HTTPException):
            httprequest.get_data(cache=False)
    return problem_response(413, "Too large", f"At most {limit} bytes are taken in one message.")
