"""What all calls of the API have in common: the key, its rate, its scope, and refusals."""

import logging
import time

import psycopg2
import werkzeug.exceptions
from odoo.http import request

from ..core.api import query
from ..core.api.operations import BY_CODE
from ..core.failure_meter import FailureMeter
from ..core.problem import CONTENT_TYPE, problem
from ..intake import answers, limits
from . import callers, rate, usage

_logger = logging.getLogger(__name__)

# Of this process, by address. Asked only of those whose key is not valid: nobody is locked out
# because somebody behind the same proxy tries keys.
failures = FailureMeter()


class Refusal(Exception):
    """A call is not answered; ``response`` says why."""

    def __init__(self, response):
        super().__init__()
        self.response = response


def bad_parameter(name, reason):
    """A parameter that cannot be used."""
    body = {**problem(400, "Bad parameter", f"{name}: {reason}"), "parameter": name}
    response = request.make_json_response(body, status=400)
    response.headers["Content-Type"] = CONTENT_TYPE
    return response


def operation(code):
    """A handler of one operation: it gets the caller and what was asked for, after the key, its
    rate and its scope were looked at, and returns what is answered."""

    def decorate(handler):
        # Whatever a query names comes here as a keyword: none of them is a name of ours.
        def answer(*positional, **values):
            (controller,) = positional
            _need_our_database()
            described = BY_CODE[code]
            caller = _caller()
            try:
                pause, headers = rate.spend(request.db, caller)
            except psycopg2.Error as error:
                _logger.warning("the rate of a key is not known: %s", type(error).__name__)
                return answers.unavailable()
            if pause:
                response = answers.too_many(pause)
            elif described.scope not in caller.scopes:
                response = answers.problem_response(
                    403,
                    "Not allowed",
                    f"This key may not do that: it needs {described.scope}.",
                    {
                        "WWW-Authenticate": 'Bearer error="insufficient_scope", '
                        f'scope="{described.scope}"'
                    },
                )
            else:
                response = _answered(handler, controller, caller, described, values)
            response.headers.update(headers)
            response.headers["Cache-Control"] = "no-store"
            usage.note(request.db, caller.key_id, code, response.status_code >= 400)
            return response

        answer.__name__, answer.__doc__ = handler.__name__, handler.__doc__
        return answer

    return decorate


def _need_our_database():
    """A server that loads this addon for all databases knows these addresses also where it is not
    installed. What is answered then: ``intake/gate.py``."""
    if not request.db or "logistics.api.key" not in request.env:
        raise werkzeug.exceptions.NotFound


def _answered(handler, controller, caller, described, values):
    try:
        pairs = request.httprequest.args.items(multi=True)
        asked = query.read(pairs, described.readers)
        in_path = {one.name: values[one.name] for one in described.in_path}
        found = handler(controller, caller, asked, **in_path)
    except query.BadParameter as error:
        return bad_parameter(error.name, error.reason)
    except Refusal as refusal:
        return refusal.response
    if found is None:
        return answers.problem_response(
            404, "Not found", "There is no such thing that this key may see."
        )
    return request.make_json_response(found, status=described.status)


def _caller():
    """Who calls. Whoever it is that has no valid key gets one answer for all reasons."""
    authorization = request.httprequest.headers.get("Authorization")
    caller = callers.find(request.env.cr, authorization)
    if caller:
        return caller
    now, address = time.time(), request.httprequest.remote_addr
    if pause := failures.pause(address, now):
        werkzeug.exceptions.abort(answers.too_many(pause))
    failures.failed(address, now)
    werkzeug.exceptions.abort(
        answers.problem_response(
            401,
            "Not authentic",
            "Send a valid key: “Authorization: Bearer lck_…”.",
            {"WWW-Authenticate": 'Bearer realm="logistics"'},
        )
    )


def read_body():
    """The bytes of a message, once they can be taken."""
    httprequest = request.httprequest
    length, encoding = httprequest.content_length, httprequest.headers.get("Content-Encoding")
    if length is None:
        raise Refusal(
            answers.problem_response(
                411, "Length required", "Send the body with a Content-Length header."
            )
        )
    if length > limits.CEILING_BYTES:
        raise Refusal(answers.too_large(limits.CEILING_BYTES))
    if httprequest.mimetype != "application/json" and not httprequest.mimetype.endswith("+json"):
        raise Refusal(answers.problem_response(415, "Unsupported type", "Send application/json."))
    if (encoding or "identity").lower() != "identity":
        raise Refusal(
            answers.problem_response(415, "Unsupported encoding", "Send the body uncompressed.")
        )
    body = httprequest.get_data(cache=True)
    if len(body) != length:
        raise Refusal(
            answers.problem_response(
                400, "Incomplete", "The body is shorter than its Content-Length."
            )
        )
    return body
